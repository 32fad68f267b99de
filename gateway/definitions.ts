import {
  AccountStatus,
  KeyAlgorithm,
  KeyStatus,
  Scopes,
  SelfTradePrevention,
  TradingState,
} from "../schema/generated/enums.ts";
import type {
  AccountRequest,
  FeeScheduleRequest,
  InstrumentLimitsRequest,
  InstrumentRequest,
  KeyRequest,
  StatusRequest,
} from "../schema/http/admin.ts";
import { parseDecimal, parseWideDecimal } from "../schema/units.ts";
import { importPublicKey } from "./auth.ts";
import type { UnstampedCommand } from "./commands.ts";
import type { ListedInstrument } from "./reference.ts";
import { ApiProblem } from "./problems.ts";

type Definition<Kind extends UnstampedCommand["kind"]> = Omit<
  Extract<UnstampedCommand, { kind: Kind }>,
  "commandID"
>;

const priceMax = 2 ** 31 - 1;

/** An instrument's definition in its own units. Throws ApiProblem InvalidDefinition for what the engine would refuse anyhow. */
export function securityDefinition(
  request: InstrumentRequest,
  context: { symbol: string; accountID: number },
): Definition<"SecurityDefinition"> {
  const { priceExponent, qtyExponent } = request;
  const qty = (field: QtyField, least: number): number =>
    parseUnits({ field, text: request[field] ?? "0", exponent: qtyExponent, least });
  const tickSize = parseUnits({
    field: "tickSize",
    text: request.tickSize,
    exponent: priceExponent,
    least: 1,
  });
  if (tickSize > priceMax) throw invalid("tickSize", "no price could be a multiple of it");
  const minOrderQty = qty("minOrderQty", 0);
  const maxOrderQty = qty("maxOrderQty", 0);
  if (maxOrderQty !== 0 && maxOrderQty < minOrderQty)
    throw invalid("maxOrderQty", "below minOrderQty");
  const referencePrice = parseUnits({
    field: "referencePrice",
    text: request.referencePrice ?? "0",
    exponent: priceExponent,
    least: 0,
  });
  if (referencePrice > priceMax) throw invalid("referencePrice", "no price could be as high");
  return {
    kind: "SecurityDefinition",
    ...context,
    baseCurrency: request.baseCurrency,
    quoteCurrency: request.quoteCurrency,
    priceExponent,
    qtyExponent,
    tickSize,
    lotSize: qty("lotSize", 1),
    minOrderQty,
    maxOrderQty,
    priceBandBps: request.priceBandBps ?? 0,
    takerBandBps: request.takerBandBps ?? 0,
    referencePrice,
    selfTradePrevention: SelfTradePrevention[request.selfTradePrevention ?? "CancelNewest"],
    tradingState: TradingState[request.tradingState ?? "Open"],
  };
}

/** Throws ApiProblem InvalidDefinition for a time that no log has. */
export function securityStatus(
  request: StatusRequest,
  { symbol, operator }: { symbol: string; operator: { accountID: number } },
): Definition<"SecurityStatus"> & { effectiveTime: number } {
  const { accountID } = operator;
  const tradingState = TradingState[request.tradingState];
  const effectiveTime = request.effectiveTime === undefined ? 0 : Date.parse(request.effectiveTime);
  if (!Number.isSafeInteger(effectiveTime) || (effectiveTime <= 0 && request.effectiveTime)) {
    throw invalid("effectiveTime", "a time after 1970");
  }
  return { kind: "SecurityStatus", accountID, tradingState, symbol, effectiveTime };
}

export function accountDefinition(
  request: AccountRequest,
  accountID: number,
): Definition<"AccountDefinition"> {
  const accountStatus = AccountStatus[request.accountStatus ?? "Active"];
  const { name, feeTier = 0 } = request;
  return { kind: "AccountDefinition", accountID, accountStatus, name, feeTier };
}

/** What a tier pays; an empty symbol is every instrument. Throws ApiProblem InvalidDefinition. */
export function feeSchedule(
  { makerFeePpm, takerFeePpm }: FeeScheduleRequest,
  context: { accountID: number; feeTier: number; symbol: string },
): Definition<"FeeSchedule"> {
  if (makerFeePpm + takerFeePpm < 0) {
    throw invalid("makerFeePpm", "a trade would cost the venue more than it brings");
  }
  return { kind: "FeeSchedule", ...context, makerFeePpm, takerFeePpm };
}

/** Caps in an instrument's own units; without one they hold for all that have none. Throws ApiProblem InvalidDefinition. */
export function accountLimits(
  request: InstrumentLimitsRequest,
  context: { accountID: number; instrument: ListedInstrument | null },
): Definition<"AccountLimits"> {
  const { accountID, instrument } = context;
  return {
    kind: "AccountLimits",
    accountID,
    symbol: instrument?.symbol ?? "",
    openOrderCountMax: request.openOrderCountMax ?? 0,
    openNotionalMax:
      instrument === null ? 0n : notional(request.openNotionalMax ?? "0", instrument),
  };
}

function notional(text: string, { priceExponent, qtyExponent }: ListedInstrument): bigint {
  const exponent = priceExponent + qtyExponent;
  const parsed = parseWideDecimal(text, exponent);
  if (!parsed.ok) throw invalid("openNotionalMax", `a whole count of 10^${exponent}`);
  return parsed.value;
}

/** Throws ApiProblem InvalidDefinition when the bytes are no public key of the algorithm. */
export async function keyDefinition(
  request: KeyRequest,
  keyID: string,
): Promise<Definition<"KeyDefinition">> {
  const keyAlgorithm = KeyAlgorithm[request.keyAlgorithm];
  const bytes = await publicKeyBytes(request);
  return {
    kind: "KeyDefinition",
    accountID: request.accountID,
    keyAlgorithm,
    keyStatus: KeyStatus[request.keyStatus ?? "Active"],
    keyID,
    scopes: request.scopes.reduce((mask, scope) => mask | Scopes[scope], 0),
    publicKey: bytes.toString("hex"),
  };
}

/** The key as 64 bytes: Ed25519's 32 and zeros, or P-256's x and y. */
async function publicKeyBytes({ keyAlgorithm, publicKey }: KeyRequest): Promise<Buffer> {
  const given = Buffer.from(publicKey, "base64url");
  const length = keyAlgorithm === "EdDSA" ? 32 : 64;
  if (given.length !== length || given.toString("base64url") !== publicKey) {
    throw invalid("publicKey", `${length} bytes in base64url are a public key of ${keyAlgorithm}`);
  }
  const bytes = Buffer.alloc(64);
  bytes.set(given);
  try {
    await importPublicKey(KeyAlgorithm[keyAlgorithm], bytes);
  } catch {
    throw invalid("publicKey", `this is no public key of ${keyAlgorithm}`);
  }
  return bytes;
}

type QtyField = "lotSize" | "minOrderQty" | "maxOrderQty";

function parseUnits(value: {
  field: QtyField | "tickSize" | "referencePrice";
  text: string;
  exponent: number;
  least: number;
}): number {
  const { field, text, exponent, least } = value;
  const parsed = parseDecimal(text, exponent);
  if (!parsed.ok || parsed.value < least) {
    throw invalid(field, `a whole count of 10^${exponent}, at least ${least}`);
  }
  return parsed.value;
}

function invalid(field: string, detail: string): ApiProblem {
  return new ApiProblem("InvalidDefinition", `${field}: ${detail}`, {
    errors: [{ pointer: `/${field}`, detail }],
  });
}
