/** The UTF-8 text that base64 data stands for. */
export const decodeText = (data: string): string =>
  new TextDecoder().decode(Uint8Array.from(atob(data), (character) => character.charCodeAt(0)));
