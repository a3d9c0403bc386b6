/*
 * The methods of strings that the reader calls for each character, called by name. V8 looks a method up by the kind of its
 * string, of which there are a dozen (flat, joined, a part of another, one byte or two a character, ...): code that has met
 * five of them looks it up anew at each call, and takes twice the time.
 */

/** The character at an index; "" where there is none. */
export const at = (text: string, i: number): string => String.prototype.charAt.call(text, i);

/** Its UTF-16 unit; NaN where there is none. */
export const codeAt = (text: string, i: number): number => String.prototype.charCodeAt.call(text, i);

/** A part of a text. */
export const part = (text: string, from: number, to?: number): string => String.prototype.slice.call(text, from, to);
