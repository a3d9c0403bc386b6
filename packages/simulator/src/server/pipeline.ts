import type { Answer } from "../answer.ts";
import { account } from "../accounting/account.ts";
import { limitAnswer } from "../accounting/limit.ts";
import { sleep } from "../clock.ts";
import type { Failure } from "../failure.ts";
import type { FaultRule } from "../fault/rule.ts";
import { BODY_FAULTS } from "../fault/rule.ts";
import { streamSteps, wholeSteps } from "../fault/step.ts";
import { generate } from "../generate/answer.ts";
import { canonical, objectOf, textOf, type Json } from "../json.ts";
import { findModel, type ModelProfile, type Vendor } from "../model.ts";
import { draw, random as seeded } from "../random.ts";
import { isStream, recordedWrites, type Recording } from "../recording.ts";
import type { Resolved } from "../script.ts";
import { checkAccess } from "./access.ts";
import type { Context } from "./context.ts";
import { runFrames, runSteps, type Pace } from "./deliver.ts";
import type { Exchange } from "./exchange.ts";
import { replaceAnswer } from "./replace.ts";
import { isFailure, readJson, sendFailure, setVendorHeaders } from "./send.ts";
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

/** The answer that a script or a recording has for a question; else undefined. */
async function scripted(asked: Asked, context: Context): Promise<Resolved | undefined> {
  const found = await context.scripts.find(asked.question);
  if (found) {
    asked.x.note.source = `script ${found.script}`;
    return found.reply;
  }
  const wanted = canonical(asked.body);
  const index = context.settings.recordings.findIndex((one) => one.request && canonical(one.request) === wanted);
  const recording = context.settings.recordings[index];
  if (!recording) return undefined;
  asked.x.note.source = `recording ${index}`;
  return { kind: "recording", recording };
}

function generated(asked: Asked, format: WireFormat, context: Context): readonly Answer[] {
  const { seed, length, languages } = context.settings;
  const { question } = asked;
  return Array.from({ length: format.count(asked.body) }, (_, index) =>
    limitAnswer(
      generate(index === 0 ? question : { ...question, key: `${question.key}#${index}` }, { seed, length, languages }),
      question,
    ),
  );
}

function paceOf(asked: Asked, { settings }: Context): Pace {
  const { latency, tokensPerSecond, clock } = settings;
  const own = asked.model;
  return {
    clock,
    latency: draw(latency === "model" ? own.latency : latency, asked.random),
    tokensPerSecond: draw(tokensPerSecond === "model" ? own.tokensPerSecond : tokensPerSecond, asked.random),
  };
}

function playRecording(x: Exchange, recording: Recording, pace: Pace): Promise<boolean> {
  x.note.status = recording.status ?? 200;
  x.res.writeHead(x.note.status, {
    "content-type": isStream(recording) ? "text/event-stream; charset=utf-8" : "application/json",
    ...recording.headers,
  });
  const steps = [...recordedWrites(recording)].map((bytes) => ({ do: "write", bytes, tokens: 0, events: 0 }) as const);
  return runSteps(x, steps, pace);
}

/** Sends a finished object, whole or as a stream, with the fault that hits it. */
async function send(
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
  const tokens = Number(
    objectOf(finished["usage"])["output_tokens"] ?? objectOf(finished["usage"])["completion_tokens"] ?? 0,
  );
  const steps = fault ? wholeSteps(text, fault) : [{ do: "write", bytes: text, tokens, events: 0 } as const];
  // A cut body must miss bytes that were promised; any other fault leaves the length open.
  const length = fault && fault.fault !== "cut" ? {} : { "content-length": String(Buffer.byteLength(text)) };
  x.res.writeHead(200, { "content-type": "application/json", ...length });
  return runSteps(x, steps, pace);
}

/** Answers a request to one of the text wires, from its first check to its last byte. */
export async function answerText(x: Exchange, format: WireFormat, context: Context): Promise<void> {
  const { settings } = context;
  const { vendor, wire } = format;
  x.note.wire = wire;
  setVendorHeaders(x, vendor, settings.clock.now());
  const fail = (failure: Failure): void => sendFailure(x, vendor, failure);
  const body = await readJson(x);
  if (isFailure(body)) return fail(body);
  x.note.model = textOf(body["model"]);
  x.note.stream = body["stream"] === true;
  const refused = checkAccess(x, vendor, settings.apiKeys);
  if (refused) return fail(refused);
  const model = modelOf(body, vendor, context);
  const known = "id" in model ? model : undefined;
  const question = known && format.question(body, known, context);

  const fault = context.faults.take(
    {
      model: textOf(body["model"]),
      wire,
      path: x.path,
      stream: body["stream"] === true,
      text: question?.text ?? "",
      ...(question && { question }),
    },
    context.elapsed(),
  );
  if (fault) x.note.fault = fault.fault;
  if (fault && !BODY_FAULTS.has(fault.fault) && (await replaceAnswer(x, vendor, fault, context))) return;

  if (!known || !question) return fail(model as Failure);
  const wrong = format.check(body, known, x, context);
  if (wrong) return fail(wrong);

  const created = Math.floor(settings.clock.now() / 1_000);
  const asked: Asked = {
    x,
    body,
    model: known,
    question,
    created,
    random: seeded(settings.seed, "exchange", x.number),
  };
  const pace = paceOf(asked, context);
  const reply = await scripted(asked, context);
  if (!reply && settings.strict) {
    x.note.reason = "strict: no script and no recording matches this request";
    return fail({ kind: "not-found", message: `No script matches ${x.method} ${x.path}` });
  }
  await sleep(pace.clock, pace.latency, x.signal);
  if (x.signal.aborted) return;
  if (reply?.kind === "recording") {
    x.note.outcome = (await playRecording(x, reply.recording, pace)) ? "complete" : "aborted";
    return;
  }
  const answers =
    reply?.kind === "answer" ? [limitAnswer(reply.answer, question)] : reply ? [] : generated(asked, format, context);
  if (!reply) x.note.source = "generated";
  const finished =
    reply?.kind === "native"
      ? reply.native
      : format.finished(
          answers,
          account(question, answers, vendor === "anthropic" ? "standard" : "default", "standard"),
          asked,
        );
  x.note.usage = objectOf(finished["usage"]);
  if (wire === "openai-responses" && body["store"] !== false) context.store.add(finished, body);
  const ended = await send(finished, format, asked, fault, pace);
  if (fault) x.note.outcome = "fault";
  else if (!ended) x.note.outcome = "aborted";
}
