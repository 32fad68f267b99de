import { describe, expect, test } from "bun:test";

import { examine } from "./doctor.ts";

/** A port on which nobody listens: one that was free a moment ago. */
function closedPort(): number {
  const server = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response() });
  const port = server.port ?? 0;
  void server.stop(true);
  return port;
}

describe("the doctor", () => {
  test("says of every store that does not answer how to mend it", async () => {
    const at = `127.0.0.1:${closedPort()}`;
    const account = { user: "writer", password: "correct horse battery" };
    const found = await examine({
      kafka: null,
      minio: { endpoint: `http://${at}`, accessKey: "a", secretKey: "b", bucket: "snapshots" },
      redis: { url: `redis://:secret@${at}` },
      postgres: { url: `postgres://me:secret@${at}/venue` },
      clickhouse: { url: `http://${at}`, ...account, analyst: account },
    });
    const ill = found.filter(({ mend }) => mend !== null);
    expect(ill.map(({ subject }) => subject)).toEqual([
      "kafka",
      "minio",
      "redis",
      "postgres",
      "clickhouse",
    ]);
    for (const { subject, mend } of ill) expect(mend).toContain(`services up --only ${subject}`);
    expect(JSON.stringify(found)).not.toContain("secret@");
  }, 15_000);

  test("does without ClickHouse where there is none", async () => {
    const found = await examine({
      kafka: null,
      minio: null,
      redis: null,
      postgres: null,
      clickhouse: null,
    });
    const clickhouse = found.filter(({ subject }) => subject === "clickhouse");
    expect(clickhouse.map(({ mend }) => mend)).toEqual([null]);
  });
});
