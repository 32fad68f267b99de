/** docs/SEMANTICS.md section 8: versions of the semantics. */
import { BusinessRejectReason, TradingState } from "../../schema/generated/enums.ts";
import type { ActivateSemantics } from "../../schema/generated/activate-semantics.ts";
import { schemaVersion as newest } from "../../schema/generated/records.ts";
import type { CommandRun, NaiveSemanticsList, NaiveState } from "./naive-state.ts";

/** What a build has that knows one version, the first. */
export const firstSemantics: NaiveSemanticsList = [
  {
    semanticsVersion: 1,
    schemaVersion: newest,
    rules: { scheduledStateCountMax: 16, deferredCountMax: 1_024 },
  },
];

/** From the next command on. Throws where these are semantics that nobody here knows: then the partition is another build's. */
export function activateSemantics(
  state: NaiveState,
  run: CommandRun,
  { semanticsVersion, schemaVersion, accountID, commandID }: ActivateSemantics,
): BusinessRejectReason | null {
  const { active } = state;
  if (semanticsVersion < active.semanticsVersion) return BusinessRejectReason.OlderSemantics;
  if (schemaVersion < active.schemaVersion) return BusinessRejectReason.OlderSemantics;
  const isInAuction = state.instruments.some(
    ({ tradingState }) => tradingState === TradingState.Auction,
  );
  if (isInAuction) return BusinessRejectReason.AuctionUnderWay;
  const wanted = state.semantics.find((each) => each.semanticsVersion === semanticsVersion);
  if (wanted === undefined) throw new Error(`Nobody here knows semantics ${semanticsVersion}`);
  if (wanted.schemaVersion !== schemaVersion) return BusinessRejectReason.InvalidDefinition;
  state.active = wanted;
  const versions = { semanticsVersion, schemaVersion };
  run.events.push({ kind: "SemanticsActivated", rptSeq: 0, ...versions, accountID, commandID });
  return null;
}
