import type { Answer, AnswerPart, Question } from "./answer.ts";
import { isObject, type Json } from "./json.ts";
import { checkRecording, type Recording } from "./recording.ts";

/**
 * Which requests a script answers: those whose last user message holds a text or matches a pattern, those whose fields
 * equal the given ones, or those that a function takes.
 */
export type Match =
  | string
  | RegExp
  | ((question: Question) => boolean)
  | {
      readonly model?: string;
      readonly wire?: Question["wire"];
      readonly stream?: boolean;
      readonly text?: string | RegExp;
    };

/**
 * What a script answers: text; parts; a whole answer; a finished object of the vendor (`native`), sent or streamed as it
 * stands; a recording, played byte by byte; or a function that makes any of them from the request.
 */
export type Reply =
  | string
  | readonly AnswerPart[]
  | Answer
  | { readonly native: Json }
  | { readonly recording: Recording }
  | ((question: Question) => Reply | Promise<Reply>);

/** A script under construction. */
export interface ScriptBuilder {
  /** Answers a request that matches; called again, the next one. The last answer stands for all that follow. */
  readonly reply: (reply: Reply) => ScriptBuilder;
}

/** What is left of a reply when texts and functions are resolved. */
export type Resolved =
  | { readonly kind: "answer"; readonly answer: Answer }
  | { readonly kind: "native"; readonly native: Json }
  | { readonly kind: "recording"; readonly recording: Recording };

const PART_TYPES = new Set(["text", "reasoning", "tool-call", "refusal", "search", "native"]);
const FINISHES = new Set([
  "stop",
  "length",
  "stop-sequence",
  "refusal",
  "content-filter",
  "pause",
  "context",
  "failed",
]);

const ANSWER_KEYS = new Set(["parts", "finish", "stopSequence", "usage"]);
const USAGE_KEYS = new Set(["input", "cacheRead", "cacheWrite", "output", "reasoning", "iterations"]);

function checkPart(part: unknown, option: string): void {
  const type = isObject(part) ? part["type"] : undefined;
  if (!isObject(part) || typeof type !== "string" || !PART_TYPES.has(type))
    throw new TypeError(`${option}.type must be one of ${[...PART_TYPES].join(", ")}, not ${JSON.stringify(type)}`);
  const { citations } = part;
  if (citations !== undefined && !(Array.isArray(citations) && citations.every(isObject)))
    throw new TypeError(`${option}.citations must be a list of sources`);
  if (type === "native" && !isObject(part["value"])) throw new TypeError(`${option}.value must be an object`);
  if (type === "search") {
    if (typeof part["query"] !== "string") throw new TypeError(`${option}.query must be a text`);
    if (!Array.isArray(part["results"])) throw new TypeError(`${option}.results must be a list of sources`);
  } else if (type === "tool-call") {
    if (typeof part["name"] !== "string") throw new TypeError(`${option}.name must be a text`);
    if (!isObject(part["input"])) throw new TypeError(`${option}.input must be an object`);
  } else if (type !== "native" && typeof part["text"] !== "string")
    throw new TypeError(`${option}.text must be a text`);
}

/** @throws TypeError that names what is wrong with a reply */
export function checkReply(reply: unknown, option: string): void {
  if (typeof reply === "string" || typeof reply === "function") return;
  if (Array.isArray(reply)) {
    for (const [index, part] of reply.entries()) checkPart(part, `${option}[${index}]`);
  } else if (!isObject(reply)) throw new TypeError(`${option} must be a text, parts, an answer or a function`);
  else if ("recording" in reply) checkRecording(reply["recording"], `${option}.recording`);
  else if ("native" in reply) {
    if (!isObject(reply["native"])) throw new TypeError(`${option}.native must be an object`);
  } else if (!Array.isArray(reply["parts"])) throw new TypeError(`${option}.parts must be a list of parts`);
  else {
    for (const [index, part] of reply["parts"].entries()) checkPart(part, `${option}.parts[${index}]`);
    const unknown = Object.keys(reply).find((key) => !ANSWER_KEYS.has(key));
    if (unknown !== undefined)
      throw new TypeError(`${option}.${unknown} is no field of an answer; there are ${[...ANSWER_KEYS].join(", ")}`);
    const { finish, usage = {} } = reply;
    if (!isObject(usage)) throw new TypeError(`${option}.usage must be an object`);
    for (const [key, value] of Object.entries(usage)) {
      if (!USAGE_KEYS.has(key))
        throw new TypeError(`${option}.usage.${key} is no count; there are ${[...USAGE_KEYS].join(", ")}`);
      if (value === undefined) continue;
      if (key === "iterations" ? !Array.isArray(value) : !(Number.isInteger(value) && Number(value) >= 0))
        throw new TypeError(`${option}.usage.${key} must be ${key === "iterations" ? "a list" : "a whole number ≥ 0"}`);
    }
    if (finish !== undefined && !(typeof finish === "string" && FINISHES.has(finish)))
      throw new TypeError(`${option}.finish must be one of ${[...FINISHES].join(", ")}, not ${JSON.stringify(finish)}`);
  }
}

const WIRES: readonly unknown[] = ["anthropic", "openai-chat", "openai-responses"];
const MATCH_KEYS = new Set(["model", "wire", "stream", "text"]);

/** @throws TypeError that names what is wrong with a match */
export function checkMatch(match: unknown, option: string): void {
  if (typeof match === "string" || typeof match === "function" || match instanceof RegExp) return;
  if (!isObject(match))
    throw new TypeError(
      `${option} must be a text, a pattern, a function or an object with model, wire, stream or text`,
    );
  const unknown = Object.keys(match).find((key) => !MATCH_KEYS.has(key));
  if (unknown !== undefined)
    throw new TypeError(`${option}.${unknown} is no field to match by; there are ${[...MATCH_KEYS].join(", ")}`);
  const { model, wire, stream, text } = match;
  if (model !== undefined && typeof model !== "string") throw new TypeError(`${option}.model must be a text`);
  if (wire !== undefined && !WIRES.includes(wire))
    throw new TypeError(`${option}.wire must be one of ${WIRES.join(", ")}, not ${JSON.stringify(wire)}`);
  if (stream !== undefined && typeof stream !== "boolean")
    throw new TypeError(`${option}.stream must be true or false`);
  if (text !== undefined && typeof text !== "string" && !(text instanceof RegExp))
    throw new TypeError(`${option}.text must be a text or a pattern`);
}

/** Whether a text holds another, or matches a pattern. */
export function textMatches(text: string, wanted: string | RegExp): boolean {
  // A pattern with the flag `g` would remember where it stopped.
  return typeof wanted === "string"
    ? text.includes(wanted)
    : new RegExp(wanted.source, wanted.flags.replace(/[gy]/g, "")).test(text);
}

function matches(match: Match, question: Question): boolean {
  if (typeof match === "function") return match(question);
  if (typeof match === "string" || match instanceof RegExp) return textMatches(question.text, match);
  return (
    (match.model === undefined || match.model === question.model) &&
    (match.wire === undefined || match.wire === question.wire) &&
    (match.stream === undefined || match.stream === question.stream) &&
    (match.text === undefined || textMatches(question.text, match.text))
  );
}

async function resolve(reply: Reply, question: Question): Promise<Resolved> {
  if (typeof reply === "string") return { kind: "answer", answer: { parts: [{ type: "text", text: reply }] } };
  if (typeof reply === "function") {
    const made = await reply(question);
    checkReply(made, "reply()");
    if (typeof made === "function") throw new TypeError("reply() must not return another function");
    return resolve(made, question);
  }
  if ("native" in reply) return { kind: "native", native: reply.native };
  if ("recording" in reply) return { kind: "recording", recording: reply.recording };
  if ("parts" in reply) return { kind: "answer", answer: reply };
  return { kind: "answer", answer: { parts: reply } };
}

/** The scripts of a simulator. */
export interface Scripts {
  readonly when: (match: Match) => ScriptBuilder;
  /** The reply to a question, and the number of the script that gave it; undefined if none matches. */
  readonly find: (question: Question) => Promise<{ readonly script: number; readonly reply: Resolved } | undefined>;
  readonly size: () => number;
}

/** A list of scripts; the first that matches answers. */
export function createScripts(): Scripts {
  const scripts: { readonly match: Match; readonly replies: Reply[]; used: number }[] = [];
  return {
    when: (match) => {
      checkMatch(match, "when()");
      const script = { match, replies: [] as Reply[], used: 0 };
      scripts.push(script);
      const builder: ScriptBuilder = {
        reply: (reply) => {
          checkReply(reply, "reply()");
          script.replies.push(reply);
          return builder;
        },
      };
      return builder;
    },
    find: async (question) => {
      for (const [index, script] of scripts.entries()) {
        if (script.replies.length === 0 || !matches(script.match, question)) continue;
        const reply = script.replies[Math.min(script.used, script.replies.length - 1)];
        script.used++;
        if (reply !== undefined) return { script: index, reply: await resolve(reply, question) };
      }
      return undefined;
    },
    size: () => scripts.length,
  };
}
