import { expect, test } from "vitest";
import { isLlmError } from "../error.ts";
import type { Frame } from "../reader.ts";
import { newResponsesReader } from "./answer.ts";

const frame: Frame = { vendor: "v", model: "m", outputTool: undefined, start: {} };
/** The code of the error that a body of status 200 is, or why its answer ended. */
function outcome(body: object): string {
  try {
    const last = newResponsesReader(frame).message(body).at(-1);
    return last?.type === "finish" ? last.reason : "unfinished";
  } catch (error) {
    return isLlmError(error) ? error.code : String(error);
  }
}

test.each([
  [{ status: "error", error: { code: "rate_limit_exceeded", message: "slow" } }, "rate-limit"],
  [{ status: "completed", error: { code: "rate_limit_exceeded" } }, "rate-limit"],
  [{ status: "queued", error: { code: "invalid_api_key" } }, "auth"],
  [{ status: "failed", error: { code: "rate_limit_exceeded" } }, "rate-limit"],
  [{ status: "cancelled", error: null }, "server"],
  [{ status: "ok" }, "malformed"],
  [{ status: "error", error: null }, "malformed"],
  [{}, "malformed"],
  [{ output: [] }, "stop"],
  [{ status: "completed", error: null, output: [] }, "stop"],
  [{ status: "incomplete", error: null, incomplete_details: { reason: "max_output_tokens" }, output: [] }, "length"],
  [{ id: "resp_1", status: "queued" }, "pause"],
])("%j is %s", (body, expected) => {
  expect(outcome(body)).toBe(expected);
});
