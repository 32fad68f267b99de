import { expect, test } from "bun:test";

import { closedLoop, openLoop } from "./load.ts";

const request = "POST /v1/orders HTTP/1.1\r\nhost: venue\r\ncontent-length: 2\r\n\r\n{}";

test("the open loop charges a stall of the venue to every request that was due in it", async () => {
  const stallMs = 400;
  const rate = 500;
  let count = 0;
  await withVenue(
    () => {
      // Blocks the whole venue, as a pause of its process would.
      if (++count === 100) Bun.sleepSync(stallMs);
      return new Response("{}", { status: 201 });
    },
    async (url) => {
      const outcome = await openLoop({
        url,
        seconds: 2,
        connectionCount: 4,
        nextRequest: () => request,
        ratePerSecond: rate,
        seed: 1,
      });
      expect(outcome.answerCount).toBeGreaterThan(rate);
      // 200 of the 1,000 or so were due while it stood still; half of them waited for more than half of it.
      expect(outcome.latency.percentile(0.95)).toBeGreaterThan((stallMs / 4) * 1e6);
      expect(outcome.latency.max).toBeGreaterThan(stallMs * 0.9 * 1e6);
    },
  );
});

test("the closed loop keeps each connection busy and counts answers by status", async () => {
  let count = 0;
  await withVenue(
    () => new Response("refused", { status: ++count % 2 === 0 ? 201 : 429 }),
    async (url) => {
      const outcome = await closedLoop({
        url,
        seconds: 0.2,
        connectionCount: 3,
        nextRequest: () => request,
      });
      expect(new Set(outcome.statuses.keys())).toEqual(new Set([201, 429]));
      expect(outcome.answerCount).toBe(count);
      expect(outcome.latency.count).toBe(count);
    },
  );
});

test("a venue that goes away ends the load with an error", async () => {
  await withVenue(
    (server) => {
      void server.stop(true);
      return new Response("{}");
    },
    async (url) => {
      const load = closedLoop({ url, seconds: 5, connectionCount: 2, nextRequest: () => request });
      const error: unknown = await load.catch((thrown: unknown) => thrown);
      expect(String(error)).toContain("closed a connection");
    },
  );
});

/** A venue in a thread of its own would be fairer; in this one its stalls also stop the client, which must charge them too. */
async function withVenue(
  answer: (server: Bun.Server<undefined>) => Response,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = Bun.serve({ port: 0, fetch: (_, of) => answer(of) });
  try {
    await work(`http://127.0.0.1:${server.port}`);
  } finally {
    await server.stop(true);
  }
}
