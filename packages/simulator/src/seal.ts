import { random, type Random } from "./random.ts";

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** How many characters at the end prove where a seal is from. */
const PROOF = 12;

function proof(model: string, body: string): string {
  return random("seal", model, body).token(PROOF, BASE64);
}

/**
 * Text that stands for a signature or encrypted content: base64 that grows with what it seals, and that
 * {@link isSealed} knows again. It hides and proves nothing.
 */
export function seal(prefix: string, length: number, model: string, random: Random): string {
  const fill = length + ((4 - ((prefix.length + length + PROOF) % 4)) % 4);
  const body = prefix + random.token(fill, BASE64);
  return body + proof(model, body);
}

/** Whether a seal was made for this model; seals are bound to the model that thought. */
export function isSealed(text: string, model: string): boolean {
  return text.length > PROOF && proof(model, text.slice(0, -PROOF)) === text.slice(-PROOF);
}
