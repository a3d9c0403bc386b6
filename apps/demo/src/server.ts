import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { isLlmError, newCall, toRequest, type ChatRequest } from "@llm/core";
import { Hono } from "hono";
import { streamSSE } from "hono/streaming";
import { z } from "zod";
import { UserError } from "./options.ts";
import type { Stack } from "./stack.ts";
import { trace } from "./trace.ts";

/** Where a server listens. */
export interface Listening {
  readonly url: string;
  readonly close: () => Promise<void>;
}

const Chat = z.union([
  z.object({ message: z.string().min(1) }),
  z.object({
    messages: z.array(z.object({ role: z.enum(["user", "assistant"]), content: z.string() })).min(1),
    system: z.string().optional(),
  }),
]);

const help = `POST /chat   {"message": "…"} or {"messages": [{"role": "user", "content": "…"}]}
             answers as server-sent events: every part of the stream, then "layers"
GET  /       this text
`;

const toChat = (body: z.infer<typeof Chat>): ChatRequest => {
  if ("message" in body) return toRequest(body.message);
  return { messages: body.messages, ...(body.system !== undefined && { system: body.system }) };
};

/** The HTTP face of a stack. */
export function routes(stack: Stack): Hono {
  const app = new Hono();
  app.get("/", (context) => context.text(help));
  app.post("/chat", async (context) => {
    const body = Chat.safeParse(await context.req.json().catch(() => undefined));
    if (!body.success)
      return context.json({ error: { code: "invalid-request", message: z.prettifyError(body.error) } }, 400);
    return streamSSE(context, async (sse) => {
      const gone = new AbortController();
      sse.onAbort(() => gone.abort());
      const seen = trace(stack);
      const send = (event: string, data: unknown): Promise<void> => sse.writeSSE({ event, data: JSON.stringify(data) });
      try {
        const call = newCall({ signal: gone.signal, onEvent: seen.onEvent });
        for await (const part of stack.llm.stream(toChat(body.data), call)) {
          if (part.type === "text") seen.text();
          await send(part.type, part);
        }
        await send(
          "layers",
          seen.lines().map(([layer, did]) => ({ layer, did })),
        );
      } catch (error) {
        if (!gone.signal.aborted) await send("error", told(error));
      }
    });
  });
  app.notFound((context) =>
    context.json({ error: { code: "not-found", message: "POST /chat is what there is" } }, 404),
  );
  return app;
}

const told = (error: unknown): unknown =>
  isLlmError(error)
    ? { code: error.code, message: error.message, retryable: error.retryable, retryAfterMs: error.retryAfterMs }
    : { code: "server", message: "something went wrong" };

const USUAL_PORT = 3_000;

/**
 * Listens on loopback.
 *
 * @param port undefined: the usual one, or any free one where that is taken
 * @throws UserError if the port that was asked for is taken
 */
export async function listen(app: Hono, port: number | undefined): Promise<Listening> {
  const server = createServer(getRequestListener(app.fetch));
  const bind = (at: number): Promise<void> =>
    new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(at, "127.0.0.1", () => {
        server.off("error", reject);
        resolve();
      });
    });
  const isTaken = (error: unknown): boolean => error instanceof Error && "code" in error && error.code === "EADDRINUSE";
  try {
    await bind(port ?? USUAL_PORT);
  } catch (error) {
    if (!isTaken(error))
      throw new UserError(`cannot listen: ${error instanceof Error ? error.message : String(error)}`);
    if (port !== undefined) throw new UserError(`port ${port} is taken; choose another one with --port`);
    await bind(0);
  }
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("not listening on a port"); // a TCP server is
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
