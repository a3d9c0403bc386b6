import { context, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { isLlmError } from "../error.ts";
import type { RunnableTool } from "../tool.ts";
import { errorType } from "./attributes.ts";
import { NAME, type TelemetryOptions } from "./telemetry.ts";

type Tools = Readonly<Record<string, RunnableTool>>;

function traced(name: string, tool: RunnableTool, { tracer, captureContent }: TelemetryOptions): RunnableTool {
  const run: RunnableTool["run"] = async (input, call) => {
    const span = (tracer ?? trace.getTracer(NAME)).startSpan(`execute_tool ${name}`, {
      kind: SpanKind.INTERNAL,
      attributes: {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": name,
        "gen_ai.tool.call.id": call.id,
        "gen_ai.tool.type": "function",
        ...(captureContent && { "gen_ai.tool.call.arguments": JSON.stringify(input) }),
      },
    });
    const began = performance.now();
    try {
      const output = await context.with(trace.setSpan(context.active(), span), () => tool.run(input, call));
      if (captureContent)
        span.setAttribute("gen_ai.tool.call.result", typeof output === "string" ? output : JSON.stringify(output));
      return output;
    } catch (error) {
      // what it throws once its caller has left is no failure of its own
      if (!isLlmError(call.signal.reason, "aborted")) {
        span.setAttribute("error.type", errorType(error));
        span.setStatus({ code: SpanStatusCode.ERROR, message: errorType(error) });
      }
      throw error;
    } finally {
      span.setAttribute("gen_ai.execute_tool.duration", (performance.now() - began) / 1_000);
      span.end();
    }
  };
  return { ...tool, run };
}

/**
 * Tools for `runTools` with a span for each time that they run, by the same conventions as `telemetry`; what they call
 * hangs below it. What they are given and answer stands in it only with `captureContent`.
 *
 * @example
 * ```ts
 * import { telemetry, tracedTools } from "@llm/core/otel";
 * import { runTools, tool } from "@llm/core/tools";
 * const clock = tool({ input: { type: "object" }, run: () => "12:00" });
 * const llm = compose(provider, telemetry());
 * const { text } = await runTools(llm, "What time is it?", { tools: tracedTools({ clock }) }).result;
 * ```
 */
export const tracedTools = <T extends Tools>(tools: T, options: Omit<TelemetryOptions, "meter"> = {}): T =>
  Object.fromEntries(Object.entries(tools).map(([name, tool]) => [name, traced(name, tool, options)])) as T; // the same names
