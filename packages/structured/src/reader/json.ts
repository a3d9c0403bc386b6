/** A text that is JSON, parsed; undefined when it is none. */
export function readJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    // it is none
  }
  return undefined;
}
