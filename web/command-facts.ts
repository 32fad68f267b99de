import { codeName, isTimeField } from "../schema/code-names.ts";
import { ExecInst } from "../schema/generated/enums.ts";
import type { ListedInstrument } from "../schema/http/admin.ts";
import { formatDecimal } from "../schema/units.ts";
import { grouped } from "./decimals.ts";
import { instantText } from "./elements.ts";

/** A field of a command: its FIX name, and its value for people. */
export interface Fact {
  readonly name: string;
  readonly text: string;
}

/** Which fields count which of an instrument's units. */
const units: Readonly<Record<string, "price" | "quantity" | "cash">> = {
  price: "price",
  stopPx: "price",
  pegOffsetValue: "price",
  tickSize: "price",
  orderQty: "quantity",
  displayQty: "quantity",
  lotSize: "quantity",
  minOrderQty: "quantity",
  maxOrderQty: "quantity",
  cashOrderQty: "cash",
};

/** Fields that say nothing by a 0. */
const mute: ReadonlySet<string> = new Set([
  "cashOrderQty",
  "expireTime",
  "execInst",
  "stopPx",
  "pegOffsetValue",
  "displayQty",
]);

/**
 * What a command says, field by field, as the admin API shows it. Prices and quantities are decimals where their instrument is listed,
 * else counts of units: only the instrument tells what a unit is.
 */
export function commandFacts(
  command: Readonly<Record<string, unknown>>,
  instruments: readonly ListedInstrument[],
): readonly Fact[] {
  const instrument = instruments.find(({ symbol }) => symbol === command["symbol"]);
  return Object.entries(command)
    .filter(([name, value]) => name !== "kind" && !(mute.has(name) && Number(value) === 0))
    .map(([name, value]) => ({ name, text: valueText(name, value, instrument) }));
}

function valueText(name: string, value: unknown, instrument: ListedInstrument | undefined): string {
  const unit = units[name];
  if (unit !== undefined && (typeof value === "number" || typeof value === "string")) {
    return unitText(unit, value, instrument);
  }
  if (typeof value !== "number") return typeof value === "string" ? value : JSON.stringify(value);
  if (isTimeField(name)) return instantText(new Date(value).toISOString());
  if (name === "execInst" && value === ExecInst.postOnly) return "postOnly";
  return codeName(name, value) ?? String(value);
}

function unitText(
  unit: "price" | "quantity" | "cash",
  value: number | string,
  instrument: ListedInstrument | undefined,
): string {
  if (!/^\d+$/.test(String(value))) return String(value);
  const count = BigInt(value);
  if (instrument === undefined) return `${grouped(String(count))} ${unit} units`;
  const { priceExponent, qtyExponent, baseCurrency, quoteCurrency } = instrument;
  if (unit === "price") return `${grouped(formatDecimal(count, priceExponent))} ${quoteCurrency}`;
  if (unit === "quantity") return `${grouped(formatDecimal(count, qtyExponent))} ${baseCurrency}`;
  const exponent = priceExponent + qtyExponent;
  return `${grouped(formatDecimal(count, exponent))} ${quoteCurrency}`;
}
