/** docs/SEMANTICS.md section 5c: fees of trades. */
import { BusinessRejectReason } from "../../schema/generated/enums.ts";
import type { FeeSchedule } from "../../schema/generated/fee-schedule.ts";
import type { Trade } from "../../schema/generated/trade.ts";
import { instrumentOf } from "./naive-state.ts";
import type {
  CommandRun,
  NaiveFeeSchedule,
  NaiveInstrument,
  NaiveOrder,
  NaiveState,
} from "./naive-state.ts";

const ppmMin = -10_000;
const ppmMax = 100_000;
const million = 1_000_000n;

type Fees = Pick<Trade, "makerFee" | "takerFee" | "feeSigns">;

/** What both sides of a trade pay, or are paid; a side that has no fee is absent. */
export function feesOf(
  state: NaiveState,
  instrument: NaiveInstrument,
  sides: { readonly maker: NaiveOrder; readonly taker: NaiveOrder },
  notional: bigint,
): Fees {
  const { maker, taker } = sides;
  const makerFee = feeOf(notional, scheduleOf(state, instrument, maker)?.makerFeePpm ?? 0);
  const takerFee = feeOf(notional, scheduleOf(state, instrument, taker)?.takerFeePpm ?? 0);
  const feeSigns = (makerFee < 0n ? 1 : 0) | (takerFee < 0n ? 2 : 0);
  return {
    ...(makerFee === 0n ? {} : { makerFee: magnitude(makerFee) }),
    ...(takerFee === 0n ? {} : { takerFee: magnitude(takerFee) }),
    ...(feeSigns === 0 ? {} : { feeSigns }),
  };
}

/** Of a trade in an auction: the earlier of the two orders pays as a maker, the other one as a taker. */
export function auctionFeesOf(
  state: NaiveState,
  instrument: NaiveInstrument,
  { buy, sell }: { readonly buy: NaiveOrder; readonly sell: NaiveOrder },
  notional: bigint,
): Fees {
  if (buy.entryRptSeq < sell.entryRptSeq) {
    return feesOf(state, instrument, { maker: buy, taker: sell }, notional);
  }
  const turned = feesOf(state, instrument, { maker: sell, taker: buy }, notional);
  const { makerFee, takerFee, feeSigns = 0 } = turned;
  const signs = (feeSigns & 1 ? 2 : 0) | (feeSigns & 2 ? 1 : 0);
  return {
    ...(takerFee === undefined ? {} : { makerFee: takerFee }),
    ...(makerFee === undefined ? {} : { takerFee: makerFee }),
    ...(signs === 0 ? {} : { feeSigns: signs }),
  };
}

/** Rounded up, so that nobody pays less than the rate says, or is paid more. */
function feeOf(notional: bigint, ppm: number): bigint {
  const exact = notional * BigInt(ppm);
  const floor = exact / million - (exact % million < 0n ? 1n : 0n);
  return floor * million === exact ? floor : floor + 1n;
}

function magnitude(fee: bigint): bigint {
  return fee < 0n ? -fee : fee;
}

/** The one that an order's account pays by in the instrument. */
function scheduleOf(
  state: NaiveState,
  { symbol }: NaiveInstrument,
  { accountID }: NaiveOrder,
): NaiveFeeSchedule | undefined {
  const feeTier = state.accounts.get(accountID)?.feeTier ?? 0;
  const own = state.feeSchedules.filter((each) => each.feeTier === feeTier);
  return own.find((each) => each.symbol === symbol) ?? own.find((each) => each.symbol === "");
}

export function feeSchedule(
  state: NaiveState,
  run: CommandRun,
  command: FeeSchedule,
): BusinessRejectReason | null {
  const { feeTier, symbol, makerFeePpm, takerFeePpm } = command;
  if (feeTier === 0 || !isRate(makerFeePpm) || !isRate(takerFeePpm))
    return BusinessRejectReason.InvalidDefinition;
  if (makerFeePpm + takerFeePpm < 0) return BusinessRejectReason.InvalidDefinition;
  if (symbol !== "" && instrumentOf(state, symbol) === undefined)
    return BusinessRejectReason.UnknownSymbol;
  const others = state.feeSchedules.filter(
    (each) => each.feeTier !== feeTier || each.symbol !== symbol,
  );
  const isNew = others.length === state.feeSchedules.length;
  if (isNew && others.length >= state.limits.accountCountMax)
    return BusinessRejectReason.CapacityReached;
  const schedule = { feeTier, symbol, makerFeePpm, takerFeePpm };
  state.feeSchedules = [...others, schedule];
  run.events.push({ kind: "FeeScheduleChanged", rptSeq: 0, ...schedule });
  return null;
}

function isRate(ppm: number): boolean {
  return ppm >= ppmMin && ppm <= ppmMax;
}
