import {
  QUOTE,
  LESS,
  GREATER,
  OPEN_BRACKET,
  BACKSLASH,
  BACKTICK,
  CLOSE_BRACKET,
  OPEN_BRACE,
  SLASH,
  isSpace,
  isWord,
} from "./chars.ts";
import { tripleAt, objectAt, arrayAt } from "./lookahead.ts";
import { MAX_ROOTS, openContainer } from "./machine.ts";
import type { Machine } from "./machine.ts";
import { newNode } from "./node.ts";
import { unquote } from "./unquote.ts";
import { startString } from "./strings.ts";

const THOUGHTS = new Set([
  "think",
  "thinking",
  "thought",
  "thoughts",
  "reasoning",
  "reflection",
  "scratchpad",
  "analysis",
]);

export function readProse(m: Machine): boolean {
  for (; m.pos < m.text.length; m.pos++) {
    const c = m.text.charCodeAt(m.pos);
    if (c === LESS || c === OPEN_BRACKET) {
      const tag = tagAt(m);
      if (tag === undefined) return false;
      if (THOUGHTS.has(tag.replace("/", ""))) {
        if (!tag.startsWith("/")) m.thought ||= tag;
        else if (tag === `/${m.thought}`) m.thought = "";
        else if (m.thought === "") {
          // reasoning that the prompt had opened
          for (const root of m.roots) root.draft = true;
          m.blocks.length = 0;
        }
        continue;
      }
      if (c === LESS) continue;
    }
    if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      const found = c === OPEN_BRACE ? objectAt(m, m.pos) : arrayAt(m, m.pos);
      if (found === "wait") return false;
      if (!found) continue;
      openContainer(m, c === OPEN_BRACE ? "object" : "array");
      return true;
    }
    if (c === BACKTICK) {
      const triple = tripleAt(m, m.pos);
      if (triple === "wait") return false;
      if (!triple) continue;
      if (m.fence < 0) {
        // an info string ends with the line; what stands on the same line with a bracket is content
        const head = m.text.slice(m.pos, m.pos + 80);
        const line = head.indexOf("\n");
        const brace = head.indexOf("{");
        if (line < 0 && brace < 0 && head.length < 80 && !m.ended) return false;
        m.pos += line >= 3 && (brace < 0 || line < brace) ? line : 3;
        m.fence = m.base + m.pos;
        m.fenceRoots = m.roots.length;
        m.pos--;
      } else {
        endBlock(m);
        m.pos += 2;
      }
      continue;
    }
    if (
      c === QUOTE &&
      (m.pos + 1 >= m.text.length || [OPEN_BRACE, OPEN_BRACKET, BACKSLASH].includes(m.text.charCodeAt(m.pos + 1)))
    ) {
      // a JSON text within a JSON string
      const head = m.text.slice(m.pos, m.pos + 64);
      const slash = head.indexOf("\\");
      const other = head.indexOf('"', 1);
      if (slash < 0 && other < 0 && head.length < 64 && !m.ended) return false;
      if (slash >= 0 && (other < 0 || slash < other)) {
        startString(m, QUOTE, 1);
        return true;
      }
    }
  }
  return true;
}

export function endBlock(m: Machine): void {
  if (m.roots.length === m.fenceRoots && m.thought === "") {
    const text = m.source.slice(m.fence, m.base + m.pos).trim();
    const plain = unquote(text);
    const node = newNode(plain === text ? "bare" : "text", m.fence, plain);
    node.end = m.base + m.pos;
    node.done = true;
    if (node.text !== "" && m.blocks.length < MAX_ROOTS) m.blocks.push({ node, draft: false, fenced: true });
  }
  m.fence = -1;
}

/** The name of the tag at `pos`, in lower case; "" when there is none, undefined when it is not complete. */
export function tagAt(m: Machine): string | undefined {
  for (let i = m.pos + 1; i - m.pos < 20; i++) {
    if (i >= m.text.length) return m.ended ? "" : undefined;
    const c = m.text.charCodeAt(i);
    if (c === GREATER || c === CLOSE_BRACKET || isSpace(c)) return m.text.slice(m.pos + 1, i).toLowerCase();
    if (!isWord(c) && c !== SLASH) return "";
  }
  return "";
}
