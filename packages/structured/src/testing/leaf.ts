import type { Provider, StreamPart } from "@llm/core";
import { noUsage } from "@llm/core";
import { mockModel } from "@llm/core/testing";

/** A leaf that reports how it used the output, as the adapters do. */
export const leafOf = (
  vendor: string,
  answer: string,
  mode: "native" | "tool" | "instructions",
): Provider & { asked: unknown[] } => {
  const asked: unknown[] = [];
  const { models } = mockModel({ vendor });
  return {
    name: vendor,
    models,
    asked,
    stream: async function* (request): AsyncGenerator<StreamPart> {
      asked.push(request);
      yield {
        type: "start",
        vendor,
        model: "m",
        output: { mode, ...(mode !== "instructions" && { dialect: vendor }) },
      };
      for (let i = 0; i < answer.length; i += 3) yield { type: "text", block: 0, delta: answer.slice(i, i + 3) };
      yield { type: "finish", reason: "stop", usage: { ...noUsage, input: 5, output: 7 } };
    },
  };
};

/** All that an iteration yields. */
export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const out: T[] = [];
  for await (const item of items) out.push(item);
  return out;
};
