import type { Answer } from "../answer.ts";
import { limitAnswer } from "../accounting/limit.ts";
import { generate } from "../generate/answer.ts";
import { canonical, type Json } from "../json.ts";
import type { Resolved } from "../script.ts";
import type { NumberedRecording } from "../options.ts";
import type { Context } from "./context.ts";
import type { Asked, WireFormat } from "./wire.ts";

/** The recording of an equal request, and its number. */
export function recorded(body: Json, context: Context): NumberedRecording | undefined {
  const { recordings } = context.settings;
  return recordings.size === 0 ? undefined : recordings.get(canonical(body));
}

/** The reply that a script has for a question; undefined if none matches. */
export async function scripted(asked: Asked, context: Context): Promise<Resolved | undefined> {
  const found = await context.scripts.find(asked.question);
  if (found) asked.x.note.source = `script ${found.script}`;
  return found?.reply;
}

/** The answers that are made up; `room` tokens of the context are left for each. */
export function generated(asked: Asked, format: WireFormat, context: Context, room: number): readonly Answer[] {
  const { seed, length, languages } = context.settings;
  const { question } = asked;
  const most = Math.min(question.maxTokens ?? Infinity, asked.model.maxOutput, room);
  asked.x.note.source = "generated";
  return Array.from({ length: format.count(asked.body) }, (_, index) => {
    const one = index === 0 ? question : { ...question, key: `${question.key}#${index}` };
    return limitAnswer(generate(one, { seed, length, languages, most }), question, room);
  });
}
