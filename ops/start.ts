import { renameSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";

import { LogError } from "../ports/log/log.ts";
import { ConfigurationError, Environment } from "../ports/process/environment.ts";
import { openTracer } from "../ports/telemetry/tracer-open.ts";
import { readTraces } from "../ports/telemetry/traces-environment.ts";
import type { TracesConfig } from "../ports/telemetry/traces-environment.ts";
import { bootstrap } from "./bootstrap.ts";
import type { Cast, VenueDoor } from "./bootstrap.ts";
import { DemoMarket, demoInstruments } from "./demo.ts";
import { ServiceError } from "./services/service.ts";
import { openStack } from "./stack.ts";
import { VenueClient } from "./venue-client.ts";
import type { VenueFile } from "./venue-client.ts";
import { openVenue } from "./venue.ts";
import type { Venue } from "./venue.ts";

/** A venue of either profile. */
type AnyVenue = VenueDoor & Pick<Venue, "readsReady" | "analyticsReady" | "close">;

interface StartOptions {
  /** `kafka`: separate processes on the stores of `bun run services up`. */
  readonly profile: "one" | "kafka";
  readonly partitionCount: number;
  readonly port: number;
  readonly dataDir: string;
  readonly demo: boolean;
  readonly seed: number;
}

/** ClickHouse gets what happened up to a tick: twice a second, so that a trade is in its tables within one. */
const tickMs = 500;

const usage = `usage: bun run start [--port 8080] [--data .data] [--demo on|off] [--seed 1] [--profile one|kafka [--partitions 2]]`;

const options = readOptions();
if (typeof options === "string") {
  console.error(`${options}\n${usage}`);
  process.exit(2);
}
await start(options);

async function start(options: StartOptions): Promise<void> {
  const openedAt = performance.now();
  const venue = await openVenueOrExit(options);
  const cast = await bootstrap(venue, join(options.dataDir, "keys"));
  const file = await writeVenueFile(venue, cast, options.dataDir);
  const markets = options.demo ? startDemo(venue, cast, options.seed) : [];
  console.log(banner(file, options, Math.round(performance.now() - openedAt)));
  venue.readsReady.then(
    () => console.log("Reads are up: orders, fills, book, trades and candles answer now."),
    () => {},
  );
  drainOnSignal(venue, markets);
}

async function openVenueOrExit(options: StartOptions): Promise<AnyVenue> {
  try {
    const traces = tracesConfig();
    if (options.profile === "one") return await openOneProcess(options, traces);
    return await openStack({ ...options, traces, onLine: console.log });
  } catch (error) {
    console.error(startFailure(error, options));
    process.exit(1);
  }
}

async function openOneProcess(
  { dataDir, port }: StartOptions,
  traces: TracesConfig,
): Promise<Venue> {
  const tracer = await openTracer({ service: "venue", instance: String(process.pid), ...traces });
  const venue = await openVenue({
    dataDir,
    port,
    partitionCount: 1,
    reads: true,
    analytics: true,
    tickMs,
    tracer,
    tracesUrl: traces.url,
    onNotice: (line) => console.error(line),
    onFatal: (error) => {
      console.error(`The venue stops, its log is safe: ${error.message}`);
      process.exit(1);
    },
  });
  const close = async (): Promise<void> => {
    await venue.close();
    await tracer.close();
  };
  return { ...venue, close };
}

/** Traces go where the variables say that the separate services have too. Throws ConfigurationError. */
function tracesConfig(): TracesConfig {
  const environment = new Environment(process.env);
  const traces = readTraces(environment);
  environment.finish();
  return traces;
}

function startFailure(error: unknown, options: StartOptions): string {
  if (error instanceof LogError && error.code === "Locked") {
    return `Another venue runs on ${options.dataDir}. Stop it, or give this one a folder of its own with --data.`;
  }
  if (error instanceof ServiceError || error instanceof ConfigurationError) return error.message;
  if ((error as NodeJS.ErrnoException).code === "EADDRINUSE") {
    return `Port ${options.port} is taken. Choose another with --port, or 0 for any.`;
  }
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Written beside and renamed, so that no script reads half of it. */
async function writeVenueFile(venue: AnyVenue, cast: Cast, dataDir: string): Promise<VenueFile> {
  const file: VenueFile = {
    url: venue.url,
    accounts: cast.traders.map(({ accountID, token }) => ({ accountID, token })),
    adminToken: cast.adminToken,
    symbols: demoInstruments.map(({ symbol }) => symbol),
    clickhouse: await venue.analyticsReady,
  };
  const path = join(dataDir, "venue.json");
  writeFileSync(`${path}.new`, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${path}.new`, path);
  return file;
}

/** A market that trades, and when it has made its last request. */
interface RunningMarket {
  readonly market: DemoMarket;
  readonly ended: Promise<void>;
}

function startDemo(venue: AnyVenue, cast: Cast, seed: number): RunningMarket[] {
  return demoInstruments.map((instrument, index) => {
    const market = new DemoMarket({
      instrument,
      maker: new VenueClient(venue.url, cast.maker.token),
      taker: new VenueClient(venue.url, cast.taker.token),
      seed: seed + index,
    });
    const ended = market
      .run()
      .catch((error: Error) => console.error(`Demo market ends: ${error.message}`));
    return { market, ended };
  });
}

function banner(file: VenueFile, options: StartOptions, ms: number): string {
  const [first] = file.accounts;
  const symbol = file.symbols[0] ?? "";
  const tokens = file.accounts.map(({ accountID, token }) => `${accountID}:${token}`).join(",");
  const sql = file.clickhouse;
  return `
orderbook is open (${ms} ms). Data in ${options.dataDir}, demo market ${options.demo ? `on, seed ${options.seed}` : "off"}.

  Trading page   ${file.url}/#tokens=${tokens}
  API            ${file.url}/v1   described in ${file.url}/openapi.json
  Health         ${file.url}/readyz   metrics ${options.profile === "one" ? `${file.url}/metrics` : "at each process's `operations` address above"}
  SQL            ${sql === null ? "no ClickHouse on this platform" : `${sql.url}   user ${sql.user}   password ${sql.password}   database orderbook`}

Two demo accounts (tokens for 30 days):
${file.accounts.map(({ accountID, token }) => `  ${accountID}   ${token}`).join("\n")}

Place an order (paste it):
  curl -s ${file.url}/v1/orders -H 'authorization: Bearer ${first?.token ?? ""}' -H 'content-type: application/json' \\
    -d '{"symbol":"${symbol}","side":"Buy","ordType":"Limit","price":"60000","orderQty":"0.01"}'

The same for scripts: ${join(options.dataDir, "venue.json")}. Ctrl-C stops.
`;
}

/** One Ctrl-C comes several times: from the terminal, and passed on by npx and `bun run`. */
const samePressMs = 500;

function drainOnSignal(venue: AnyVenue, markets: readonly RunningMarket[]): void {
  let drainingSince = 0;
  const drain = async (): Promise<void> => {
    if (drainingSince > 0) {
      if (performance.now() - drainingSince > samePressMs) process.exit(1);
      return;
    }
    drainingSince = performance.now();
    console.log("Draining; a second Ctrl-C stops at once.");
    for (const { market } of markets) market.stop();
    await Promise.all(markets.map(({ ended }) => ended));
    await venue.close();
    console.log("Closed. What was accepted is on the log.");
    process.exit(0);
  };
  process.on("SIGINT", () => void drain());
  process.on("SIGTERM", () => void drain());
}

function readOptions(): StartOptions | string {
  try {
    const { values } = parseArgs({
      options: {
        port: { type: "string", default: "8080" },
        data: { type: "string", default: ".data" },
        demo: { type: "string", default: "on" },
        seed: { type: "string", default: "1" },
        profile: { type: "string", default: "one" },
        partitions: { type: "string", default: "2" },
      },
    });
    const port = Number(values.port);
    const seed = Number(values.seed);
    if (!Number.isInteger(port) || port < 0 || port > 65535)
      return `--port ${values.port} is no port`;
    if (!Number.isSafeInteger(seed)) return `--seed ${values.seed} is no integer`;
    if (values.demo !== "on" && values.demo !== "off") return `--demo is on or off`;
    const { profile } = values;
    if (profile !== "one" && profile !== "kafka") return `--profile is one or kafka`;
    const partitionCount = Number(values.partitions);
    if (!Number.isInteger(partitionCount) || partitionCount < 1) return `--partitions is a count`;
    const dataDir = resolve(values.data);
    return { port, dataDir, demo: values.demo === "on", seed, profile, partitionCount };
  } catch (error) {
    return (error as Error).message;
  }
}
