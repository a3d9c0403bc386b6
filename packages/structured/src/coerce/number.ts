const CURRENCY = /[$€£¥₹₽₩₪₫₴₦₱฿₵₲₡₺₼₸₿\s]/gu;

/** A number as people write it, whole text: `12,111`, `1.234,56`, `$1.50`, `1/5`. Undefined when it is none. */
export function parseNumber(source: string): number | undefined {
  if (source.length > 64) return undefined;
  let text = source.trim();
  while (text.endsWith(",")) text = text.slice(0, -1);
  if (/^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i.test(text)) return Number(text);
  const slash = text.indexOf("/");
  if (slash > 0) {
    const over = parseNumber(text.slice(0, slash));
    const under = parseNumber(text.slice(slash + 1));
    return over !== undefined && under !== undefined && under !== 0 ? over / under : undefined;
  }
  text = text.replace(CURRENCY, "");
  const sign = text.startsWith("-") ? -1 : 1;
  if (text.startsWith("-") || text.startsWith("+")) text = text.slice(1);
  if (!/^[\d.,]*\d[\d.,]*$/.test(text)) return undefined;
  const decimal = decimalOf(text);
  const cut = decimal === "" ? -1 : text.lastIndexOf(decimal);
  const whole = cut < 0 ? text : text.slice(0, cut);
  const rest = cut < 0 ? "" : text.slice(cut + 1);
  if (!/^\d*$/.test(rest)) return undefined;
  const groups = whole.split(/[.,]/);
  if (
    groups.length > 1 &&
    (groups[0] === "" || (groups[0] ?? "").length > 3 || groups.slice(1).some((g) => g.length !== 3))
  )
    return undefined;
  return sign * Number(`${groups.join("") || "0"}${rest === "" ? "" : `.${rest}`}`);
}

/** Which of `.` and `,` separates the decimals: the last of two kinds; a lone one unless three digits follow it as a group. */
function decimalOf(text: string): string {
  const comma = text.lastIndexOf(",");
  const dot = text.lastIndexOf(".");
  if (comma >= 0 && dot >= 0) return comma > dot ? "," : ".";
  if (dot >= 0) return text.indexOf(".") === dot ? "." : "";
  if (comma >= 0 && text.indexOf(",") === comma && text.length - comma - 1 !== 3) return ",";
  return "";
}

/** The only number that a text holds; undefined when it holds none, or several that differ. */
export function searchNumber(text: string): number | undefined {
  if (text.length > 10_000) return undefined;
  const found = text.match(/[-+]?[$€£]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[-+]?\d+)?/gi) ?? [];
  const values = new Set(found.map((part) => Number(part.replace(/[$€£,]/g, ""))));
  return values.size === 1 ? [...values][0] : undefined;
}
