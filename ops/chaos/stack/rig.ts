import { join } from "node:path";

import { openKafkaLog } from "../../../ports/log/log-kafka.ts";
import type { Log } from "../../../ports/log/log.ts";
import { partitionOf, symbolHash } from "../../../schema/hash.ts";
import { bootstrap, defineTrader } from "../../bootstrap.ts";
import { mintToken, signingKey } from "../../keys.ts";
import { SeededRandom } from "../../seeded-random.ts";
import { openStack } from "../../stack.ts";
import type { Stack } from "../../stack.ts";
import { VenueClient } from "../../venue-client.ts";
import { writeKafkaPlace } from "../../venue-log.ts";
import { Journal } from "../journal.ts";
import { ChaosClient, chaosInstrument } from "../load.ts";
import type { Trader } from "../views.ts";
import { EarlyOrders, listInstrument } from "./early-orders.ts";
import { Judge } from "./judge.ts";
import { Operator } from "./operator.ts";
import { openPlace } from "./place.ts";
import type { Place, PlaceOptions } from "./place.ts";
import { untilDone } from "./recovery.ts";

export interface RigOptions extends PlaceOptions {
  readonly seed: number;
  readonly clientCount: number;
  /** How long anything may take to be as it was before. */
  readonly recoverMsMax: number;
  onLine(line: string): void;
}

/** A venue of processes on stores of its own, with its traders and its judge. */
export interface Rig {
  readonly stack: Stack;
  readonly place: Place;
  readonly journal: Journal;
  readonly clients: readonly ChaosClient[];
  /** What each of the clients asks through. */
  readonly doors: readonly VenueClient[];
  readonly early: EarlyOrders;
  readonly operator: Operator;
  readonly judge: Judge;
  /** With `keepsData` what the stores have kept stays for whoever wants to look. */
  close(options?: { keepsData: boolean }): Promise<void>;
}

export const partitionCount = 2;
const sessionTimeoutMs = 3000;
const restartMs = 100;
const startMsMax = 240_000;
const firstAccountID = 5001;
const earlyAccountID = 5999;
const requestMsMax = 5000;
const pauseMsMax = 30;

/** Starts stores and venue, and brings accounts and instruments onto the log. */
export async function openRig(options: RigOptions): Promise<Rig> {
  const place = await openPlace(options);
  const closing: (() => Promise<void>)[] = [];
  const close = async ({ keepsData } = { keepsData: false }): Promise<void> => {
    for (const each of closing.splice(0).toReversed()) await each();
    await place.close(keepsData);
  };
  try {
    const dataDir = join(options.folder, "venue");
    const stack = await openStack({
      dataDir,
      port: 0,
      partitionCount,
      stores: place.stores,
      sessionTimeoutMs,
      snapshotCommandCount: 1,
      restartMs,
      startMsMax,
      onLine: options.onLine,
    });
    closing.push(() => stack.close());
    const log = await directLog(place, dataDir);
    closing.push(() => log.close());
    return { ...(await cast(options, { stack, place, dataDir, log })), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Whoever reads the data folder from now on reads past every fault, too. */
function directLog({ direct, library, libraryPath }: Place, dataDir: string): Promise<Log> {
  const { brokers } = direct.kafka;
  writeKafkaPlace(dataDir, { brokers, topicPrefix: "", partitionCount, library: libraryPath });
  return openKafkaLog({
    library,
    settings: { "bootstrap.servers": brokers, log_level: "3" },
    partitionCount,
    onFatal: (error) => {
      throw error;
    },
  });
}

interface Scene {
  readonly stack: Stack;
  readonly place: Place;
  readonly dataDir: string;
  readonly log: Log;
}

async function cast(
  { seed, clientCount, recoverMsMax }: RigOptions,
  { stack, place, dataDir, log }: Scene,
): Promise<Omit<Rig, "close">> {
  const { adminToken } = await untilDone(() => bootstrap(stack, join(dataDir, "keys")));
  const admin = new VenueClient(stack.url, adminToken, requestMsMax);
  const accountIDs = Array.from({ length: clientCount }, (_, index) => firstAccountID + index);
  const account = (id: number) => untilDone(() => defineAccount(admin, dataDir, id));
  const traders = await Promise.all(accountIDs.map(account));
  const early = await account(earlyAccountID);
  const symbols = symbolsByPartition();
  for (const symbol of symbols) await untilDone(() => listInstrument(admin, symbol));
  await stack.readsReady;
  const run = Date.now().toString(36).slice(-6);
  const journal = new Journal();
  const operator = new Operator(admin, journal);
  const owner = new VenueClient(stack.url, early.token, requestMsMax);
  const { direct } = place;
  return {
    stack,
    place,
    journal,
    operator,
    clients: traders.map(({ accountID }, number) => {
      const random = new SeededRandom(seed * 1000 + number);
      const manner = { symbols, retryShare: 1, pauseMsMax };
      return new ChaosClient({ number, accountID, run, random, journal, ...manner });
    }),
    doors: traders.map(({ token }) => new VenueClient(stack.url, token, requestMsMax)),
    early: new EarlyOrders({ log, admin, owner, accountID: earlyAccountID, run, journal }),
    judge: new Judge({
      log,
      journal,
      operator,
      traders,
      symbols,
      url: stack.url,
      clickhouse: { url: direct.clickhouse.url, ...direct.clickhouse.analyst },
      dataDir,
      others: [early],
      catchUpMsMax: recoverMsMax,
    }),
  };
}

async function defineAccount(
  admin: VenueClient,
  dataDir: string,
  accountID: number,
): Promise<Trader> {
  const name = `chaos-${accountID}`;
  const key = await signingKey(join(dataDir, "keys"), name, accountID);
  await defineTrader(admin, key, name);
  return { accountID, token: await mintToken(key, ["read", "trade"]) };
}

/** One instrument for each partition. */
function symbolsByPartition(): string[] {
  return Array.from({ length: partitionCount }, (_, partition) => {
    for (let number = 0; ; number++) {
      const symbol = number === 0 ? chaosInstrument.symbol : `CHAOS-${number}`;
      if (partitionOf(symbolHash(symbol), partitionCount) === partition) return symbol;
    }
  });
}
