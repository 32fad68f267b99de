import { dirname, join } from "node:path";

import { kafkaVariables } from "../ports/log/kafka-environment.ts";
import { ConfigurationError } from "../ports/process/environment.ts";
import { checkKafka } from "./doctor/check-kafka.ts";
import { checkClickhouse, checkMinio, checkPostgres, checkRedis } from "./doctor/check-stores.ts";
import { findings, well, wrong } from "./doctor/finding.ts";
import type { Finding } from "./doctor/finding.ts";
import { targetsOfEnvironment, targetsOfServices } from "./doctor/targets.ts";
import type { Targets } from "./doctor/targets.ts";
import { defaultFolders } from "./services/folders.ts";
import { buildLibrdkafka } from "./services/librdkafka.ts";
import { readConnections } from "./services/services.ts";

/** Looks at everything that the separate processes stand on: versions, settings, rights, topics. */
export async function examine(targets: Targets): Promise<readonly Finding[]> {
  const found = await Promise.all([
    checkBun(),
    look("kafka", targets.kafka, checkKafka),
    look("minio", targets.minio, checkMinio),
    look("redis", targets.redis, checkRedis),
    look("postgres", targets.postgres, checkPostgres),
    targets.clickhouse === null
      ? [well("clickhouse", "none: there are no candles and no SQL")]
      : look("clickhouse", targets.clickhouse, checkClickhouse),
  ]);
  return found.flat();
}

function look<Target>(
  subject: string,
  target: Target | null,
  check: (target: Target) => Promise<readonly Finding[]>,
): Promise<readonly Finding[]> {
  const start = `start it (\`bun run services up --only ${subject}\`), or correct its address`;
  if (target === null) return Promise.resolve([wrong(subject, "is not there", start)]);
  return findings(subject, () => check(target), start);
}

/** bun:ffi changes between versions of Bun: another one than the pinned one is untested ground. */
async function checkBun(): Promise<readonly Finding[]> {
  const path = join(dirname(import.meta.dir), "package.json");
  const { packageManager } = (await Bun.file(path).json()) as { packageManager: string };
  const pinned = packageManager.replace("bun@", "");
  if (Bun.version === pinned) return [well("bun", Bun.version)];
  return [wrong("bun", `${Bun.version} is not ${pinned}`, `use npx -y ${packageManager}`)];
}

if (import.meta.main) await main();

async function main(): Promise<void> {
  try {
    const found = await examine(await chosenTargets());
    for (const finding of found) console.log(line(finding));
    const wrongCount = found.filter(({ mend }) => mend !== null).length;
    console.log(wrongCount === 0 ? "All is well." : `${wrongCount} to mend.`);
    process.exit(wrongCount === 0 ? 0 : 1);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(`The configuration cannot be used:\n${error.message}`);
    process.exit(2);
  }
}

/** By the variables of the services where they are set, else by what `bun run services up` wrote. */
async function chosenTargets(): Promise<Targets> {
  if (process.env[kafkaVariables.brokers.name] !== undefined)
    return targetsOfEnvironment(process.env);
  const folders = defaultFolders(process.env);
  return targetsOfServices(readConnections(folders), await buildLibrdkafka(folders.cache));
}

function line({ subject, what, mend }: Finding): string {
  if (mend === null) return `ok     ${subject.padEnd(11)} ${what}`;
  return `WRONG  ${subject.padEnd(11)} ${what}\n       ${"".padEnd(11)} → ${mend}`;
}
