import { isRecord } from "@llm/core";

/** What a process tells its fleet. */
export type Message =
  | {
      readonly type: "outcomes";
      readonly outcomes: Readonly<Record<string, readonly [calls: number, failures: number]>>;
    }
  | { readonly type: "opened" | "reopened"; readonly name: string; readonly ms: number; readonly failures: number }
  | { readonly type: "closed"; readonly name: string; readonly forAll: boolean };

/** What another process sent; undefined for what cannot be read. */
export function parse(text: string): { node: string; message: Message } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (!isRecord(value) || typeof value["node"] !== "string") return undefined;
    const { node, type, name, ms, failures, forAll, outcomes } = value;
    if (type === "outcomes" && isRecord(outcomes))
      return { node, message: { type, outcomes: outcomes as Record<string, [number, number]> } }; // only its keys are read
    if (typeof name !== "string") return undefined;
    if ((type === "opened" || type === "reopened") && typeof ms === "number" && ms >= 0 && ms < Infinity)
      return { node, message: { type, name, ms, failures: Number(failures) } };
    return type === "closed" ? { node, message: { type, name, forAll: forAll === true } } : undefined;
  } catch {
    return undefined;
  }
}
