import { afterAll, expect, test } from "bun:test";

import { SQL } from "bun";
import type { Socket, SocketHandler, TCPSocketListener } from "bun";

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

  test("statements that are not answered in time are Unavailable, and others go on", async () => {
    const readDb = openPostgres({ url, answerMsMax: 2000 });
    const slow = failureOf(readDb.run((db) => db.execute("select pg_sleep(6)")));
    let isWaiting = true;
    void slow.finally(() => (isWaiting = false));
    while (isWaiting) await readDb.ping();
    expect(await slow).toMatchObject({ code: "Unavailable" });
    await readDb.ping();
    await readDb.close();
  });

  test("connections that have fallen silent are given up for new ones", async () => {
    const server = new SilentServer(new URL(url));
    const readDb = openPostgres({ url: server.url, answerMsMax: 2000, connectionCountMax: 1 });
    await readDb.ping();
    server.fallSilent();
    expect(await failureOf(readDb.ping())).toMatchObject({ code: "Unavailable" });
    await readDb.ping();
    expect(server.connectionCount).toBe(2);
    await readDb.close();
    server.close();
  });
}

/** Hands bytes on to a server and back, and can forget a connection without telling anybody, as a network does that lost its way. */
class SilentServer {
  readonly url: string;
  connectionCount = 0;
  readonly #listener: TCPSocketListener<Passed>;
  readonly #open = new Set<Passed>();

  constructor(target: URL) {
    const [hostname, port] = [target.hostname, Number(target.port)];
    this.#listener = Bun.listen<Passed>({
      hostname: "127.0.0.1",
      port: 0,
      socket: {
        open: (client) => {
          this.connectionCount++;
          client.data = {
            silent: false,
            server: Bun.connect({ hostname, port, socket: back(client) }),
          };
          this.#open.add(client.data);
        },
        data: async ({ data }, bytes) => {
          const copy = bytes.slice();
          const server = await data.server;
          if (!data.silent) server.write(copy);
        },
        close: async ({ data }) => {
          (await data.server).end();
        },
      },
    });
    const url = new URL(target);
    url.port = String(this.#listener.port);
    this.url = url.href;
  }

  fallSilent(): void {
    for (const passed of this.#open) passed.silent = true;
  }

  close(): void {
    this.#listener.stop(true);
  }
}

interface Passed {
  silent: boolean;
  readonly server: Promise<Socket>;
}

function back(client: Socket<Passed>): SocketHandler<undefined> {
  return {
    data: (_, bytes) => {
      if (!client.data.silent) client.write(bytes);
    },
  };
}

test("a server that is not there is Unavailable", async () => {
  const readDb = openPostgres({ url: "postgres://nobody:x@127.0.0.1:1/none" });
  expect(await failureOf(readDb.ping())).toMatchObject({ code: "Unavailable" });
  await readDb.close();
});
