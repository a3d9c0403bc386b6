import { isRecord, type JsonObject } from "../json.ts";
import type { FinishPart, OpaqueDelta, ReasoningDelta, StartPart, StreamPart, Warning } from "../stream-part.ts";
import { fromJson, OURS, THEIRS } from "./carried.ts";
import type { AiSdkJsonObject, AiSdkMetadata, AiSdkStreamPart } from "./language-model.ts";
import { fromAiSdkFinish, toAiSdkFinish, toAiSdkUsage, toAiSdkWarning } from "./usage.ts";

type Push = (part: AiSdkStreamPart) => void;

interface Block {
  readonly kind: "text" | "reasoning" | "tool-call";
  readonly id: string;
  readonly name: string;
  /** Began and ends as the AI SDK model said; else we say it. */
  readonly theirs: boolean;
  json: string;
  data: JsonObject | undefined;
}

const ours = (value: object): AiSdkMetadata => ({ [OURS]: value as AiSdkJsonObject }); // JSON, like all parts

/** What rides on a part of theirs, unseen by who does not look for it. */
const riding = (part: AiSdkStreamPart, llm: unknown): AiSdkStreamPart => Object.assign(part, { llm });

/** Whether a call's arguments are all there: an object that can be read goes on with nothing but blanks. */
const complete = (json: string): boolean => {
  try {
    return isRecord(JSON.parse(json));
  } catch {
    return false;
  }
};

/**
 * Writes the parts of one answer in the AI SDK's words. What came from an AI SDK model goes out as it came, whatever
 * layers did in between excepted; our own streams carry what their words cannot say.
 *
 * @param unsaid warnings about what was asked and only an AI SDK model would have understood
 */
export function newPartWriter(unsaid: readonly Warning[]): (part: StreamPart, push: Push) => void {
  const blocks = new Map<number, Block>();
  const held = new Map<string, AiSdkStreamPart>(); // pieces of theirs that wait for their text
  const used = new Set<number>();
  const called = new Set<string>(); // calls that are complete
  const covered = new Set<number>(); // blocks whose next piece their own part has said already
  let start: StartPart | undefined;
  let begun = false;
  let last: FinishHeld | undefined;
  let renewed = 0;

  const begin = (theirs: boolean, push: Push): void => {
    if (begun || !start) return;
    begun = true;
    if (theirs) return;
    const warnings = [...(start.warnings ?? []), ...unsaid].map(toAiSdkWarning);
    push(riding({ type: "stream-start", warnings }, start));
    push({ type: "response-metadata", ...(start.id !== undefined && { id: start.id }), modelId: start.model });
  };

  const close = (at: number, block: Block, push: Push): void => {
    blocks.delete(at);
    if (block.theirs) return;
    if (block.kind === "text") return push({ type: "text-end", id: block.id });
    if (block.kind === "reasoning")
      return push({ type: "reasoning-end", id: block.id, providerMetadata: written(block.data) });
    push({ type: "tool-input-end", id: block.id });
    called.add(block.id);
    const input = block.json.trim() === "" ? "{}" : block.json;
    const providerMetadata = block.data && ours({ data: block.data });
    push({
      type: "tool-call",
      toolCallId: block.id,
      toolName: block.name,
      input,
      ...(providerMetadata && { providerMetadata }),
    });
  };
  const written = (data: JsonObject | undefined): AiSdkMetadata =>
    ours({ vendor: start?.vendor ?? "", model: start?.model ?? "", ...(data && { data }) });

  /** The open block for a piece of ours; a new one ends what is complete. */
  const blockFor = (part: Extract<StreamPart, { type: "text" | "reasoning" | "tool-call" }>, push: Push): Block => {
    const known = blocks.get(part.block);
    if (known?.kind === part.type) return known;
    for (const [at, open] of blocks) if (open.kind !== "tool-call" || complete(open.json)) close(at, open, push);
    const name = part.type === "tool-call" ? part.name : "";
    const again = used.has(part.block) ? `.${++renewed}` : ""; // it had ended already
    used.add(part.block);
    const id = part.type === "tool-call" ? part.id : `${part.block}${again}`;
    const data = part.type === "tool-call" ? part.data : undefined;
    const block: Block = { kind: part.type, id, name, theirs: false, json: "", data };
    blocks.set(part.block, block);
    const llm = { block: part.block, ...(data && { data }) };
    if (part.type === "text") push(riding({ type: "text-start", id }, llm));
    else if (part.type === "reasoning")
      push(riding({ type: "reasoning-start", id, providerMetadata: written(undefined) }, llm));
    else push(riding({ type: "tool-input-start", id, toolName: name }, llm));
    return block;
  };
  const reasoning = (part: ReasoningDelta, push: Push): void => {
    if (covered.delete(part.block)) return;
    const block = blockFor(part, push);
    const theirs = part.data?.[THEIRS];
    if (part.data) block.data = { ...block.data, ...part.data };
    const providerMetadata = isRecord(theirs)
      ? (fromJson(theirs) as AiSdkMetadata) // it was theirs
      : part.data && written(part.data);
    push({ type: "reasoning-delta", id: block.id, delta: part.delta, ...(providerMetadata && { providerMetadata }) });
  };

  const toolCall = (part: Extract<StreamPart, { type: "tool-call" }>, push: Push): void => {
    if (covered.delete(part.block)) return;
    const whole = held.get(`tool-call ${part.id}`);
    if (whole) {
      held.delete(`tool-call ${part.id}`);
      return push({ ...whole, input: part.delta } as AiSdkStreamPart); // a call that came in one piece
    }
    if (called.has(part.id)) return push(riding({ type: "ping" }, part)); // blanks after its end
    const block = blockFor(part, push);
    block.json += part.delta;
    const piece = held.get(`tool-input-delta ${block.id}`);
    held.delete(`tool-input-delta ${block.id}`);
    push({ type: "tool-input-delta", id: block.id, ...piece, delta: part.delta } as AiSdkStreamPart); // theirs, completed
  };

  /** A part of theirs: goes out as it came, at once or as soon as its text is there. */
  const theirPart = (value: Readonly<Record<string, unknown>>, push: Push): void => {
    const part = fromJson(value["part"]) as AiSdkStreamPart | undefined; // it was one
    if (!part) return;
    const at = typeof value["at"] === "number" ? value["at"] : -1;
    switch (part.type) {
      case "text-start":
      case "reasoning-start":
      case "tool-input-start": {
        const kind = part.type === "text-start" ? "text" : part.type === "reasoning-start" ? "reasoning" : "tool-call";
        const name = part.type === "tool-input-start" ? part.toolName : "";
        blocks.set(at, { kind, id: part.id, name, theirs: true, json: "", data: undefined });
        break;
      }
      case "text-end":
      case "reasoning-end":
        blocks.delete(at);
        break;
      case "text-delta":
      case "reasoning-delta":
      case "tool-input-delta":
        if ("delta" in part) break; // of a tool that the provider runs
        held.set(`${(part as AiSdkStreamPart & { type: string }).type} ${(part as { id: string }).id}`, part);
        return;
      case "tool-call": {
        if ("input" in part) break;
        const { toolCallId } = part as { toolCallId: string };
        const block = blocks.get(at);
        if (block) {
          blocks.delete(at);
          return push({ ...(part as object), input: block.json } as AiSdkStreamPart); // completed by what streamed
        }
        held.set(`tool-call ${toolCallId}`, part);
        return;
      }
      case "finish":
        last = part;
        return;
      default:
    }
    if (value["covers"] === true) covered.add(at);
    push(part);
  };

  const opaque = (part: OpaqueDelta, push: Push): void => {
    const theirs = part.vendor.startsWith(THEIRS);
    begin(theirs, push);
    if (theirs && isRecord(part.value)) return theirPart(part.value, push); // JSON already
    if (part.block === undefined) return push(riding({ type: "ping" }, part));
    push({ type: "custom", kind: `${part.vendor}.opaque`, providerMetadata: ours({ opaque: { ...part } }) });
  };

  const finish = (part: FinishPart, push: Push): void => {
    for (const [at, block] of blocks) close(at, block, push);
    // as it came, unless a layer changed it
    if (last && same(fromAiSdkFinish(last.finishReason, last.usage), part)) return push(last);
    push({
      type: "finish",
      finishReason: toAiSdkFinish(part),
      usage: toAiSdkUsage(part.usage),
      providerMetadata: { ...last?.providerMetadata, ...ours({ start, finish: part }) },
    });
  };

  return (part, push) => {
    switch (part.type) {
      case "start":
        start = part;
        return;
      case "opaque":
        return opaque(part, push);
      default:
        begin(false, push);
    }
    switch (part.type) {
      case "text": {
        const block = blockFor(part, push);
        const piece = held.get(`text-delta ${block.id}`);
        held.delete(`text-delta ${block.id}`);
        return push({ type: "text-delta", id: block.id, ...piece, delta: part.delta } as AiSdkStreamPart); // theirs, completed
      }
      case "reasoning":
        return reasoning(part, push);
      case "tool-call":
        return toolCall(part, push);
      case "usage":
        return push(riding({ type: "ping" }, part));
      case "finish":
        return finish(part, push);
    }
  };
}

type FinishHeld = Extract<AiSdkStreamPart, { type: "finish" }>;

/** Whether a finish still says what theirs did; an estimate stands in for a usage that they did not know. */
const same = (theirs: FinishPart, part: FinishPart): boolean =>
  theirs.reason === part.reason &&
  theirs.raw === part.raw &&
  ((part.usage.estimated === true && theirs.usage.input === 0 && theirs.usage.output === 0) ||
    JSON.stringify(theirs.usage) === JSON.stringify(part.usage));
