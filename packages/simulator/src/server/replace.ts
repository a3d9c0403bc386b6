import { sleep } from "../clock.ts";
import { faultFailure } from "../fault/failure.ts";
import type { FaultRule } from "../fault/rule.ts";
import type { Vendor } from "../model.ts";
import type { Context } from "./context.ts";
import type { Exchange } from "./exchange.ts";
import { sendFailure } from "./send.ts";

/** What a proxy in front of the API shows when the API is gone. */
const PAGE = `<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>nginx</center></body></html>
`;

/** Header lines without end: the status line says 200, and no empty line ever follows. */
async function endlessHeaders(x: Exchange, context: Context, interval: number): Promise<void> {
  const { socket } = x.res;
  socket?.write("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n");
  for (let n = 0; socket && !x.signal.aborted; n++) {
    // A caller that does not read must not fill our memory.
    if (socket.writableLength < 65_536) socket.write(`x-trace-${n}: ${"0123456789abcdef".repeat(4)}\r\n`);
    await sleep(context.settings.clock, interval, x.signal);
  }
  socket?.destroy();
}

/**
 * Does what a fault does in place of an answer. False if the answer is still to be given (`slow-headers`, once the
 * time is up).
 */
export async function replaceAnswer(
  x: Exchange,
  vendor: Vendor,
  rule: FaultRule,
  stream: boolean,
  context: Context,
): Promise<boolean> {
  const { clock } = context.settings;
  x.note.outcome = "fault";
  x.note.reason = `fault ${rule.fault}`;
  const failure = faultFailure(rule, vendor, clock.now());
  if (failure) {
    sendFailure(x, vendor, failure);
    return true;
  }
  switch (rule.fault) {
    case "html":
      x.note.status = rule.status ?? 502;
      x.res.writeHead(x.note.status, { "content-type": "text/html", "content-length": String(PAGE.length) }).end(PAGE);
      return true;
    case "empty-body": {
      x.note.status = rule.status ?? 200;
      const type = stream ? "text/event-stream; charset=utf-8" : "application/json";
      // Chunked: clients take a length of 0 for "nothing to read" and do not look at the type.
      x.res.writeHead(x.note.status, { "content-type": type, "transfer-encoding": "chunked" }).end();
      return true;
    }
    case "reset":
      x.req.socket.resetAndDestroy();
      return true;
    case "hang":
      await sleep(clock, Infinity, x.signal);
      x.res.destroy();
      return true;
    case "endless-headers":
      await endlessHeaders(x, context, rule.size ?? 10);
      return true;
    case "slow-headers":
      await sleep(clock, rule.for ?? 1_000, x.signal);
      return x.signal.aborted;
    default:
      return false;
  }
}
