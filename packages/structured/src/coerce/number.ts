import { negated } from "./match.ts";

/** At either end: `$ £ ¥ ฿`, and the block of currency signs from the euro's to the bitcoin's. */
const CURRENCY = /^([-+]?)[$£¥\u0e3f\u20a0-\u20bf]\s*|\s*[$£¥\u0e3f\u20a0-\u20bf]$/g;

/** A number as people write it, whole text: `12,111`, `1.234,56`, `$1.50`, `1/5`, `−5`. Undefined when it is none. */
export function parseNumber(source: string): number | undefined {
  if (source.length > 64) return undefined;
  let text = source
    .replace(/[！-～]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0)) // full-width
    .trim()
    .replace(/[.,]+$/, "")
    .replace(/−|^[‐-–]/g, "-");
  if (/^([-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|0x[\da-f]+)$/i.test(text)) return Number(text);
  const slash = text.indexOf("/");
  if (slash > 0) {
    if (text.includes("/", slash + 1) || /\b(?:0\d|(?:19|20)\d\d\b)/.test(text)) return undefined; // a date
    const over = parseNumber(text.slice(0, slash));
    const under = parseNumber(text.slice(slash + 1));
    return over !== undefined && under ? over / under : undefined;
  }
  text = text.replace(CURRENCY, "$1");
  const sign = text.startsWith("-") ? -1 : 1;
  text = text.replace(/^[-+]\s?/, "");
  if (!/\d/.test(text)) return undefined;
  // the last of `.` and `,` separates the decimals where both stand there; a lone one, too, but for 1,234
  const last = Math.max(text.lastIndexOf(","), text.lastIndexOf("."));
  const mark = text.charAt(last);
  const three = text.length - last === 4 && !text.startsWith("0");
  const lone = text.indexOf(mark) === last && (mark === "." || !three);
  if (lone && three && source.includes("€")) return undefined; // 1.234 € is either
  const cut = lone || text.includes(mark === "." ? "," : ".") ? last : text.length;
  const whole = text.slice(0, cut).replace(/[\u00a0\u2009\u202f’]/g, "'");
  const rest = text.slice(cut + 1);
  // either no groups, or groups of three
  if (!/^(\d*|[1-9]\d{0,2}(?=([.,']))(\2\d{3})+)$/.test(whole) || /\D/.test(rest)) return undefined;
  return sign * Number(`${whole.replace(/\D/g, "") || 0}.${rest}`);
}

/** A number after a letter, which is part of a name, or with what stands before it; all up to its last digit but for letters. */
const NUMBER =
  /(?:[A-Za-zÀ-ӿ][-‐-–−_]?(?=\d)|(?:(?<!\p{L})[-+‐-―−](?:[A-Z]{1,3}\s?)?)?(?:[$£¥\u20a0-\u20bf]\s?)?[-+−]?)(?:(?<![^\s$€£+−-])\.)?(?<!\p{L}(?=[²³]))\p{N}(?:[^\p{L}]*\p{N})?(?:e[-+]?\d+)?(?:\s?€)?/giu;

/** 1.2k is not 1.2, 5 pm is no number, and `>= 5`, `5+`, `±5`, `growth: - 5` and 50¢ are others, too. */
const OTHER =
  /\b0[xXob]|\d\s?(?:kk?|KK?|MM?|B|T|[bmt]n|[aApP]\.?[mM])\b|[$£€]\s?[\d.,]+\s?mm?\b|\d\+|(?:[<≤≥±√≠!]|(?<!\S)>|\+\/-)=?\s?[-+$£€.\d]|¢|(?:^|[:=])\s?[-−–]\s+[$£€\d]|\d[-−]$|^\(.*\)$/;
const SCALE =
  /hundred|thousand|tausend|dozen|lakh|crore|(?<![a-z])(?:[mb]|tr)il(?:l?i(?:on|ard)|l[oó]n|[hjy]|le\b|a?\b)|\d\s?(?:mio|mrd|tsd|tys|[mb]ln|тыс|ми?л[нрл]|[万萬亿億千百만억천])|\b(?:minus|negative|than|at (?:least|most)|up to|or (?:more|less)|below|half|twice|cents?)\b/i;

/** The only number that a text holds; undefined when it holds none, several that differ, or one that may be another. */
export function searchNumber(text: string): number | undefined {
  if (text.length > 10_000 || OTHER.test(text.trim()) || SCALE.test(text)) return undefined;
  const values = new Set<number | undefined>();
  for (const { 0: part, index } of text.matchAll(NUMBER))
    values.add(part.includes("/") || negated(text, index) ? undefined : parseNumber(part));
  return values.size === 1 ? [...values][0] : undefined;
}
