import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { systemClock } from "../ports/clock/clock-system.ts";
import { LogError } from "../ports/log/log.ts";
import type { Log } from "../ports/log/log.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import type { ListedPartition } from "../schema/http/admin.ts";
import { Topic } from "../schema/topics.ts";
import { recordView } from "./cli/record-view.ts";
import { setAside } from "./cli/set-aside.ts";
import { VenueClient } from "./venue-client.ts";
import type { Answer, VenueFile } from "./venue-client.ts";
import { openVenueLog } from "./venue-log.ts";

const usage = `usage: bun ops/cli.ts COMMAND [--data .data]

  dlq list [--all]                          open dead letters; --all: resolved ones too
  dlq inspect ID                            one with its bytes and what they say
  dlq replay ID --reason TEXT [--late]      sends a dead order again, once; --late: though its validUntil has passed
  dlq discard ID --reason TEXT              closes it without carrying it out
  quarantine --partition P --offset O --reason TEXT
                                            sets a command aside that breaks every owner; the venue may be down
  semantics list                            what is active in each partition, and what its owner has
  semantics activate --version N            decides by newer semantics from here on: once every process is of a build that has them
  log tail [--topic orders] [--partition 0] [--from OFFSET] [--count 10] [--follow]
                                            records as JSON, one a line; without --from the last ones

  --data        the venue's data folder: its venue.json holds the address and the operator's token, and it tells where the log is
  --partitions  of a log in that folder, where it has more than one`;

const flags = {
  data: { type: "string", default: ".data" },
  partitions: { type: "string", default: "1" },
  all: { type: "boolean", default: false },
  late: { type: "boolean", default: false },
  follow: { type: "boolean", default: false },
  reason: { type: "string" },
  topic: { type: "string", default: Topic.Orders },
  partition: { type: "string", default: "0" },
  offset: { type: "string" },
  version: { type: "string" },
  from: { type: "string" },
  count: { type: "string", default: "10" },
} as const;

type Flags = ReturnType<typeof parsed>["values"];

function parsed(args: readonly string[]) {
  return parseArgs({ args: [...args], options: flags, allowPositionals: true });
}

/** Runs one command line; resolves with the process' exit code. `print` gets whole lines. */
export async function runCli(
  args: readonly string[],
  print: (line: string) => void,
): Promise<number> {
  try {
    const { values, positionals } = parsed(args);
    const [command, action, name] = positionals;
    if (command === "dlq") return await deadLetters(action, name, values, print);
    if (command === "quarantine") return await quarantine(values, print);
    if (command === "semantics") return await semantics(action, values, print);
    if (command === "log" && action === "tail") return await tail(values, print);
    throw new UsageError("No such command");
  } catch (error) {
    const isUsage = error instanceof UsageError || error instanceof TypeError;
    if (!isUsage && !(error instanceof LogError)) throw error;
    print(isUsage ? `${error.message}\n\n${usage}` : `The log: ${error.message}`);
    return isUsage ? 2 : 1;
  }
}

class UsageError extends Error {
  override readonly name = "UsageError";
}

async function deadLetters(
  action: string | undefined,
  name: string | undefined,
  values: Flags,
  print: (line: string) => void,
): Promise<number> {
  const client = operatorOf(values.data);
  const path = "/v1/admin/dead-letters";
  if (action === "list") {
    const answer = await client.get(values.all ? path : `${path}?open=true`);
    const { deadLetters: letters } = answer.body as { deadLetters?: readonly object[] };
    if (answer.status !== 200 || letters === undefined) return told(answer, print);
    for (const letter of letters) print(JSON.stringify(letter));
    return 0;
  }
  if (name === undefined) throw new UsageError("Which dead letter?");
  const place = `${path}/${encodeURIComponent(name)}`;
  if (action === "inspect") return told(await client.get(place), print);
  const reason = reasonOf(values);
  if (action === "discard") return told(await client.post(`${place}/discard`, { reason }), print);
  if (action !== "replay") throw new UsageError(`dlq ${action ?? ""} is no command`);
  const { late } = values;
  return told(await client.post(`${place}/replay`, { reason, late }), print);
}

/** Over the admin API where the venue answers, else on its log. */
async function quarantine(values: Flags, print: (line: string) => void): Promise<number> {
  if (values.offset === undefined) throw new UsageError("--offset names the command");
  const reason = reasonOf(values);
  const partition = countOf(values.partition, "--partition");
  const commandOffset = countOf(values.offset, "--offset");
  if (await answers(values.data)) {
    const body = { partition, commandOffset, reason };
    return told(await operatorOf(values.data).post("/v1/admin/quarantines", body), print);
  }
  const log = await openForWriting(values);
  try {
    const done = await setAside(log, { partition, commandOffset, operator: "cli", reason });
    print(typeof done === "string" ? done : JSON.stringify({ partition, commandOffset, ...done }));
    return typeof done === "string" ? 1 : 0;
  } finally {
    await log.close();
  }
}

/** One partition a line, or the activation's answer. */
async function semantics(
  action: string | undefined,
  values: Flags,
  print: (line: string) => void,
): Promise<number> {
  const client = operatorOf(values.data);
  if (action === "activate") {
    if (values.version === undefined) throw new UsageError("--version says which");
    const semanticsVersion = countOf(values.version, "--version");
    return told(await client.put("/v1/admin/semantics", { semanticsVersion }), print);
  }
  if (action !== "list") throw new UsageError(`semantics ${action ?? ""} is no command`);
  const answer = await client.get("/v1/admin/partitions");
  const { partitions } = answer.body as { partitions?: readonly ListedPartition[] };
  if (answer.status !== 200 || partitions === undefined) return told(answer, print);
  for (const { partition, semanticsVersion, schemaVersion, owner } of partitions) {
    print(JSON.stringify({ partition, semanticsVersion, schemaVersion, owner }));
  }
  return 0;
}

async function tail(values: Flags, print: (line: string) => void): Promise<number> {
  const topic = Object.values(Topic).find((each) => each === values.topic);
  if (topic === undefined) {
    throw new UsageError(`--topic is one of ${Object.values(Topic).join(", ")}`);
  }
  const partition = countOf(values.partition, "--partition");
  const count = countOf(values.count, "--count");
  const log = await openVenueLog(values.data, countOf(values.partitions, "--partitions"));
  const show = (records: Awaited<ReturnType<Log["read"]>>): void => {
    for (const record of records) print(JSON.stringify(recordView(topic, partition, record)));
  };
  try {
    const start = await log.startOffset(topic, partition);
    const end = await log.endOffset(topic, partition);
    const from = values.from === undefined ? end - count : countOf(values.from, "--from");
    const first = Math.max(start, from);
    if (values.follow) {
      await log.follow(topic, partition, first, show).done;
      return 0;
    }
    for (let at = first; at < Math.min(end, first + count);) {
      const records = await log.read(topic, partition, at, first + count - at);
      const last = records.at(-1);
      if (last === undefined) break;
      show(records);
      at = last.offset + 1;
    }
    return 0;
  } finally {
    await log.close();
  }
}

/** Prints an answer; 0 where it is no problem. */
function told({ status, body }: Answer, print: (line: string) => void): number {
  print(JSON.stringify(body, null, 2));
  return status < 400 ? 0 : 1;
}

function reasonOf({ reason }: Flags): string {
  if (reason === undefined || reason === "") throw new UsageError("--reason says why");
  return reason;
}

function countOf(text: string, flag: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new UsageError(`${flag} is a count`);
  return Number(text);
}

function venueFile(dataDir: string): VenueFile | null {
  const path = join(dataDir, "venue.json");
  return existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as VenueFile) : null;
}

function operatorOf(dataDir: string): VenueClient {
  const file = venueFile(dataDir);
  if (file === null) throw new UsageError(`There is no venue.json in ${dataDir}: is it running?`);
  return new VenueClient(file.url, file.adminToken);
}

async function answers(dataDir: string): Promise<boolean> {
  const file = venueFile(dataDir);
  if (file === null) return false;
  try {
    return (await fetch(`${file.url}/healthz`)).ok;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return false;
  }
}

/** The one process' own file; a log on Kafka is opened as for reading. */
async function openForWriting(values: Flags): Promise<Log> {
  const partitionCount = countOf(values.partitions, "--partitions");
  const path = join(values.data, "log.sqlite");
  if (!existsSync(path)) return openVenueLog(values.data, partitionCount);
  return openSqliteLog({ path, partitionCount, clock: systemClock });
}

if (import.meta.main) {
  process.exit(await runCli(process.argv.slice(2), (line) => console.log(line)));
}
