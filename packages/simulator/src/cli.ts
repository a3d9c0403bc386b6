import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import type { FaultRule } from "./fault/rule.ts";
import type { SimulatorOptions } from "./options.ts";
import type { Recording } from "./recording.ts";
import { createSimulator } from "./simulator.ts";

const HELP = `llm-simulator: a server that speaks the Anthropic and OpenAI APIs, with no model behind it.

  llm-simulator [options]

  --port N             port (default 8123; 0 for any free one)
  --host HOST          address to listen on (default 127.0.0.1)
  --seed SEED          decides every answer (default 1)
  --model ID           serve only this model; may be repeated
  --key KEY            let in only this API key; may be repeated
  --latency MS         time to the first byte (default: what is usual for the model)
  --tokens-per-second N  pace after that (default: what is usual for the model)
  --fast               no latency, no pace
  --strict             answer only what is recorded, everything else with a 404
  --recordings FILE    recorded answers, one JSON object a line: request, body, status (.jsonl or .jsonl.gz)
  --fault JSON         a fault rule, such as '{"fault":"overloaded","probability":0.1}'; may be repeated
  --quiet              do not print a line for each request
  --help

While it runs: POST /_faults changes the faults, GET /_journal shows what was asked.
`;

/** Flags that are wrong, told in one line. */
function complain(message: string): number {
  process.stderr.write(`llm-simulator: ${message.replace(/\s+/g, " ")}\n`);
  return 1;
}

function number(text: string | undefined, flag: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value) || value < 0)
    throw new TypeError(`--${flag} must be a number ≥ 0, not ${text}`);
  return value;
}

/** JSON that somebody typed; `where` names it if it is none. */
function parse(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError(`${where} is no JSON: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

function readRecordings(path: string): readonly Recording[] {
  const bytes = readFileSync(path);
  const text = (path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString();
  return text
    .split("\n")
    .flatMap((line, n) => (line.trim() === "" ? [] : [parse(line, `${path}:${n + 1}`) as Recording]));
}

const OPTIONS = {
  port: { type: "string" },
  host: { type: "string" },
  seed: { type: "string" },
  model: { type: "string", multiple: true },
  key: { type: "string", multiple: true },
  latency: { type: "string" },
  "tokens-per-second": { type: "string" },
  fast: { type: "boolean" },
  strict: { type: "boolean" },
  recordings: { type: "string" },
  fault: { type: "string", multiple: true },
  quiet: { type: "boolean" },
  help: { type: "boolean", short: "h" },
} as const;

/** Runs until it is told to stop (SIGINT, SIGTERM); the value is the exit code. */
export async function run(args: readonly string[]): Promise<number> {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false });
    if (values.help) {
      process.stdout.write(HELP);
      return 0;
    }
    const port = number(values.port, "port") ?? 8_123;
    if (!Number.isInteger(port) || port > 65_535)
      throw new TypeError(`--port must be a whole number up to 65535, not ${port}`);
    const options: SimulatorOptions = {
      ...(values.seed !== undefined && { seed: values.seed }),
      ...(values.model && { models: values.model }),
      ...(values.key && { apiKeys: values.key }),
      ...(values.strict && { strict: true }),
      ...(values.recordings !== undefined && { recordings: readRecordings(values.recordings) }),
      ...(values.fault && { faults: values.fault.map((text) => parse(text, "--fault") as FaultRule) }),
      latency: number(values.latency, "latency") ?? (values.fast ? 0 : "model"),
      tokensPerSecond: number(values["tokens-per-second"], "tokens-per-second") ?? (values.fast ? Infinity : "model"),
      ...(!values.quiet && {
        onExchange: ({ method, path, model, status, fault, outcome, duration }) => {
          const said = [
            method,
            path,
            model,
            status ?? "-",
            fault && `fault ${fault}`,
            outcome,
            `${Math.round(duration)} ms`,
          ];
          process.stdout.write(`${said.filter((one) => one !== undefined).join("  ")}\n`);
        },
      }),
    };
    return await serve(options, port, values.host);
  } catch (error) {
    return complain(error instanceof Error ? error.message : String(error));
  }
}

async function serve(options: SimulatorOptions, port: number, host: string | undefined): Promise<number> {
  const { url, close } = await createSimulator(options).listen({ port, ...(host !== undefined && { host }) });
  process.stdout.write(
    `A simulator of the Anthropic and OpenAI APIs listens; no model answers here.\n` +
      `  ANTHROPIC_BASE_URL=${url}\n  OPENAI_BASE_URL=${url}/v1\n  any API key; Ctrl-C to stop\n`,
  );
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => resolve());
  });
  await close();
  return 0;
}
