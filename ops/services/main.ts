import { parseArgs } from "node:util";

import { connectionsPath, defaultFolders } from "./folders.ts";
import { portOffsetMax, portOffsetStep, readPortOffset } from "./ports.ts";
import { ServiceError, serviceNames, type ServiceName } from "./service.ts";
import { down, servicesOf, status, up, type Started } from "./services.ts";

const usage = `usage: bun run services up|status|down [--only ${serviceNames.join(",")}] [--brokers 1|3] [--ports OFFSET] [--data FOLDER]`;

const request = readRequest();
if (typeof request === "string") {
  console.error(`${request}\n${usage}`);
  process.exit(2);
}
const { verb, only, brokers, portOffset, folders } = request;

try {
  if (verb === "up") await bringUp();
  if (verb === "status") tellStatus();
  if (verb === "down") await bringDown();
} catch (error) {
  if (!(error instanceof ServiceError)) throw error;
  console.error(error.message);
  process.exit(1);
}

async function bringUp(): Promise<void> {
  await up(servicesOf({ folders, brokers, portOffset }, only), folders, tellStarted);
  console.log(`Addresses and passwords: ${connectionsPath(folders)}`);
}

function tellStarted({ service, provisionMs, startMs, wasRunning }: Started): void {
  const provisioned = provisionMs > 1000 ? `, provisioned in ${provisionMs} ms` : "";
  const started = wasRunning ? "was up" : `up in ${startMs} ms`;
  console.log(`${service.name.padEnd(10)} ${service.version.padEnd(14)} ${started}${provisioned}`);
}

function tellStatus(): void {
  const states = status(only, folders);
  for (const { process, pid } of states) {
    console.log(`${process.padEnd(10)} ${pid === null ? "down" : `up, pid ${pid}`}`);
  }
}

async function bringDown(): Promise<void> {
  const stopped = await down(only, folders);
  console.log(stopped.length === 0 ? "Nothing was running." : `Stopped: ${stopped.join(", ")}`);
}

function readRequest() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        only: { type: "string", default: serviceNames.join(",") },
        brokers: { type: "string", default: "1" },
        ports: { type: "string", default: process.env["ORDERBOOK_SERVICES_PORTS"] ?? "0" },
        data: { type: "string" },
      },
    });
    const [verb] = positionals;
    if (verb !== "up" && verb !== "status" && verb !== "down") return `say up, status or down`;
    const only = values.only.split(",");
    const strange = only.find((name) => !serviceNames.includes(name as ServiceName));
    if (strange !== undefined) return `--only ${strange}: there is no such store`;
    if (values.brokers !== "1" && values.brokers !== "3") return `--brokers is 1 or 3`;
    const portOffset = readPortOffset(values.ports);
    if (portOffset === null)
      return `--ports is a multiple of ${portOffsetStep} up to ${portOffsetMax}`;
    const folders = defaultFolders(process.env);
    return {
      verb,
      only: only as ServiceName[],
      brokers: Number(values.brokers),
      portOffset,
      folders: values.data === undefined ? folders : { ...folders, data: values.data },
    } as const;
  } catch (error) {
    return (error as Error).message;
  }
}
