import { newCall, type CallOptions } from "../call.ts";
import type { Embedder } from "../embed.ts";
import { isLlmError } from "../error.ts";
import type { Event } from "../event.ts";
import { must, mustEqual, type Check } from "./check.ts";

/** What to check an embedder with. */
export interface EmbedderConformanceOptions {
  /** Texts to embed, all different, more than one request holds. Default: 40 short ones. */
  readonly texts?: readonly string[];
}

const near = (a: readonly number[] = [], b: readonly number[] = []): boolean =>
  a.length === b.length && a.every((value, i) => Math.abs(value - (b[i] ?? Number.NaN)) < 1e-4);

/**
 * The laws of an embedder as checks with a name each, for any test runner. The embedder must be able to answer, and to
 * give equal texts equal vectors.
 *
 * @param make a new embedder for each check
 * @example
 * ```ts
 * for (const check of embedderConformance(() => mockEmbedder())) test(check.name, check.run);
 * ```
 */
export function embedderConformance(make: () => Embedder, options: EmbedderConformanceOptions = {}): readonly Check[] {
  const texts = options.texts ?? Array.from({ length: 40 }, (_, n) => `Text ${n} tells of ${["seas", "suns"][n % 2]}.`);

  /** A call whose events are kept. */
  const heard = (more: CallOptions = {}) => {
    const events: Event[] = [];
    const call = newCall({ ...more, onEvent: (event) => events.push(event) });
    const responses = () => events.filter((event) => event.type === "api.response");
    return { call, events, responses };
  };
  const codeOf = async (promise: Promise<unknown>): Promise<string> => {
    try {
      await promise;
    } catch (error) {
      return isLlmError(error) ? error.code : `not an LlmError: ${String(error)}`;
    }
    return "no error";
  };

  const checks: Record<string, () => Promise<void>> = {
    "each text has a vector, all of one length": async () => {
      const { vectors } = await make().embed({ texts });
      mustEqual(vectors.length, texts.length, "vectors");
      mustEqual(new Set(vectors.map((vector) => vector.length)).size, 1, "different lengths");
      must((vectors[0]?.length ?? 0) > 0, "vectors are empty");
      must(vectors.flat().every(Number.isFinite), "a vector holds something else than numbers");
    },
    "vectors come in the order of the texts": async () => {
      const embedder = make();
      const { vectors } = await embedder.embed({ texts });
      const back = await embedder.embed({ texts: [...texts].reverse() });
      vectors.forEach((vector, i) =>
        must(near(vector, back.vectors[texts.length - 1 - i]), `text ${i} has another's vector`),
      );
    },
    "no texts are no vectors, and nothing is asked": async () => {
      const { call, events } = heard();
      mustEqual((await make().embed({ texts: [] }, call)).vectors, [], "vectors");
      mustEqual(events, [], "events");
    },
    "usage is told once for each upstream request, and sums up": async () => {
      const { call, responses } = heard();
      const { usage } = await make().embed({ texts }, call);
      must(usage.input > 0, "tokens are missing");
      mustEqual(usage.output, 0, "output");
      mustEqual(
        responses().reduce((sum, event) => sum + event.usage.input, 0),
        usage.input,
        "usage told",
      );
      mustEqual(new Set(responses().map(({ outcome }) => outcome)).size, 1, "outcomes");
    },
    "an aborted signal ends the call before it is asked": async () => {
      const { call, events } = heard({ signal: AbortSignal.abort() });
      mustEqual(await codeOf(make().embed({ texts }, call)), "aborted", "code");
      mustEqual(events, [], "events");
    },
    "an abort on the way ends it, and is told once": async () => {
      const controller = new AbortController();
      const { call, responses } = heard({ signal: controller.signal });
      const code = codeOf(make().embed({ texts }, call));
      await Promise.resolve().then(() => Promise.resolve()); // it has been asked
      controller.abort();
      mustEqual(await code, "aborted", "code");
      must(responses().length <= 1, "told more than once");
    },
    "a deadline that has passed is a timeout": async () => {
      mustEqual(await codeOf(make().embed({ texts }, newCall({ deadline: Date.now() - 1 }))), "timeout", "code");
    },
    "a text that is none is an invalid request, before anything is asked": async () => {
      const { call, events } = heard();
      for (const wrong of ["", 7 as unknown as string])
        // what JavaScript may pass
        mustEqual(await codeOf(make().embed({ texts: ["a", wrong] }, call)), "invalid-request", "code");
      mustEqual(events, [], "events");
    },
    "the request is left as it was": async () => {
      const request = { texts: [...texts] };
      const before = JSON.stringify(request);
      await make().embed(request);
      mustEqual(JSON.stringify(request), before, "the request");
    },
    "a listener that throws breaks nothing": async () => {
      const call = newCall({
        onEvent: () => {
          throw new Error("a listener's own");
        },
      });
      await make().embed({ texts: texts.slice(0, 1) }, call);
    },
  };
  return Object.entries(checks).map(([name, run]) => ({ name, run }));
}
