import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/*
 * Where tests find the servers that they need. In this order: the environment variable, the default port on loopback, a
 * server on the path that is started on a free port and stopped with the process. Else `undefined`, with one visible
 * line that says how to get one: the test then skips. In CI that is an error.
 */

/** Whether something listens on a port of this machine. */
const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: "127.0.0.1", port });
    const end = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once("connect", end(true)).once("error", end(false)).setTimeout(1_000, end(false));
  });

/** A port that nobody listens on. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject).listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });

async function untilListening(port: number, child: ChildProcess): Promise<boolean> {
  let gone = false;
  child.once("error", () => (gone = true)).once("exit", () => (gone = true));
  for (let tries = 0; tries < 200 && !gone; tries++) {
    if (await listens(port)) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

/** A Redis of one's own: it may be stopped and started again, and keeps nothing. */
export interface OwnRedis {
  readonly url: string;
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** A Redis of one's own on a free port of loopback, or on the one given; undefined without a `redis-server` on the path. */
export async function ownRedis(wanted?: number): Promise<OwnRedis | undefined> {
  const port = wanted ?? (await freePort());
  let child: ChildProcess | undefined;
  const kill = (): void => void child?.kill("SIGKILL");
  const start = async (): Promise<void> => {
    const words = `--port ${port} --bind 127.0.0.1 --save --appendonly no`.split(" ");
    child = spawn("redis-server", words.toSpliced(5, 0, ""), { stdio: "ignore" });
    process.once("exit", kill);
    if (!(await untilListening(port, child))) throw new Error(`no redis-server on port ${port}`);
  };
  const stop = async (): Promise<void> => {
    process.off("exit", kill);
    const ended = new Promise((resolve) => child?.once("exit", resolve));
    kill();
    await ended;
  };
  try {
    await start();
  } catch {
    return undefined;
  }
  return { url: `redis://127.0.0.1:${port}`, start, stop };
}

/** A PostgreSQL on a free port, with a folder that goes when the process ends. */
async function ownPostgres(): Promise<string | undefined> {
  const folder = mkdtempSync(join(tmpdir(), "postgres-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const done = (child: ChildProcess): Promise<boolean> =>
    new Promise((resolve) => child.once("error", () => resolve(false)).once("exit", (code) => resolve(code === 0)));
  const init = spawn("initdb", ["-D", folder, "-U", "postgres", "-A", "trust"], { stdio: "ignore" });
  if (!(await done(init))) return undefined;
  const port = await freePort();
  const words = ["-D", folder, "-p", String(port), "-h", "127.0.0.1", "-k", folder];
  const child = spawn("postgres", words, { stdio: "ignore" });
  process.once("exit", () => child.kill("SIGTERM"));
  return (await untilListening(port, child)) ? `postgres://postgres@127.0.0.1:${port}/postgres` : undefined;
}

function missing(what: string, variable: string, server: string): undefined {
  const line = `no ${what}: set ${variable}, start one on its default port, or install ${server}`;
  if (process.env["CI"]) throw new Error(line);
  console.warn(`skipped: ${line}`);
  return undefined;
}

/** The URL of a Redis for tests, which use keys of their own and never flush it. */
export async function redisUrl(): Promise<string | undefined> {
  const given = process.env["REDIS_URL"];
  if (given) return given;
  if (await listens(6379)) return "redis://127.0.0.1:6379";
  return (await ownRedis())?.url ?? missing("Redis", "REDIS_URL", "redis-server");
}

/** The URL of a PostgreSQL for tests, which use schemas of their own. */
export async function databaseUrl(): Promise<string | undefined> {
  const given = process.env["DATABASE_URL"];
  if (given) return given;
  if (await listens(5432)) return "postgres://postgres@127.0.0.1:5432/postgres";
  return (await ownPostgres()) ?? missing("PostgreSQL", "DATABASE_URL", "postgres");
}
