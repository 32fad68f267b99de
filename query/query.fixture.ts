import type { z } from "zod";

import type { Analytics } from "../ports/analytics/analytics.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { openPglite } from "../ports/read-db/read-db-pglite.ts";
import { ReadDbError } from "../ports/read-db/read-db.ts";
import type { ReadDb } from "../ports/read-db/read-db.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { createQuery } from "./app.ts";
import type { Query } from "./app.ts";
import type { TestVenue } from "./venue.fixture.ts";

export const secret = "the secret of gateway and query";

/** An empty database in memory. */
export async function emptyReadDb(): Promise<ReadDb> {
  const readDb = await openPglite();
  await readDb.migrate();
  return readDb;
}

/** A database that is away: for tests of what does not need one. */
export const awayReadDb: ReadDb = {
  get db(): never {
    throw away();
  },
  migrate: () => Promise.reject(away()),
  reset: () => Promise.reject(away()),
  run: () => Promise.reject(away()),
  ping: () => Promise.reject(away()),
  close: () => Promise.resolve(),
};

function away(): ReadDbError {
  return new ReadDbError("Unavailable", "The read database is away", null);
}

export interface TestQuery {
  readonly query: Query;
  readonly alarms: Error[];
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

/** A query on the venue's log, asked as the gateway asks: with the secret. Not started yet. */
export function queryOn(
  venue: TestVenue,
  parts: { readDb: ReadDb; analytics?: Analytics; clock?: Clock; snapshots?: SnapshotStore },
): TestQuery {
  const { readDb, snapshots } = parts;
  const alarms: Error[] = [];
  const query = createQuery({
    log: venue.log,
    readDb,
    analytics: parts.analytics ?? null,
    clock: parts.clock ?? systemClock,
    secret,
    ...(snapshots === undefined ? {} : { snapshots }),
    onAlarm: (error) => alarms.push(error),
  });
  return {
    query,
    alarms,
    get: async (path, headers = {}) => {
      const request = new Request(`http://query${path}`, {
        headers: { "x-orderbook-secret": secret, ...headers },
      });
      const response = await query.fetch(request);
      if (response === undefined) throw new Error(`${path} took the socket over`);
      return response;
    },
  };
}

/** The body of a 200, which must be of the schema and say its position in the header as well. */
export async function bodyOf<Schema extends z.ZodType<{ position: string }>>(
  response: Response,
  schema: Schema,
): Promise<z.output<Schema>> {
  const body: unknown = await response.json();
  if (response.status !== 200) throw new Error(`${response.status} ${JSON.stringify(body)}`);
  const parsed = schema.parse(body);
  if (response.headers.get("x-orderbook-position") !== parsed.position) {
    throw new Error("The header has another position");
  }
  return parsed;
}

export async function problemOf(
  response: Response,
): Promise<{ status: number; code: string; pointers: string[] }> {
  if (response.headers.get("content-type") !== "application/problem+json") {
    throw new Error(`${response.status} is no problem: ${await response.text()}`);
  }
  const body = (await response.json()) as {
    status: number;
    code: string;
    errors?: { pointer: string }[];
  };
  if (body.status !== response.status) throw new Error("The problem has another status");
  const pointers = (body.errors ?? []).map(({ pointer }) => pointer);
  return { status: body.status, code: body.code, pointers };
}
