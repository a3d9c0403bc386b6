import { describe, expect, it } from "vitest";
import { forget, newNode, recall } from "./node.ts";
import type { Node } from "./node.ts";

const container = (): Node => {
  const node = newNode("object", 0);
  node.keys.push("a");
  node.items.push(newNode("bare", 5, "1", 6));
  return node;
};

describe("a node", () => {
  it("grows, or is complete where it has an end", () => {
    expect(newNode("text", 3)).toMatchObject({ start: 3, end: 3, done: false, text: "", keys: [], items: [] });
    expect(newNode("text", 3, "x", 6)).toMatchObject({ start: 3, end: 6, done: true, text: "x" });
  });

  it("shares its parts with no other", () => {
    const [one, other] = [container(), newNode("object", 0)];
    expect([one.keys.length, one.items.length, other.keys.length, other.items.length]).toStrictEqual([1, 1, 0, 0]);
    const list = newNode("array", 0);
    list.items.push(other);
    expect(newNode("array", 0).items).toStrictEqual([]);
    expect(newNode("text", 0).items).toStrictEqual([]);
  });

  it("lets its parts go where they can come back, once", () => {
    const node = container();
    const parts = node.items;
    const asked: Node[] = [];
    forget(node, (one) => {
      asked.push(one);
      one.items = parts;
      one.keys = ["a"];
    });
    expect([node.items, node.keys]).toStrictEqual([[], []]);
    recall(node);
    recall(node);
    expect(asked).toStrictEqual([node]);
    expect([node.items, node.keys]).toStrictEqual([parts, ["a"]]);
  });

  it("keeps them else", () => {
    const node = container();
    forget(node, undefined);
    recall(node);
    expect([node.items.length, node.keys]).toStrictEqual([1, ["a"]]);
  });
});
