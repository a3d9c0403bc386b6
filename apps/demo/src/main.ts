import { isLlmError } from "@llm/core";
import { answer, classify } from "./answer.ts";
import { readOptions, usage, UserError } from "./options.ts";
import { listen, routes } from "./server.ts";
import { stack } from "./stack.ts";
import { connect } from "./upstream.ts";

const QUESTION = "What is a circuit breaker?";

const write = (text: string): void => void process.stdout.write(text);

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return write(`${usage}\n`);
  const upstream = await connect(process.env);
  const house = stack(upstream);
  try {
    const server = await listen(routes(house), options.port);
    try {
      const question = options.question ?? QUESTION;
      write(`asking ${upstream.about}\nserving POST ${server.url}/chat\n\n`);
      await answer(house, question, write);
      await answer(house, question, write);
      await classify(house, question, write);
      if (options.once) return;
      write(`still serving at ${server.url}; try\n`);
      write(`  curl -N ${server.url}/chat -H 'content-type: application/json' -d '{"message":"Design a cache"}'\n`);
      write("Ctrl-C ends it\n");
      await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
    } finally {
      await server.close();
    }
  } finally {
    await upstream.close();
  }
}

/** One clear line, and a code that is not 0. */
function explain(error: unknown): number {
  if (error instanceof UserError) {
    process.stderr.write(`demo: ${error.message}\n`);
    return error.exitCode;
  }
  if (isLlmError(error)) {
    const where = error.vendor === undefined ? "" : ` by ${error.vendor}`;
    const what = error.code === "auth" ? `the API key was refused${where}` : `${error.code}${where}`;
    process.stderr.write(`demo: ${what}: ${error.message.split("\n")[0]}\n`);
    return 1;
  }
  process.stderr.write(`demo: ${error instanceof Error ? error.message : String(error)}\n`);
  return 1;
}

try {
  await main();
} catch (error) {
  process.exitCode = explain(error);
}
