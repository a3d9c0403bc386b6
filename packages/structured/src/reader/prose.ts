import { among } from "./chars.ts";
import { arrayAt, objectAt, peek, tripleAt } from "./lookahead.ts";
import { MAX_ROOTS, openContainer } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { newNode } from "./node.ts";
import { startString } from "./strings.ts";
import { unquote } from "./unquote.ts";
import { at, part } from "./text.ts";

const THOUGHT = /^(think(ing)?|thoughts?|reasoning|reflection|scratchpad|analysis)$/;

/** Reads on in prose: up to where a value begins, or to the end of what has arrived. */
export function readProse(m: Machine): void {
  for (; m.pos < m.size; m.pos++) {
    const c = at(m.text, m.pos);
    if ((c === "<" || c === "[") && readTag(m)) continue;
    if (m.starved) return;
    if (c === "{" || c === "[") {
      const found = c === "{" ? objectAt(m, m.pos) : arrayAt(m, m.pos);
      if (m.starved) return;
      if (found) return openContainer(m, c === "{" ? "object" : "array");
    } else if (c === "`") readFence(m);
    else if (c === '"' && among(peek(m, m.pos + 1), "{[\\")) {
      // a JSON text within a JSON string
      const head = part(m.text, m.pos + 1, m.pos + 64);
      const special = head.search(/["\\]/);
      if (special < 0) peek(m, m.pos + 63);
      if (!m.starved && head.charAt(special) === "\\") return startString(m, c, 1);
    }
    if (m.starved) return;
  }
}

/** Begins or ends a code fence, where one stands at `pos`, at whose last character it leaves the machine. */
function readFence(m: Machine): void {
  if (!tripleAt(m, m.pos) || m.starved) return;
  if (m.fence >= 0) {
    endBlock(m);
    m.pos += 2;
    return;
  }
  // an info string ends with the line; what stands on the same line with a bracket is content
  const head = part(m.text, m.pos, m.pos + 80);
  const end = head.search(/[\n{]/);
  if (end < 0) peek(m, m.pos + 79);
  if (m.starved) return;
  m.pos += head.charAt(end) === "\n" ? end : 3;
  m.fence = m.base + m.pos;
  m.fenceRoots = m.roots.length;
  m.pos--;
}

/** Ends a code fence: what it holds is a text of its own, where it holds no value. */
export function endBlock(m: Machine): void {
  if (m.roots.length === m.fenceRoots && m.thought === "") {
    const end = m.base + m.pos;
    const text = m.source.slice(m.fence, end).trim();
    const plain = unquote(text);
    const node = newNode(plain === text ? "bare" : "text", m.fence, plain, end);
    if (node.text !== "" && m.blocks.length < MAX_ROOTS) m.blocks.push(node);
  }
  m.fence = -1;
}

/** Begins or ends reasoning, where its tag stands at `pos`: `<think>`, or `[THINK]`. Whether one does. */
function readTag(m: Machine): boolean {
  const head = part(m.text, m.pos + 1, m.pos + 20);
  const end = head.search(/[^\w/-]/);
  if (end < 0) peek(m, m.pos + 19);
  const tag = head.slice(0, Math.max(end, 0)).toLowerCase();
  const closes = tag.startsWith("/");
  if (m.starved || !/[>\]\s]/.test(head.charAt(end)) || !THOUGHT.test(tag.replace("/", ""))) return false;
  if (!closes) m.thought ||= tag;
  else if (tag === `/${m.thought}`) m.thought = "";
  else if (m.thought === "") {
    // reasoning that the prompt had opened
    for (const root of m.roots) root.draft = true;
    m.blocks.length = 0;
  }
  return true;
}
