import type { Question, Wire } from "../answer.ts";
import { account, read, type Reading } from "../accounting/account.ts";
import { limitAnswer } from "../accounting/limit.ts";
import { countBlocks, promptBlocks } from "../accounting/prompt.ts";
import { sleep } from "../clock.ts";
import type { Failure } from "../failure.ts";
import type { FaultRule } from "../fault/rule.ts";
import { streamSteps, wholeSteps, type Step } from "../fault/step.ts";
import { objectOf, textOf, type Json } from "../json.ts";
import { findModel, type ModelProfile, type Vendor } from "../model.ts";
import { random as seeded } from "../random.ts";
import { isStream, recordedFrames, recordedWrites, type Recording } from "../recording.ts";
import { callerOf } from "./access.ts";
import type { Context } from "./context.ts";
import { runFrames, runSteps, type Pace } from "./deliver.ts";
import type { Exchange } from "./exchange.ts";
import { enter } from "./gate.ts";
import { paceOf } from "./pace.ts";
import { bucketOf, takeRate } from "./rate.ts";
import { generated, recorded, scripted } from "./reply.ts";
import { sendFailure, wholeHeaders } from "./send.ts";
import type { Asked, WireFormat } from "./wire.ts";

/** The model that a body names, or the vendor's 404. */
export function modelOf(body: Json, vendor: Vendor, context: Context): ModelProfile | Failure {
  const id = textOf(body["model"]);
  const model = findModel(context.settings.models, id);
  if (model && model.vendor === vendor) return model;
  if (vendor === "anthropic")
    return id ? { kind: "not-found", message: `model: ${id}` } : { kind: "invalid", message: "model: Field required" };
  return id
    ? {
        kind: "not-found",
        message: `The model \`${id}\` does not exist or you do not have access to it.`,
        code: "model_not_found",
      }
    : { kind: "invalid", message: "you must provide a model parameter" };
}

function sendRecording(
  x: Exchange,
  recording: Recording,
  wire: Wire,
  fault: FaultRule | undefined,
  pace: Pace,
): Promise<boolean> {
  x.note.status = recording.status ?? 200;
  x.res.writeHead(x.note.status, {
    "content-type": isStream(recording) ? "text/event-stream; charset=utf-8" : "application/json",
    ...recording.headers,
  });
  const plain = [...recordedWrites(recording)].map((bytes): Step => ({ do: "write", bytes, tokens: 0, events: 0 }));
  if (!fault) return runSteps(x, plain, pace);
  const text = Buffer.from(recording.body).toString();
  return runSteps(
    x,
    isStream(recording) ? streamSteps(recordedFrames(text), fault, wire) : wholeSteps(text, fault),
    pace,
  );
}

/** Sends a finished object, whole or as a stream, with the fault that hits it. */
function sendFinished(
  finished: Json,
  format: WireFormat,
  asked: Asked,
  fault: FaultRule | undefined,
  pace: Pace,
): Promise<boolean> {
  const { x, question } = asked;
  x.note.status = 200;
  if (question.stream) {
    x.res.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", "cache-control": "no-cache" });
    x.res.flushHeaders();
    const frames = format.frames(finished, asked);
    return fault ? runSteps(x, streamSteps([...frames], fault, format.wire), pace) : runFrames(x, frames, pace);
  }
  const text = JSON.stringify(finished);
  const usage = objectOf(finished["usage"]);
  const tokens = Number(usage["output_tokens"] ?? usage["completion_tokens"] ?? 0);
  const whole: Step = { do: "write", bytes: text, tokens, events: 0 };
  x.res.writeHead(200, wholeHeaders(text, fault));
  return runSteps(x, fault ? wholeSteps(text, fault) : [whole], pace);
}

/** Takes what a request needs of the rate limit, and reads its prompt through the cache. */
function admit(asked: Asked, format: WireFormat, context: Context): Reading | Failure {
  const { x, body, model, question } = asked;
  const history = format.wire === "openai-responses" ? context.store.history(body["previous_response_id"]) : [];
  const blocks = promptBlocks(question, history);
  const tokens = countBlocks(blocks);
  // A request that is turned away reads nothing, so the bucket is asked before the cache.
  const failure = format.overflow(tokens, body, model) ?? takeRate(x, model, tokens, context);
  if (failure) return failure;
  const reading = read(question, blocks, model, callerOf(x), context.cache);
  // Anthropic does not count what came from the cache.
  if (format.vendor === "anthropic") context.limiter.refund(bucketOf(x, model), format.vendor, reading.read);
  return reading;
}

/** What a body asks, with what it refers to; undefined if there is no model that it could ask. */
function look(
  sent: Json,
  format: WireFormat,
  context: Context,
): { readonly body: Json; readonly model: ModelProfile; readonly question: Question } | undefined {
  const model = modelOf(sent, format.vendor, context);
  if (!("id" in model)) return undefined;
  const body = format.expand(sent, context);
  return { body, model, question: format.question(body, model, context) };
}

/** Answers a request to one of the text wires, from its first check to its last byte. */
export async function answerText(x: Exchange, format: WireFormat, context: Context): Promise<void> {
  const { settings } = context;
  const { vendor } = format;
  const fail = (failure: Failure): void => sendFailure(x, vendor, failure);
  const settle = (ended: boolean): void => {
    x.note.outcome =
      x.note.fault !== undefined && x.note.fault !== "slow-headers" ? "fault" : ended ? "complete" : "aborted";
  };
  let looked: ReturnType<typeof look>;
  const sent = await enter(x, vendor, context, format.wire, (body) => {
    looked = look(body, format, context);
    return looked?.question;
  });
  if (!sent) return;
  const fault = x.bodyFault?.rule;

  // What was recorded is played as it was, also where today's checks would turn it away.
  const played = recorded(sent, context);
  if (played) {
    x.note.source = `recording ${played.index}`;
    return settle(
      await sendRecording(x, played.recording, format.wire, fault, {
        clock: settings.clock,
        latency: 0,
        tokensPerSecond: Infinity,
      }),
    );
  }

  if (!looked) return fail(modelOf(sent, vendor, context) as Failure);
  const { body, model, question } = looked;
  const wrong = format.check(body, model, x, context);
  if (wrong) return fail(wrong);
  const asked: Asked = {
    x,
    body,
    model,
    question,
    created: Math.floor(settings.clock.now() / 1_000),
    random: seeded(settings.seed, "exchange", x.number),
  };
  const reply = await scripted(asked, context);
  if (!reply && settings.strict) {
    x.note.reason = "strict: no script and no recording matches this request";
    return fail({ kind: "not-found", message: `No script matches ${x.method} ${x.path}` });
  }
  const reading = admit(asked, format, context);
  if ("kind" in reading) return fail(reading);
  const pace = paceOf(asked, context);
  await sleep(pace.clock, pace.latency, x.signal);
  if (x.signal.aborted) return settle(false);
  if (reply?.kind === "recording") return settle(await sendRecording(x, reply.recording, format.wire, fault, pace));

  const room = Math.max(1, model.context - reading.input);
  const answers =
    reply?.kind === "answer"
      ? Array.from({ length: format.count(body) }, () => limitAnswer(reply.answer, question, room))
      : reply
        ? []
        : generated(asked, format, context, room);
  const bill = account(question, answers, reading, model);
  const finished = reply?.kind === "native" ? reply.native : format.finished(answers, bill, asked);
  context.limiter.spend(bucketOf(x, model), vendor, bill.output);
  x.note.usage = objectOf(finished["usage"]);
  format.remember(finished, body, context);
  settle(await sendFinished(finished, format, asked, fault, pace));
}
