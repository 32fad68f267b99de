/**
 * The only way between decimal strings (HTTP, WebSocket, screens) and integers (everywhere else). An exponent e says that the
 * integer counts units of 10^e: "64250.5" under -2 is 6425050.
 */
export type DecimalReason =
  /** Not digits with at most one point: signs, exponents, blanks, NaN, leading zeros. */
  | "NotADecimal"
  /** More digits than the unit has. */
  | "TooPrecise"
  /** Above what the type holds. */
  | "TooLarge";

export type Parsed<Value> =
  | { readonly ok: true; readonly value: Value }
  | { readonly ok: false; readonly reason: DecimalReason };

const pattern = /^(0|[1-9]\d{0,38})(?:\.(\d{1,18}))?$/;

/** A decimal string as a count of 10^exponent, at most 2^53 - 1. */
export function parseDecimal(text: string, exponent: number): Parsed<number> {
  const wide = parseWideDecimal(text, exponent);
  if (!wide.ok) return wide;
  if (wide.value > BigInt(Number.MAX_SAFE_INTEGER)) return { ok: false, reason: "TooLarge" };
  return { ok: true, value: Number(wide.value) };
}

/** A decimal string as a count of 10^exponent, below 2^96. */
export function parseWideDecimal(text: string, exponent: number): Parsed<bigint> {
  const match = pattern.exec(text);
  if (match === null) return { ok: false, reason: "NotADecimal" };
  const fraction = (match[2] ?? "").replace(/0+$/, "");
  const digits = (match[1] ?? "0") + fraction;
  const shift = -fraction.length - exponent;
  if (shift >= 0) return fitting(BigInt(digits) * 10n ** BigInt(shift));
  const scale = 10n ** BigInt(-shift);
  const value = BigInt(digits);
  if (value % scale !== 0n) return { ok: false, reason: "TooPrecise" };
  return fitting(value / scale);
}

function fitting(value: bigint): Parsed<bigint> {
  return value < 1n << 96n ? { ok: true, value } : { ok: false, reason: "TooLarge" };
}

/** A count of 10^exponent as a decimal string: as many decimals as the unit has, none when the exponent is not negative. */
export function formatDecimal(value: number | bigint, exponent: number): string {
  const sign = value < 0 ? "-" : "";
  const digits = String(value < 0 ? -value : value);
  if (exponent >= 0) return sign + (digits === "0" ? "0" : digits + "0".repeat(exponent));
  const padded = digits.padStart(1 - exponent, "0");
  const point = padded.length + exponent;
  return `${sign}${padded.slice(0, point)}.${padded.slice(point)}`;
}
