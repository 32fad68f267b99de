import { join } from "node:path";

import { noLogger } from "../ports/telemetry/logger.ts";
import type { Logger } from "../ports/telemetry/logger.ts";
import { createProcessLog } from "../ports/telemetry/process-log.ts";
import type { VenueFile } from "./venue-client.ts";

export interface StartPlace {
  readonly profile: "one" | "kafka";
  readonly dataDir: string;
  readonly demo: boolean;
  readonly seed: number;
}

/** What `start` says in its life. */
export interface StartLines {
  /** Of the gateway in this process. */
  readonly logger: Logger;
  opened(file: VenueFile, ms: number): void;
  readsAreUp(): void;
  /** Something is wrong, and the venue goes on. */
  notice(text: string): void;
  /** Something of which the venue ends, or never came up. */
  failed(text: string): void;
  draining(): void;
  closed(): void;
}

/** For people: what to open and what to paste, then only what they should know. */
export function plainLines(place: StartPlace): StartLines {
  return {
    logger: noLogger,
    opened: (file, ms) => console.log(banner(file, place, ms)),
    readsAreUp: () =>
      console.log("Reads are up: orders, fills, book, trades and candles answer now."),
    notice: (text) => console.error(text),
    failed: (text) => console.error(text),
    draining: () => console.log("Draining; a second Ctrl-C stops at once."),
    closed: () => console.log("Closed. What was accepted is on the log."),
  };
}

/** For machines: the same as one JSON object a line, as the separate services write them. Tokens and passwords stand in venue.json only. */
export function jsonLines({ dataDir, demo, seed }: StartPlace): StartLines {
  const logger = createProcessLog({ service: "venue", level: "info" });
  const venueFile = join(dataDir, "venue.json");
  return {
    logger,
    opened: ({ url }, ms) => logger.info({ url, ms, venueFile, demo, seed }, "The venue is open"),
    readsAreUp: () => logger.info({}, "Reads are up"),
    notice: (text) => logger.warn({}, text),
    failed: (text) => logger.error({}, text),
    draining: () => logger.info({}, "Draining"),
    closed: () => logger.info({}, "Closed"),
  };
}

function banner(file: VenueFile, { profile, dataDir, demo, seed }: StartPlace, ms: number): string {
  const [first] = file.accounts;
  const symbol = file.symbols[0] ?? "";
  const { trading, operator } = file.pages;
  const sql = file.clickhouse;
  return `
orderbook is open (${ms} ms). Data in ${dataDir}, demo market ${demo ? `on, seed ${seed}` : "off"}.

  Trading page   ${trading}
  Operator page  ${operator}
  API            ${file.url}/v1   described in ${file.url}/openapi.json
  Health         ${file.url}/readyz   metrics ${profile === "one" ? `${file.url}/metrics` : "at each process's `operations` address above"}
  SQL            ${sql === null ? "no ClickHouse on this platform" : `${sql.url}   user ${sql.user}   password ${sql.password}   database orderbook`}

Two demo accounts (tokens for 30 days):
${file.accounts.map(({ accountID, token }) => `  ${accountID}   ${token}`).join("\n")}

Place an order (paste it):
  curl -s ${file.url}/v1/orders -H 'authorization: Bearer ${first?.token ?? ""}' -H 'content-type: application/json' \\
    -d '{"symbol":"${symbol}","side":"Buy","ordType":"Limit","price":"60000","orderQty":"0.01"}'

The same for scripts: ${join(dataDir, "venue.json")}. Ctrl-C stops.
`;
}
