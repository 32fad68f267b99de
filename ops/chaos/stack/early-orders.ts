import type { Log } from "../../../ports/log/log.ts";
import { frame } from "../../../schema/frame.ts";
import {
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
} from "../../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../../schema/generated/new-order-single.ts";
import { partitionOf, symbolHash } from "../../../schema/hash.ts";
import { orderIDOf } from "../../../schema/identity/order-id.ts";
import { requestHash } from "../../../schema/request-hash.ts";
import { Topic } from "../../../schema/topics.ts";
import { defineInstrument } from "../../bootstrap.ts";
import type { SeededRandom } from "../../seeded-random.ts";
import type { VenueClient } from "../../venue-client.ts";
import { verdictOf } from "../journal.ts";
import type { Journal, PlaceRequest } from "../journal.ts";
import { chaosInstrument, send } from "../load.ts";
import { untilDone } from "./recovery.ts";

export interface EarlyOrdersOptions {
  /** Past every gateway and every fault: what comes from another gateway that knows an instrument earlier. */
  readonly log: Log;
  readonly admin: VenueClient;
  /** Of the account whose orders these are. */
  readonly owner: VenueClient;
  readonly accountID: number;
  readonly run: string;
  /** Has the orders as requests that nobody answered, and what their owner is told when asking again. */
  readonly journal: Journal;
}

/** What is to become of an order: its instrument comes later, never, or its owner cancels it while it waits. */
const fates = ["Listed", "Listed", "Dead", "Canceled"] as const;
type Fate = (typeof fates)[number];

/** Number of these orders' owner in the journal. */
const ownClient = -1;
const listedAfterMs = { least: 200, most: 3000 };
const deadAfterMs = { least: 1200, most: 4000 };
const waitingMs = 15_000;
const garbageBytesMax = 200;

/** Orders that reach the log before their instrument, and bytes that no command has. */
export class EarlyOrders {
  readonly #options: EarlyOrdersOptions;
  readonly #running = new Set<Promise<void>>();
  #count = 0;

  constructor(options: EarlyOrdersOptions) {
    this.#options = options;
  }

  /** Sends one; its fate follows while other things go on. */
  send(random: SeededRandom): void {
    const fate = fates[random.integer(0, fates.length - 1)] ?? "Listed";
    const symbol = `LATE-${this.#options.run.toUpperCase()}${this.#count++}`.slice(0, 16);
    const { least, most } = fate === "Dead" ? deadAfterMs : listedAfterMs;
    this.#track(this.#follow(symbol, fate, random.integer(least, most)));
  }

  /** Appends bytes that cannot be read; resolves with their offset. */
  async sendGarbage(partition: number, random: SeededRandom): Promise<number> {
    const length = random.integer(0, garbageBytesMax);
    const value = Uint8Array.from({ length }, () => random.integer(0, 255));
    const [offset] = await this.#options.log.append(Topic.Orders, partition, [
      { key: null, value },
    ]);
    if (offset === undefined) throw new Error("An append gives one offset a record");
    return offset;
  }

  /** Resolves when nothing more is to be done for any order. Rejects when something could not be done. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  #track(running: Promise<void>): void {
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running)).catch(() => {});
  }

  async #follow(symbol: string, fate: Fate, afterMs: number): Promise<void> {
    const { log, admin, owner, accountID, journal } = this.#options;
    const request = earlyRequest(symbol, accountID);
    journal.begin({ client: ownClient, accountID, request });
    const waitMs = fate === "Dead" ? afterMs : waitingMs;
    const value = frame(earlyOrder(request, { accountID, waitMs }));
    const partition = partitionOf(symbolHash(symbol), log.partitionCount);
    await log.append(Topic.Orders, partition, [{ key: Buffer.from(symbol), value }]);
    if (fate === "Dead") return;
    await Bun.sleep(afterMs);
    if (fate === "Canceled") return untilDone(() => cancel(owner, request.orderID));
    await untilDone(() => listInstrument(admin, symbol));
    await untilDone(() => this.#askAgain(request));
  }

  /** Its owner sends the same order by the front door: it must be the same order. */
  async #askAgain(request: PlaceRequest): Promise<void> {
    const { owner, accountID, journal } = this.#options;
    const attempt = journal.begin({ client: ownClient, accountID, request });
    journal.end(attempt, await send(owner, request));
    if (verdictOf(attempt) === "Unknown") throw new Error("Nobody knows yet");
  }
}

/** Lists an instrument like the one of chaos. A definition may be answered before it is decided: rejects while it is not there. */
export async function listInstrument(admin: VenueClient, symbol: string): Promise<void> {
  await defineInstrument(admin, { ...chaosInstrument, symbol });
  const { body } = await admin.get("/v1/admin/instruments");
  const listed = (body["instruments"] ?? []) as readonly { symbol: string }[];
  if (!listed.some((each) => each.symbol === symbol))
    throw new Error(`${symbol} is not listed yet`);
}

/** Whether there was something left to cancel does not matter here. */
async function cancel(owner: VenueClient, orderID: string): Promise<void> {
  const { status } = await owner.delete(`/v1/orders/${orderID}`);
  if (status === 202 || status >= 500) throw new Error(`The cancel is answered ${status}`);
}

function earlyRequest(symbol: string, accountID: number): PlaceRequest {
  const clOrdID = `early-${symbol}`;
  const orderID = orderIDOf(accountID, symbol, clOrdID);
  const terms = { side: "Buy", price: 100, orderQty: 1, timeInForce: "GTC" } as const;
  return { kind: "Place", symbol, clOrdID, orderID, ...terms, postOnly: false };
}

/** The command that a gateway makes of the request. */
function earlyOrder(
  { symbol, clOrdID, orderID, price, orderQty }: PlaceRequest,
  { accountID, waitMs }: { accountID: number; waitMs: number },
): NewOrderSingle {
  const sendingTime = Date.now();
  const order: NewOrderSingle = {
    kind: "NewOrderSingle",
    sendingTime,
    validUntil: sendingTime + waitMs,
    attempt: 0,
    requestHash: "0".repeat(16),
    orderID,
    accountID,
    side: Side.Buy,
    ordType: OrdType.Limit,
    symbol,
    price: price ?? 0,
    orderQty,
    cashOrderQty: 0n,
    timeInForce: TimeInForce.GTC,
    selfTradePrevention: SelfTradePrevention.Default,
    execInst: 0,
    expireTime: 0,
    clOrdID,
  };
  const hash = requestHash(frame(order));
  return { ...order, requestHash: hash };
}
