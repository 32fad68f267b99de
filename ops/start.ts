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
import { jsonLines, plainLines } from "./start-lines.ts";
import type { StartLines, StartPlace } from "./start-lines.ts";
import { openStack } from "./stack.ts";
import { VenueClient } from "./venue-client.ts";
import type { VenueFile } from "./venue-client.ts";
import { openVenue } from "./venue.ts";
import type { Venue } from "./venue.ts";

/** A venue of either profile. */
type AnyVenue = VenueDoor & Pick<Venue, "readsReady" | "analyticsReady" | "close">;

/** Profile `kafka`: separate processes on the stores of `bun run services up`. */
interface StartOptions extends StartPlace {
  readonly partitionCount: number;
  readonly port: number;
  readonly log: "plain" | "json";
}

/** ClickHouse gets what happened up to a tick: twice a second, so that a trade is in its tables within one. */
const tickMs = 500;

const usage = `usage: bun run start [--port 8080] [--data .data] [--demo on|off] [--seed 1] [--log plain|json] [--profile one|kafka [--partitions 2]]`;

const options = readOptions();
if (typeof options === "string") {
  console.error(`${options}\n${usage}`);
  process.exit(2);
}
await start(options);

async function start(options: StartOptions): Promise<void> {
  const openedAt = performance.now();
  const lines = options.log === "json" ? jsonLines(options) : plainLines(options);
  const venue = await openVenueOrExit(options, lines);
  const cast = await bootstrap(venue, join(options.dataDir, "keys"));
  const file = await writeVenueFile(venue, cast, options.dataDir);
  const markets = options.demo ? startDemo(venue, cast, options.seed, lines) : [];
  lines.opened(file, Math.round(performance.now() - openedAt));
  venue.readsReady.then(
    () => lines.readsAreUp(),
    () => {},
  );
  drainOnSignal(venue, markets, lines);
}

async function openVenueOrExit(options: StartOptions, lines: StartLines): Promise<AnyVenue> {
  try {
    const traces = tracesConfig();
    if (options.profile === "one") return await openOneProcess(options, traces, lines);
    return await openStack({ ...options, traces, onLine: console.log });
  } catch (error) {
    lines.failed(startFailure(error, options));
    process.exit(1);
  }
}

async function openOneProcess(
  { dataDir, port }: StartOptions,
  traces: TracesConfig,
  lines: StartLines,
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
    logger: lines.logger,
    onNotice: (text) => lines.notice(text),
    onFatal: (error) => {
      lines.failed(`The venue stops, its log is safe: ${error.message}`);
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
  const { traders, adminToken } = cast;
  const tokens = traders.map(({ accountID, token }) => `${accountID}:${token}`).join(",");
  const file: VenueFile = {
    url: venue.url,
    pages: {
      trading: `${venue.url}/#tokens=${tokens}`,
      operator: `${venue.url}/operator#token=${adminToken}`,
    },
    accounts: traders.map(({ accountID, token }) => ({ accountID, token })),
    adminToken,
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

function startDemo(venue: AnyVenue, cast: Cast, seed: number, lines: StartLines): RunningMarket[] {
  return demoInstruments.map((instrument, index) => {
    const market = new DemoMarket({
      instrument,
      maker: new VenueClient(venue.url, cast.maker.token),
      taker: new VenueClient(venue.url, cast.taker.token),
      seed: seed + index,
    });
    const ended = market
      .run()
      .catch((error: Error) => lines.notice(`Demo market ends: ${error.message}`));
    return { market, ended };
  });
}

/** One Ctrl-C comes several times: from the terminal, and passed on by npx and `bun run`. */
const samePressMs = 500;

function drainOnSignal(
  venue: AnyVenue,
  markets: readonly RunningMarket[],
  lines: StartLines,
): void {
  let drainingSince = 0;
  const drain = async (): Promise<void> => {
    if (drainingSince > 0) {
      if (performance.now() - drainingSince > samePressMs) process.exit(1);
      return;
    }
    drainingSince = performance.now();
    lines.draining();
    for (const { market } of markets) market.stop();
    await Promise.all(markets.map(({ ended }) => ended));
    await venue.close();
    lines.closed();
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
        log: { type: "string", default: "plain" },
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
    const { profile, log } = values;
    if (log !== "plain" && log !== "json") return `--log is plain or json`;
    if (profile !== "one" && profile !== "kafka") return `--profile is one or kafka`;
    if (log === "json" && profile === "kafka")
      return `--log json is for one process: the services of --profile kafka write JSON by themselves`;
    const partitionCount = Number(values.partitions);
    if (!Number.isInteger(partitionCount) || partitionCount < 1) return `--partitions is a count`;
    const dataDir = resolve(values.data);
    return { port, dataDir, demo: values.demo === "on", seed, log, profile, partitionCount };
  } catch (error) {
    return (error as Error).message;
  }
}
