import { basename, resolve } from "node:path";
import { parseArgs } from "node:util";

import { bitstampInstrument, readBitstamp, replayBitstamp } from "./replay/bitstamp.ts";
import {
  isLobster,
  readLobster,
  readTrueBooks,
  restingBefore,
  tickOf,
} from "./replay/lobster-file.ts";
import { lobsterInstrument, LobsterReplay } from "./replay/lobster.ts";
import { OrderedWindow } from "./replay/ordered-window.ts";
import { Tally } from "./replay/tally.ts";
import { listFresh, ownVenue, runningVenue } from "./replay/target.ts";
import type { ReplayTarget } from "./replay/target.ts";
import { compareViews } from "./views/compare.ts";

const usage = `usage: bun run replay FILE [--url URL] [--data .data] [--in-flight N]

  FILE         a LOBSTER message file (…_message_N.csv; the …_orderbook_N.csv beside it is used when it is there),
               or a Bitstamp order capture (.csv or .csv.zst)
  --url        a running venue; without it a venue of its own is opened in a temporary folder
  --data       with --url: the data folder of that venue, whose venue.json holds accounts and tokens (.data)
  --in-flight  Bitstamp: requests of one kind on their way at once (1: the log is sure to have the file's order)`;

const options = readOptions();
if (typeof options === "string") {
  console.error(`${options}\n\n${usage}`);
  process.exit(2);
}
process.exit((await replay(options)) ? 0 : 1);

interface ReplayOptions {
  readonly path: string;
  readonly url: string | null;
  readonly dataDir: string;
  readonly inFlightMax: number;
}

/** True when everything is as it has to be. */
async function replay({ path, url, dataDir, inFlightMax }: ReplayOptions): Promise<boolean> {
  const text = await readText(path);
  const target = url === null ? await ownVenue() : runningVenue(dataDir, url);
  try {
    const whose = url === null ? " (a venue of its own)" : "";
    console.log(`Replaying ${basename(path)} to ${target.url}${whose}`);
    const sent = isLobster(text)
      ? await sendLobster(text, path, target)
      : await sendBitstamp(text, target, inFlightMax);
    print(sent.report);
    return (await checkViews(target, sent.symbol)) && sent.well;
  } finally {
    await target.close();
  }
}

interface Sent {
  readonly symbol: string;
  readonly report: readonly string[];
  readonly well: boolean;
}

async function sendBitstamp(
  text: string,
  target: ReplayTarget,
  inFlightMax: number,
): Promise<Sent> {
  const rows = readBitstamp(text);
  const symbol = await listFresh(target, bitstampInstrument);
  console.log(`${rows.length} rows as ${symbol}, ${inFlightMax} in flight`);
  const tally = new Tally(rows.length);
  const window = await OrderedWindow.open(target.url, inFlightMax);
  try {
    await replayBitstamp(rows, { window, tally, target, symbol });
  } finally {
    window.close();
  }
  return { symbol, report: tally.report(), well: tally.well };
}

async function sendLobster(text: string, path: string, target: ReplayTarget): Promise<Sent> {
  const rows = readLobster(text);
  const booksPath = path.replace("_message_", "_orderbook_");
  const hasBooks = booksPath !== path && (await Bun.file(booksPath).exists());
  const books = hasBooks ? readTrueBooks(await Bun.file(booksPath).text()) : null;
  const [first, afterFirst] = [rows[0], books?.[0]];
  const seeds =
    first === undefined || afterFirst === undefined ? [] : restingBefore(first, afterFirst);
  const name = (basename(path).split("_")[0] ?? "").toUpperCase().replace(/[^A-Z0-9]/g, "");
  const wanted = lobsterInstrument(name.slice(0, 8) || "LOBSTER", tickOf(rows, seeds));
  const symbol = await listFresh(target, wanted);
  console.log(`${rows.length} events as ${symbol}, ${seeds.length} levels rest before the first`);
  const tally = new Tally(rows.length + seeds.length);
  const window = await OrderedWindow.open(target.url, 1);
  const lobster = new LobsterReplay({ window, tally, target, symbol });
  try {
    await lobster.run(rows, seeds, books);
  } finally {
    window.close();
  }
  const { agreement } = lobster;
  const report = [...tally.report(), ...agreement.report()];
  return { symbol, report, well: agreement.holds && tally.well };
}

/** Only where the venue's log lies on this machine. */
async function checkViews(target: ReplayTarget, symbol: string): Promise<boolean> {
  const { dataDir, file, url } = target;
  if (dataDir === null) {
    console.log("views: not compared, the venue's log is not on this machine");
    return true;
  }
  const comparison = await compareViews({ dataDir, url, venue: file, symbols: [symbol] });
  print(comparison.report);
  return comparison.equal;
}

async function readText(path: string): Promise<string> {
  if (!(await Bun.file(path).exists())) {
    console.error(`There is no file ${path}`);
    process.exit(1);
  }
  const bytes = await Bun.file(path).bytes();
  return new TextDecoder().decode(path.endsWith(".zst") ? Bun.zstdDecompressSync(bytes) : bytes);
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

function readOptions(): ReplayOptions | string {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        url: { type: "string" },
        data: { type: "string", default: ".data" },
        "in-flight": { type: "string", default: "1" },
      },
    });
    const [path, ...others] = positionals;
    if (path === undefined || others.length > 0) return "One file, please.";
    const inFlightMax = Number(values["in-flight"]);
    if (!Number.isInteger(inFlightMax) || inFlightMax < 1 || inFlightMax > 256) {
      return "--in-flight is a number from 1 to 256";
    }
    if (values.url !== undefined && !URL.canParse(values.url))
      return `--url ${values.url} is no URL`;
    return {
      path: resolve(path),
      url: values.url ?? null,
      dataDir: resolve(values.data),
      inFlightMax,
    };
  } catch (error) {
    return (error as Error).message;
  }
}
