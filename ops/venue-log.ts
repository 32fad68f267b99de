import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { systemClock } from "../ports/clock/clock-system.ts";
import { openKafkaLog } from "../ports/log/log-kafka.ts";
import { openSqliteLog } from "../ports/log/log-sqlite.ts";
import type { Log } from "../ports/log/log.ts";
import { openLibrary } from "../ports/log/rdkafka/library.ts";

/** Where the log of a venue of separate processes lies. */
export interface KafkaPlace {
  readonly brokers: string;
  readonly topicPrefix: string;
  readonly partitionCount: number;
  /** Path of librdkafka.so. */
  readonly library: string;
}

const sqliteName = "log.sqlite";
const kafkaName = "kafka.json";

/** Whether a data folder tells where its venue's log is. */
export function knowsLog(dataDir: string): boolean {
  return existsSync(join(dataDir, sqliteName)) || existsSync(join(dataDir, kafkaName));
}

export function writeKafkaPlace(dataDir: string, place: KafkaPlace): void {
  writeFileSync(join(dataDir, kafkaName), `${JSON.stringify(place, null, 2)}\n`);
}

/** Opens the log of the venue of a data folder, to read beside it. */
export async function openVenueLog(dataDir: string, partitionCount: number): Promise<Log> {
  if (!existsSync(join(dataDir, kafkaName))) {
    const path = join(dataDir, sqliteName);
    return openSqliteLog({ path, partitionCount, clock: systemClock, readonly: true });
  }
  const place = JSON.parse(readFileSync(join(dataDir, kafkaName), "utf8")) as KafkaPlace;
  return openKafkaLog({
    library: openLibrary([place.library]),
    settings: { "bootstrap.servers": place.brokers, log_level: "3" },
    partitionCount: place.partitionCount,
    topicPrefix: place.topicPrefix,
    onFatal: () => {},
  });
}
