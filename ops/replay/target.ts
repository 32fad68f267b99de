import { readFileSync } from "node:fs";
import { join } from "node:path";

import { startChildVenue } from "../child-venue.ts";
import { expectDone } from "../demo.ts";
import { VenueClient } from "../venue-client.ts";
import type { VenueFile } from "../venue-client.ts";
import { knowsLog } from "../venue-log.ts";

/** The venue that a recording is sent to: buys on one account, sells on the other. */
export interface ReplayTarget {
  readonly url: string;
  readonly file: VenueFile;
  readonly buyer: ReplayAccount;
  readonly seller: ReplayAccount;
  /** Where its log lies; null when it runs on another machine. */
  readonly dataDir: string | null;
  close(): Promise<void>;
}

export interface ReplayAccount {
  readonly accountID: number;
  readonly token: string;
}

/** What an instrument has to be for a recording. Decimals as strings. */
export interface ReplayInstrument {
  readonly symbol: string;
  readonly baseCurrency: string;
  readonly quoteCurrency: string;
  readonly priceExponent: number;
  readonly qtyExponent: number;
  readonly tickSize: string;
  readonly lotSize: string;
}

/** A running venue, by what its start wrote to `<dataDir>/venue.json`. With `url` that one is called instead of the file's. */
export function runningVenue(dataDir: string, url: string | null): ReplayTarget {
  const path = join(dataDir, "venue.json");
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new Error(`No ${path}: --data names the data folder of the running venue`, {
      cause: error,
    });
  }
  const file = JSON.parse(text) as VenueFile;
  const here = knowsLog(dataDir) ? dataDir : null;
  return targetOf(url === null ? file : { ...file, url }, here, () => Promise.resolve());
}

/** A venue of its own in a temporary folder; everything goes at close. */
export async function ownVenue(): Promise<ReplayTarget> {
  const child = await startChildVenue({ demo: false });
  return targetOf(child.file, child.dataDir, () => child.close());
}

/** Defines the instrument under the first free name: AAPL, AAPL.2, AAPL.3 … Resolves with that name. */
export async function listFresh(target: ReplayTarget, wanted: ReplayInstrument): Promise<string> {
  const admin = new VenueClient(target.url, target.file.adminToken);
  const listed = await admin.get("/v1/admin/instruments");
  expectDone(listed, "instruments");
  const taken = new Set(
    (listed.body["instruments"] as { symbol: string }[]).map(({ symbol }) => symbol),
  );
  let symbol = wanted.symbol;
  for (let count = 2; taken.has(symbol); count++) symbol = `${wanted.symbol}.${count}`;
  const { symbol: _, ...definition } = wanted;
  const answer = await admin.put(`/v1/admin/instruments/${symbol}`, {
    ...definition,
    tradingState: "Open",
  });
  expectDone(answer, `instrument ${symbol}`);
  return symbol;
}

function targetOf(
  file: VenueFile,
  dataDir: string | null,
  close: () => Promise<void>,
): ReplayTarget {
  const [buyer, seller] = file.accounts;
  if (buyer === undefined || seller === undefined)
    throw new Error("venue.json names no two accounts");
  return { url: file.url, file, buyer, seller, dataDir, close };
}
