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
  const heard = (more: CallOptions = {}, hear = (_event: Event): void => {}) => {
    const events: Event[] = [];
    const onEvent = (event: Event): void => {
      events.push(event);
      hear(event);
    };
    const call = newCall({ ...more, onEvent });
    const responses = () => events.filter((event) => event.type === "api.response");
    /** The upstream requests told as they were asked, and how each ended. */
    const told = () => [
      events.filter((event) => event.type === "api.request").length,
      responses().map(({ outcome }) => outcome),
    ];
    const input = (): number => responses().reduce((sum, { usage }) => sum + usage.input, 0);
    return { call, events, responses, told, input };
  };
  const errorOf = async (promise: Promise<unknown>): Promise<unknown> => {
    try {
      return await promise.then(() => undefined);
    } catch (error) {
      return error;
    }
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
    "it names itself, and its model answers": async () => {
      const { name, vendor, model, embed } = make();
      must(name !== "" && model !== "", "it has no name");
      mustEqual((await embed({ texts: texts.slice(0, 1) })).vendor, vendor, "vendor");
    },
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
      for (const at of [0, 1, texts.length - 1]) {
        const alone = await embedder.embed({ texts: texts.slice(at, at + 1) });
        must(near(vectors[at], alone.vectors[0]), `text ${at} has another vector alone`);
      }
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
      const { call, responses, told, input } = heard();
      const { usage } = await make().embed({ texts }, call);
      must(usage.input > 0, "tokens are missing");
      mustEqual(usage.output, 0, "output");
      mustEqual(input(), usage.input, "usage told");
      mustEqual(told(), [responses().length, responses().map(() => "ok")], "upstream requests told");
    },
    "an aborted signal ends the call before it is asked": async () => {
      const { call, events } = heard({ signal: AbortSignal.abort() });
      mustEqual(await codeOf(make().embed({ texts }, call)), "aborted", "code");
      mustEqual(events, [], "events");
    },
    "an abort on the way ends it, and is told once, with what it used": async () => {
      const controller = new AbortController();
      const { call, told, input } = heard({ signal: controller.signal }, ({ type }) => {
        if (type === "api.request") queueMicrotask(() => controller.abort());
      });
      const error = await errorOf(make().embed({ texts }, call));
      must(isLlmError(error, "aborted"), `not aborted: ${String(error)}`);
      const [asked] = told();
      must(asked === 0 || asked === 1, "asked again after the abort");
      mustEqual(told(), [asked, asked === 1 ? ["aborted"] : []], "upstream requests told");
      mustEqual(error.partial?.usage?.input ?? 0, input(), "usage that the error carries");
    },
    "a deadline that has passed is a timeout": async () => {
      const { call, events } = heard({ deadline: Date.now() - 1 });
      mustEqual(await codeOf(make().embed({ texts }, call)), "timeout", "code");
      mustEqual(events, [], "events");
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
