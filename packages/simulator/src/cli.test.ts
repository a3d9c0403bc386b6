import { spawn } from "node:child_process";
import { createServer } from "node:http";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { run as cli } from "./cli.ts";

/** A run of the command, with what it has printed so far. */
interface Run {
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly code: Promise<number | null>;
  readonly stop: () => void;
}

function run(...args: readonly string[]): Run {
  const child = spawn(process.execPath, [join(import.meta.dirname, "bin.ts"), ...args]);
  let [out, err] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(() => void child.kill("SIGKILL"));
  return { stdout: () => out, stderr: () => err, code, stop: () => void child.kill("SIGTERM") };
}

async function urlOf({ stdout }: Run): Promise<string> {
  await expect.poll(() => /ANTHROPIC_BASE_URL=(\S+)/.exec(stdout())?.[1]).toBeDefined();
  return /ANTHROPIC_BASE_URL=(\S+)/.exec(stdout())?.[1] ?? "";
}

const body = JSON.stringify({ model: "gpt-6.1-sol", input: "Hello" });
const headers = { authorization: "Bearer any" };

describe("llm-simulator", () => {
  test("listens, says that it is a simulator, answers, tells of each request, and stops when told", async () => {
    const folder = await mkdtemp(join(tmpdir(), "simulator-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const file = join(folder, "recordings.jsonl");
    await writeFile(file, `${JSON.stringify({ request: JSON.parse(body), body: '{"taped":true}' })}\n`);
    const command = run(
      "--port",
      "0",
      "--fast",
      "--seed",
      "x",
      "--recordings",
      file,
      "--fault",
      '{"fault":"overloaded","times":1}',
    );
    const url = await urlOf(command);
    expect(command.stdout()).toContain("simulator");
    const ask = (): Promise<Response> => fetch(`${url}/v1/responses`, { method: "POST", body, headers });
    expect((await ask()).status).toBe(503);
    expect(await (await ask()).json()).toEqual({ taped: true });
    await expect.poll(command.stdout).toMatch(/POST {2}\/v1\/responses {2}gpt-6\.1-sol {2}503 {2}fault overloaded/);
    command.stop();
    expect(await command.code).toBe(0);
    expect(command.stderr()).toBe("");
  });

  test.each([
    ["a flag it does not know", ["--prot", "1"], /--prot/],
    ["a port that is none", ["--port", "many"], /--port must be a number/],
    ["a fault that is none", ["--fault", '{"fault":"bang"}'], /faults\[0\]\.fault must be one of/],
    ["a fault that is no JSON", ["--fault", '{"fault":\nx}'], /--fault is no JSON/],
    ["a file that holds no recordings", ["--recordings", import.meta.filename], /cli\.test\.ts:1 is no JSON/],
    ["a file that is not there", ["--recordings", "/nowhere.jsonl"], /nowhere\.jsonl/],
  ])("%s: one line, and a code that is not 0", async (_name, args, message) => {
    const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    onTestFinished(() => write.mockRestore());
    expect(await cli(args)).toBe(1);
    const printed = write.mock.calls.map(([text]) => String(text)).join("");
    expect(printed).toMatch(/^llm-simulator: [^\n]*\n$/);
    expect(printed).toMatch(message);
  });

  test("a port that is taken", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void server.close());
    const address = server.address();
    const command = run("--port", String(typeof address === "object" ? address?.port : 0));
    expect(await command.code).toBe(1);
    expect(command.stderr()).toMatch(/EADDRINUSE/);
  });

  test("--help", async () => {
    const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    onTestFinished(() => write.mockRestore());
    expect(await cli(["--help"])).toBe(0);
    expect(String(write.mock.calls[0]?.[0])).toContain("--recordings FILE");
  });
});
