import { mock } from "@llm/core/testing";
import * as z from "zod";
import { testExamples } from "../../../.config/examples.ts";
import { programOf } from "./program.ts";
import { instructionsFor } from "./instructions.ts";
import * as structured from "./index.ts";

/** Answers every question of the examples with what they ask for. */
const answer = (): ReturnType<typeof mock> =>
  mock((request) => {
    const asked = JSON.stringify(request.messages);
    if (asked.includes("Eiffel")) return '{"city": "Paris"}';
    if (asked.includes("river")) return '[{"name": "Paris", "country": "France"}]';
    if (asked.includes("bread")) return '{"title": "Bread", "steps": ["Mix", "Bake"]}';
    if (asked.includes("sound")) return "happy";
    return '{"title": "Table for two", "urgent": true, "steps": ["Call"]}';
  });

testExamples(new URL("..", import.meta.url).pathname, {
  load: (specifier) => import(specifier),
  modules: { "@llm/structured": structured },
  scope: () => ({
    ...structured,
    z,
    llm: answer(),
    isFree: (name: string) => Promise.resolve(name !== ""),
    programOf,
    instructionsFor,
    console: { log: () => undefined },
  }),
});
