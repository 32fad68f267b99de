import { existsSync, mkdirSync, renameSync } from "node:fs";
import { join } from "node:path";

import { Client } from "minio";

import { run } from "./commands.ts";
import { keptSecret } from "./folders.ts";
import { portsAt } from "./ports.ts";
import { ServiceError, type Service, type ServiceOptions } from "./service.ts";

/** The last commit that the project published. */
const commit = "7aac2a2c5b7c";
/** As Go names it: the proxy answers to no bare commit. */
const moduleVersion = `v0.0.0-20260212201848-${commit}`;
const accessKey = "orderbook";
const bucket = "orderbook-snapshots";

/** MinIO, built once from its Go module: it publishes no binaries to the registries. */
export function minio({ folders, portOffset }: ServiceOptions): Service {
  const { minio: port } = portsAt(portOffset);
  const binary = join(folders.cache, `minio-${commit}`, "minio");
  const secretKey = (): string => keptSecret(folders, "minio");
  return {
    name: "minio",
    version: commit,
    provision: () => provision(binary),
    prepare: () => {
      const data = join(folders.data, "minio");
      mkdirSync(data, { recursive: true, mode: 0o700 });
      return Promise.resolve([
        {
          process: "minio",
          command: [
            binary,
            "server",
            data,
            "--address",
            `127.0.0.1:${port}`,
            "--console-address",
            "127.0.0.1:0",
          ],
          cwd: data,
          environment: {
            MINIO_ROOT_USER: accessKey,
            MINIO_ROOT_PASSWORD: secretKey(),
            MINIO_BROWSER: "off",
          },
          healthy: () => ready(port),
        },
      ]);
    },
    finish: () => makeBucket(port, secretKey()),
    connection: () => ({
      minio: { endpoint: `http://127.0.0.1:${port}`, accessKey, secretKey: secretKey(), bucket },
    }),
  };
}

async function provision(binary: string): Promise<void> {
  if (existsSync(binary)) return;
  if (Bun.which("go") === null)
    throw new ServiceError("MinIO is built from source: install Go 1.24 or later.");
  const folder = `${binary}.building`;
  mkdirSync(folder, { recursive: true });
  mkdirSync(join(binary, ".."), { recursive: true });
  await run(["go", "install", `github.com/minio/minio@${moduleVersion}`], {
    environment: { GOBIN: folder, GOFLAGS: "-trimpath", CGO_ENABLED: "0" },
    hint: "MinIO's source comes through the Go module proxy; building takes some minutes.",
  });
  renameSync(join(folder, "minio"), binary);
}

async function ready(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/minio/health/ready`)).ok;
  } catch {
    // A refused connection is the answer "not yet".
    return false;
  }
}

async function makeBucket(port: number, secretKey: string): Promise<void> {
  const client = new Client({ endPoint: "127.0.0.1", port, useSSL: false, accessKey, secretKey });
  if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket);
}
