import { parseArgs } from "node:util";

import { ServiceError } from "./services/service.ts";
import { readPortOffset } from "./services/ports.ts";
import { runSoak } from "./soak/run.ts";
import type { SoakOptions } from "./soak/run.ts";

const usage = `usage: bun run soak [--minutes 60] [--rate auto|N] [--id-window 30s] [--calibrate 60s] [--ports 0] [--seed 1]`;

const options = readOptions();
if (typeof options === "string") {
  console.error(`${options}\n${usage}`);
  process.exit(2);
}
try {
  process.exit((await runSoak(options)) ? 0 : 1);
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(error.message);
  process.exit(1);
}

function readOptions(): SoakOptions | string {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: "string", default: "60" },
        rate: { type: "string", default: "auto" },
        "id-window": { type: "string", default: "30s" },
        calibrate: { type: "string", default: "60s" },
        ports: { type: "string", default: "0" },
        seed: { type: "string", default: "1" },
      },
    });
    const minutes = Number(values.minutes);
    if (!(minutes > 0)) return `--minutes ${values.minutes} is no time`;
    const ratePerSecond = values.rate === "auto" ? null : Number(values.rate);
    if (ratePerSecond !== null && !(ratePerSecond > 0)) return `--rate ${values.rate} is no rate`;
    const idWindowSeconds = secondsOf(values["id-window"]);
    const calibrationSeconds = secondsOf(values.calibrate);
    if (idWindowSeconds === null || calibrationSeconds === null)
      return "--id-window and --calibrate are seconds: 30s";
    const portOffset = readPortOffset(values.ports);
    if (portOffset === null) return `--ports ${values.ports} is no offset`;
    const seed = Number(values.seed);
    if (!Number.isSafeInteger(seed)) return `--seed ${values.seed} is no integer`;
    const idWindowMs = idWindowSeconds * 1000;
    const print = console.log;
    return { minutes, ratePerSecond, idWindowMs, calibrationSeconds, portOffset, seed, print };
  } catch (error) {
    return (error as Error).message;
  }
}

function secondsOf(text: string): number | null {
  const digits = /^(\d{1,5})s?$/.exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}
