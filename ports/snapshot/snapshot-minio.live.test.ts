import { test } from "bun:test";

import { liveStore } from "../live-store.ts";
import { openMinioSnapshots } from "./snapshot-minio.ts";
import { snapshotConformance } from "./snapshot.conformance.ts";

const endpoint = liveStore("MINIO_URL", "MinIO");

if (endpoint === null) {
  test.skip("MinIO is missing: start it with `bun run services up`", () => {});
} else {
  snapshotConformance("MinIO", async () => ({
    store: openMinioSnapshots({
      endpoint,
      accessKey: process.env["MINIO_ACCESS_KEY"] ?? "",
      secretKey: process.env["MINIO_SECRET_KEY"] ?? "",
      bucket: process.env["MINIO_BUCKET"] ?? "",
      prefix: `t-${crypto.randomUUID()}/`,
    }),
    dispose: () => Promise.resolve(),
  }));
}
