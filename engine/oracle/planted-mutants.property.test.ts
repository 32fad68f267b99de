import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { streamOf } from "./command-stream.ts";
import { firstDivergence, subjectOfOracle } from "./comparison.ts";
import { NaiveEngine } from "./naive-engine.ts";
import { shapeOf } from "./stream-shape.ts";
import type { Feature } from "./stream-shape.ts";

/** A bug as one would write it: one passage of the oracle's source, exchanged. */
interface Mutant {
  readonly bug: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** Of a rare one: all features that its streams have, so that it shows soon. */
  readonly among?: readonly Feature[];
}

const mutants: readonly Mutant[] = [
  {
    bug: "a partial fill demotes the maker",
    file: "naive-matching.ts",
    from: 'reduceResting(state, instrument, maker, lastQty);\n  noteTrade(instrument, maker.price);\n  run.events.push({\n    kind: "Trade"',
    to: 'reduceResting(state, instrument, maker, lastQty); if (maker.leavesQty > 0n) { takeOff(state, instrument, maker); rest(state, instrument, maker); }\n  noteTrade(instrument, maker.price);\n  run.events.push({\n    kind: "Trade"',
  },
  {
    bug: "a trade is at the taker's price",
    file: "naive-matching.ts",
    from: "lastPx: maker.price",
    to: "lastPx: taker.price || maker.price",
  },
  {
    bug: "what an IOC order leaves rests",
    file: "naive-taking.ts",
    from: "order.timeInForce === TimeInForce.IOC",
    to: "order.price === 0",
  },
  {
    bug: "a replace keeps priority on an increase",
    file: "naive-orders.ts",
    from: "newPrice === order.price && newQty <= order.orderQty && ",
    to: "newPrice === order.price && ",
  },
  {
    bug: "a replace keeps priority although it asks to lose it",
    file: "naive-orders.ts",
    from: "newQty <= order.orderQty && command.losePriority === false",
    to: "newQty <= order.orderQty",
  },
  {
    bug: "orders expire by id",
    file: "naive-engine.ts",
    from: "a.order.expireTime - b.order.expireTime ||",
    to: "a.order.orderID.slice(9).localeCompare(b.order.orderID.slice(9)) * -1 ||",
  },
  {
    bug: "an order outlives its last millisecond",
    file: "naive-engine.ts",
    from: "order.expireTime <= state.now",
    to: "order.expireTime < state.now",
  },
  {
    bug: "cancel-oldest leaves the maker's quantity out of its report",
    file: "naive-matching.ts",
    from: "cancelResting(state, run, instrument, maker, CancelReason.SelfTrade);\n  }",
    to: "takeOff(state, instrument, maker); emitCanceled(run, instrument, maker, CancelReason.SelfTrade, 0n);\n  }",
  },
  {
    bug: "cancel-both spares the taker",
    file: "naive-matching.ts",
    from: "mode === SelfTradePrevention.CancelOldest) return null",
    to: "mode !== SelfTradePrevention.CancelNewest) return null",
  },
  {
    bug: "decrement sends a maker with leaves to the end of its level",
    file: "naive-matching.ts",
    from: "if (!isUsedUp(taker)) return null;\n  emitCanceled",
    to: "if (maker.leavesQty > 0n) { takeOff(state, instrument, maker); rest(state, instrument, maker); }\n  if (!isUsedUp(taker)) return null;\n  emitCanceled",
  },
  {
    bug: "FOK counts own orders",
    file: "naive-matching.ts",
    from: "maker.accountID !== taker.accountID);\n    fillable",
    to: "maker.price > 0);\n    fillable",
  },
  {
    bug: "FOK looks beyond an own order that would end it",
    file: "naive-matching.ts",
    from: "if (own !== -1) {",
    to: "if (own < -1) {",
  },
  {
    bug: "the id window forgets while the order rests",
    file: "naive-id-window.ts",
    from: "if (state.resting.has(entry.id)) continue;",
    to: "",
  },
  {
    bug: "the id window forgets a millisecond late",
    file: "naive-id-window.ts",
    from: "state.limits.idWindowMs <= state.now",
    to: "state.limits.idWindowMs < state.now",
  },
  {
    bug: "a refusal leaves no entry in the id window",
    file: "naive-engine.ts",
    from: "if (isFull) return;",
    to: "if (isFull || reason !== 0) return;",
  },
  {
    bug: "the deadline is checked before the repeat",
    file: "naive-engine.ts",
    from: "if (answerRepeat(",
    to: "if ((command.validUntil === 0 || command.validUntil >= state.now) && answerRepeat(",
  },
  {
    bug: "the window's share is one too large",
    file: "naive-id-window.ts",
    from: ">= share",
    to: "> share",
  },
  {
    bug: "post-only ignores own orders",
    file: "naive-order-checks.ts",
    from: "if (isPostOnly(command) && wouldCross(",
    to: "if (isPostOnly(command) && [...instrument.bids, ...instrument.asks].some((other) => other.accountID !== command.accountID) && wouldCross(",
  },
  {
    bug: "cash buys what it cannot pay in lots",
    file: "naive-matching.ts",
    from: "return affordable - (affordable % instrument.lotSize);",
    to: "return affordable;",
  },
  {
    bug: "a replaced order forgets what was prevented",
    file: "naive-orders.ts",
    from: "newQty - order.cumQty - order.preventedQty",
    to: "newQty - order.cumQty",
  },
  {
    bug: "asks are queued newest first",
    file: "naive-book.ts",
    from: "isWorse(order.side, other.price, order.price)",
    to: "order.side === 2 ? other.price >= order.price : isWorse(order.side, other.price, order.price)",
  },
  {
    bug: "a closed market lets mass cancels through",
    file: "naive-definitions.ts",
    from: "if (instrument.tradingState === TradingState.Closed) return 0;",
    to: "",
  },
  {
    bug: "time falls with the broker's clock",
    file: "naive-engine.ts",
    from: "if (time > BigInt(state.now)) state.now",
    to: "state.now",
  },
  {
    bug: "an unknown order is told apart from a foreign one",
    file: "naive-orders.ts",
    from: "resting?.order.accountID === command.accountID ? resting : undefined",
    to: "resting",
  },
  {
    bug: "a copy of a re-sequenced order is applied again",
    file: "naive-deferral.ts",
    from: "order.attempt === entry.attempt + 1",
    to: "order.attempt >= entry.attempt",
  },
  {
    bug: "another request's attempt is taken for the deferred order's",
    file: "naive-deferral.ts",
    from: "if (isSame && isNext)",
    to: "if (isNext)",
  },
  {
    bug: "a dead order is replayed as often as one likes",
    file: "naive-deferral.ts",
    from: "mark: Mark.replayed }",
    to: "mark: Mark.dead }",
    among: [],
  },
  {
    bug: "an order that was refused in the ordinary way is replayed",
    file: "naive-deferral.ts",
    from: "entry.mark === Mark.dead;",
    to: "entry.decision === Decision.Rejected;",
  },
  {
    bug: "a deferred order outlives its validUntil",
    file: "naive-deferral.ts",
    from: "validUntil < state.now)",
    to: "validUntil + 1 < state.now)",
  },
  {
    bug: "an order is deferred beyond its validUntil",
    file: "naive-deferral.ts",
    from: "state.now + backOff.ms < validUntil",
    to: "state.now + backOff.ms <= validUntil + 1000",
  },
  {
    bug: "a later attempt brings an order of its own",
    file: "naive-deferral.ts",
    from: "newOrderSingle(state, { ...run, seqNum: entry.seqNum }, order, reason);",
    to: "newOrderSingle(state, run, order, reason);",
  },
  {
    bug: "a mass cancel leaves deferred orders waiting",
    file: "naive-definitions.ts",
    from: "for (const each of deferred) endDeferred(state, run, each, OrdRejReason.CanceledBeforeEntry);",
    to: "",
  },
  {
    bug: "a stranger cancels a deferred order",
    file: "naive-engine.ts",
    from: "deferred?.accountID === command.accountID",
    to: "true",
  },
  {
    bug: "a canceled deferred order is a dead letter",
    file: "naive-deferral.ts",
    from: "[OrdRejReason.TooLateToEnter, DeadReason.TooLateToEnter],",
    to: "[OrdRejReason.TooLateToEnter, DeadReason.TooLateToEnter], [OrdRejReason.CanceledBeforeEntry, DeadReason.TooLateToEnter],",
  },
  {
    bug: "a Quarantine of another command sets this one aside",
    file: "naive-engine.ts",
    from: "each.commandOffset === commandOffset && each.commandHash === commandHash,",
    to: "each.commandOffset === commandOffset,",
  },
  {
    bug: "a buy stop waits for a trade above its stopPx",
    file: "naive-triggers.ts",
    from: "price >= stopPx",
    to: "price > stopPx",
  },
  {
    bug: "a stop that was reached goes on waiting when the price comes back",
    file: "naive-triggers.ts",
    from: "if (trigger.isReached) continue;\n    if (isReachedBy(order.side, trigger.stopPx, price)) trigger.isReached = true;",
    to: "trigger.isReached = isReachedBy(order.side, trigger.stopPx, price); if (trigger.isReached) continue;",
  },
  {
    bug: "the cascade of stops ends after one pass",
    file: "naive-taking.ts",
    from: "queue.push(...reached(instrument).filter((order) => !queue.includes(order)));",
    to: "",
  },
  {
    bug: "stops are triggered in order of arrival whatever their stopPx",
    file: "naive-triggers.ts",
    from: "(triggerOf(a).stopPx - triggerOf(b).stopPx) * towards ||",
    to: "0 * towards ||",
  },
  {
    bug: "stops with one stopPx are triggered newest first",
    file: "naive-triggers.ts",
    from: "triggerOf(a).placeRptSeq - triggerOf(b).placeRptSeq",
    to: "triggerOf(b).placeRptSeq - triggerOf(a).placeRptSeq",
  },
  {
    bug: "a trailing stop comes back with the price",
    file: "naive-triggers.ts",
    from: "Math.min(stopPx, price + pegOffsetValue)",
    to: "price + pegOffsetValue",
  },
  {
    bug: "a trailing stop moves on trades before its entry only",
    file: "naive-triggers.ts",
    from: "else if (trigger.pegOffsetValue > 0)",
    to: "else if (trigger.pegOffsetValue > 0 && trigger.stopPx === 0)",
  },
  {
    bug: "the last price is the first one",
    file: "naive-triggers.ts",
    from: "instrument.lastPx = price;",
    to: "instrument.lastPx ||= price;",
  },
  {
    bug: "a mass cancel leaves stops waiting",
    file: "naive-definitions.ts",
    from: "[...resting, ...waiting]",
    to: "[...resting]",
  },
  {
    bug: "an iceberg keeps its place when it shows more",
    file: "naive-book.ts",
    from: "if (order.shownQty > 0n) return;",
    to: "if (order.shownQty > 0n) return; if (order.leavesQty > 0n) { order.shownQty = least(order.displayQty, order.leavesQty); return; }",
  },
  {
    bug: "an iceberg shows all of itself",
    file: "naive-book.ts",
    from: "if (order.displayQty > 0n)",
    to: "if (order.displayQty > order.leavesQty)",
  },
  {
    bug: "FOK does not count what icebergs hide",
    file: "naive-matching.ts",
    from: "sumOf(others, (maker) => maker.leavesQty)",
    to: "sumOf(others, (maker) => maker.shownQty)",
    among: ["FOK", "iceberg", "selfTradePrevention"],
  },
  {
    bug: "FOK counts what icebergs hide in front of an own order",
    file: "naive-matching.ts",
    from: "sumOf(level.slice(0, own), (maker) => maker.shownQty)",
    to: "sumOf(level.slice(0, own), (maker) => maker.leavesQty)",
    among: ["FOK", "iceberg", "selfTradePrevention"],
  },
  {
    bug: "a decreased iceberg shows more than it has",
    file: "naive-orders.ts",
    from: "order.shownQty = least(order.shownQty, newLeavesQty);",
    to: "",
  },
];

const commandsMax = 150_000;
const commandsPerSeed = 1_000;
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "orderbook-mutants-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the oracle agrees with itself", () => {
  expect(commandsUntilCaught(NaiveEngine, 5_000)).toBeNull();
}, 60_000);

for (const mutant of mutants) {
  test(`the comparison finds that ${mutant.bug}`, async () => {
    const caughtAfter = commandsUntilCaught(await plant(mutant), commandsMax, mutant.among);
    expect(caughtAfter).toBeLessThan(commandsMax);
  }, 120_000);
}

/** How many commands it takes until the engine differs from the oracle; null when `most` show nothing. */
function commandsUntilCaught(
  Engine: typeof NaiveEngine,
  most: number,
  among?: readonly Feature[],
): number | null {
  for (let done = 0; done < most; done += commandsPerSeed) {
    const seed = 1 + done / commandsPerSeed;
    const swarm = shapeOf(seed);
    const shape = among === undefined ? swarm : { ...swarm, features: new Set(among) };
    const subject = subjectOfOracle(new Engine(shape.limits));
    const divergence = firstDivergence(streamOf(seed, commandsPerSeed, shape), subject);
    if (divergence !== null) return done + divergence.record.seqNum;
  }
  return null;
}

/** A copy of the oracle with the bug in it. */
async function plant(mutant: Mutant): Promise<typeof NaiveEngine> {
  const home = join(folder, String(mutants.indexOf(mutant)));
  mkdirSync(home);
  for (const name of readdirSync(import.meta.dirname)) {
    if (!/^naive-[a-z-]+\.ts$/.test(name)) continue;
    const source = readFileSync(join(import.meta.dirname, name), "utf8");
    const changed = name === mutant.file ? exchange(source, mutant) : source;
    writeFileSync(
      join(home, name),
      changed.replaceAll("../../schema/", `${join(import.meta.dirname, "../../schema")}/`),
    );
  }
  const planted = (await import(join(home, "naive-engine.ts"))) as {
    NaiveEngine: typeof NaiveEngine;
  };
  return planted.NaiveEngine;
}

function exchange(source: string, { bug, from, to }: Mutant): string {
  const parts = source.split(from);
  if (parts.length !== 2)
    throw new Error(`The passage for "${bug}" stands ${parts.length - 1} times`);
  const needed = ["rest", "takeOff", "emitCanceled"].filter((name) => to.includes(`${name}(`));
  const missing = needed.filter((name) => !new RegExp(`import \\{[^}]*\\b${name}\\b`).test(source));
  const head =
    missing.length > 0 ? `import { ${missing.join(", ")} } from "./naive-book.ts";\n` : "";
  return head + parts.join(to);
}
