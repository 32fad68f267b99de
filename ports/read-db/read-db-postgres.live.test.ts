import { afterAll, expect, test } from "bun:test";

import { SQL } from "bun";

import { liveStore } from "../live-store.ts";
import { openPostgres } from "./read-db-postgres.ts";
import { describeReadDb, failureOf } from "./read-db.conformance.ts";

const url = liveStore("POSTGRES_URL", "PostgreSQL");

if (url === null) {
  test.skip("PostgreSQL is missing: start it with `bun run services up`", () => {});
} else {
  const made: string[] = [];
  afterAll(async () => {
    const server = new SQL(url, { max: 1 });
    for (const name of made) await server.unsafe(`drop database ${name} with (force)`);
    await server.close();
  });

  describeReadDb("PostgreSQL", async () => {
    const name = `t_${crypto.randomUUID().replaceAll("-", "")}`;
    const server = new SQL(url, { max: 1 });
    await server.unsafe(`create database ${name}`);
    await server.close();
    made.push(name);
    const own = new URL(url);
    own.pathname = `/${name}`;
    return openPostgres({ url: own.href });
  });
}

test("a server that is not there is Unavailable", async () => {
  const readDb = openPostgres({ url: "postgres://nobody:x@127.0.0.1:1/none" });
  expect(await failureOf(readDb.ping())).toMatchObject({ code: "Unavailable" });
  await readDb.close();
});
