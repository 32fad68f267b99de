/** Decimal strings as people read them. Nothing here computes with money: strings in, strings out. */

/** Decimals that a step such as "0.00100" asks for: 3. */
export function decimalsOf(step: string): number {
  const fraction = step.split(".")[1] ?? "";
  return fraction.replace(/0+$/, "").length;
}

/** The same value with at least `decimals` digits after the point; further digits stay unless they are zeros. */
export function withDecimals(value: string, decimals: number): string {
  const [whole = "0", fraction = ""] = value.split(".");
  const kept = fraction.replace(/0+$/, "").padEnd(decimals, "0");
  return kept === "" ? whole : `${whole}.${kept}`;
}

/** Groups the whole part by thousands with a thin space: "64250.50" becomes "64 250.50". */
export function grouped(value: string): string {
  const [whole = "", fraction] = value.split(".");
  const head = whole.replace(/\B(?=(\d{3})+$)/g, "\u2009");
  return fraction === undefined ? head : `${head}.${fraction}`;
}

/** What a person typed, as the API wants it: no groups, a point for a comma, no zeros too many. */
export function typedDecimal(text: string): string {
  const plain = text.replace(/[\s\u2009_']/g, "").replace(",", ".");
  const padded = plain.startsWith(".") ? `0${plain}` : plain;
  return padded.replace(/^0+(?=\d)/, "");
}
