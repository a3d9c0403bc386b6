import { spawn } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createSimulator } from "@llm/simulator";
import { afterEach, expect, test } from "vitest";

const main = new URL("./main.ts", import.meta.url).pathname;
const running: { kill: () => void }[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill();
});

interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

/** Runs the demo as a user would, without any key of the machine's. */
function demo(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push({ kill: () => child.kill() });
  let out = "";
  let err = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
  const ended = new Promise<Ended>((resolve) => child.on("close", (code) => resolve({ code, out, err })));
  const said = (what: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = what.exec(out);
        if (found) resolve(found);
      };
      child.stdout.on("data", look);
      void ended.then(({ err: why }) => reject(new Error(`it ended without saying ${what}: ${why}`)));
      look();
    });
  return { ended, said, stop: () => child.kill("SIGINT") };
}

test(
  "once: an answer through every package, the same again from the cache, and a typed one",
  { timeout: 60_000 },
  async () => {
    const { code, out, err } = await demo(["--once", "--port", "0"]).ended;
    expect(err).toBe("");
    expect(code).toBe(0);
    expect(out).toContain("simulator");
    expect(out).toMatch(/cache +miss, stored for 1 h/);
    expect(out).toMatch(/selector +simple → anthropic\/claude-haiku-5-5/);
    expect(out).toMatch(/retry +1 attempt\n/);
    expect(out).toMatch(/breaker +anthropic\/claude-haiku-5-5\S*: closed/);
    expect(out).toMatch(/cost +\d+ tokens in, \d+ out.*: \$0\.\d+/);
    expect(out).toMatch(/cache +hit/);
    expect(out).toMatch(/structured +asked once, by the model's own schema output/);
    const typed = /^\{"topic".*\}$/m.exec(out)?.[0] ?? "{}";
    expect(JSON.parse(typed)).toMatchObject({
      topic: expect.any(String),
      difficulty: expect.stringMatching(/^(easy|medium|hard)$/),
    });
  },
);

test("a question of one's own goes to the model that fits it", { timeout: 60_000 }, async () => {
  const { out, code } = await demo(["Design", "an architecture", "--once", "--port", "0"]).ended;
  expect(code).toBe(0);
  expect(out).toContain("> Design an architecture\n");
  expect(out).toMatch(/selector +complex → /);
});

test("it stays up, answers over HTTP as server-sent events, and ends when told", { timeout: 60_000 }, async () => {
  const { said, stop, ended } = demo(["--port", "0"]);
  const url = (await said(/still serving at (http:\/\/127\.0\.0\.1:\d+);/))[1];
  const ask = (body: string) => fetch(`${url}/chat`, { method: "POST", body });

  const answer = await ask('{"message":"What is a cache?"}');
  expect(answer.headers.get("content-type")).toContain("text/event-stream");
  const events = (await answer.text()).split("\n\n").flatMap((event) => /^event: (\S+)$/m.exec(event)?.[1] ?? []);
  expect([events[0], events.at(-2), events.at(-1)]).toEqual(["start", "finish", "layers"]);
  expect(events.filter((event) => event === "text").length).toBeGreaterThan(3);

  for (const bad of ["", "{}", '{"message":""}', '{"messages":[]}', '{"messages":[{"role":"nobody","content":"x"}]}']) {
    const refused = await ask(bad);
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ error: { code: "invalid-request" } });
  }
  expect((await fetch(`${url}/nothing`)).status).toBe(404);
  stop();
  expect(await ended).toMatchObject({ code: 0, err: "" });
});

test("a taken port, a bad flag and a bad port end in one line", { timeout: 60_000 }, async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const { port } = taken.address() as AddressInfo;
  const runs = await Promise.all([
    demo(["--port", String(port), "--once"]).ended,
    demo(["--onec"]).ended,
    demo(["--port", "x"]).ended,
    demo(["--port", "70000"]).ended,
  ]);
  taken.close();
  expect(runs.map(({ err }) => err)).toEqual([
    `demo: port ${port} is taken; choose another one with --port\n`,
    "demo: Unknown option '--onec'; try --help\n",
    'demo: --port must be a number from 0 to 65535, not "x"\n',
    'demo: --port must be a number from 0 to 65535, not "70000"\n',
  ]);
  expect(runs.map(({ code }) => code)).toEqual([1, 2, 2, 2]);
});

test("a bad key ends in one line that does not repeat it", { timeout: 60_000 }, async () => {
  const simulator = createSimulator({ apiKeys: ["the-right-one"] });
  const { url } = await simulator.listen();
  const key = "sk-ant-the-wrong-one";
  const wrong = [
    { ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url },
    { OPENAI_API_KEY: key, OPENAI_BASE_URL: `${url}/v1` },
  ];
  for (const env of wrong) {
    const { code, err } = await demo(["--once", "--port", "0"], env).ended;
    expect(code).toBe(1);
    expect(err).toMatch(/^demo: the API key was refused by \w+: .*\n$/);
    expect(err).not.toContain(key);
  }
  await simulator.close();
});
