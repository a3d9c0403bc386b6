import { parseArgs } from "node:util";

/** What the command line asks for. */
export interface Options {
  readonly question: string | undefined;
  /** Undefined: the usual one, or any free one where that is taken. */
  readonly port: number | undefined;
  /** End after the answer. */
  readonly once: boolean;
  readonly help: boolean;
}

/** A line for the user, and the exit code. Everything that a user can do wrong ends in one. */
export class UserError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

export const usage = `usage: demo ["your question"] [--once] [--port N]

  --once     end after the answer instead of staying up as a server
  --port N   listen on this port of 127.0.0.1 (default 3000, or a free one)
  --help     this text

With ANTHROPIC_API_KEY or OPENAI_API_KEY it asks the real providers; without, a simulator that it starts itself.`;

/**
 * Reads the command line.
 *
 * @throws UserError for an unknown flag or a bad port
 */
export function readOptions(args: readonly string[]): Options {
  const { values, positionals } = parse(args);
  const port = values.port === undefined ? undefined : Number(values.port);
  if (port !== undefined && (!/^\d+$/.test(values.port ?? "") || port > 65_535))
    throw new UserError(`--port must be a number from 0 to 65535, not "${values.port}"`, 2);
  const question = positionals.join(" ").trim();
  return { question: question === "" ? undefined : question, port, once: values.once, help: values.help };
}

function parse(args: readonly string[]): {
  values: { once: boolean; help: boolean; port?: string };
  positionals: string[];
} {
  try {
    return parseArgs({
      args: args.filter((arg) => arg !== "--"), // package managers pass it on
      allowPositionals: true,
      options: {
        once: { type: "boolean", default: false },
        help: { type: "boolean", default: false, short: "h" },
        port: { type: "string" },
      },
    });
  } catch (error) {
    throw new UserError(`${error instanceof Error ? error.message.split(". ")[0] : String(error)}; try --help`, 2);
  }
}
