/** At either end: `$ £ ¥ ฿`, and the block of currency signs from the euro's to the bitcoin's. */
const CURRENCY = /^([-+]?)[$£¥\u0e3f\u20a0-\u20bf]\s*|\s*[$£¥\u0e3f\u20a0-\u20bf]$/g;

/** A number as people write it, whole text: `12,111`, `1.234,56`, `$1.50`, `1/5`. Undefined when it is none. */
export function parseNumber(source: string): number | undefined {
  if (source.length > 64) return undefined;
  let text = source.trim().replace(/[.,]+$/, "");
  if (/^([-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?|0x[\da-f]+)$/i.test(text)) return Number(text);
  const slash = text.indexOf("/");
  if (slash > 0) {
    if (text.includes("/", slash + 1)) return undefined; // a date
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
  const lone = text.indexOf(mark) === last && (mark === "." || text.length - last !== 4 || text.startsWith("0,"));
  const cut = lone || text.includes(mark === "." ? "," : ".") ? last : text.length;
  const whole = text.slice(0, cut);
  const rest = text.slice(cut + 1);
  // either no groups, or groups of three
  if (!/^(\d*|\d{1,3}([.,\u00a0\u2009\u202f'’]\d{3})+)$/.test(whole) || /\D/.test(rest)) return undefined;
  return sign * Number(`${whole.replace(/\D/g, "") || 0}.${rest}`);
}

/** The only number that a text holds; undefined when it holds none, or several that differ. */
export function searchNumber(text: string): number | undefined {
  // 1.2k is not 1.2
  if (text.length > 10_000 || /\d(?:[kKMB]|[mb]n)\b|\b(?:thousand|[mb]illion)s?\b/.test(text)) return undefined;
  const found = text.match(/[-+]?[$€£]?(?:\d+(?:,\d{3})*(?:\.\d+)?|\B\.\d+)(?:e[-+]?\d+)?/gi) ?? [];
  const values = new Set(found.map((part) => Number(part.replace(/[$€£,]/g, ""))));
  return values.size === 1 ? [...values][0] : undefined;
}
