import { afterAll, beforeAll, expect, test } from "bun:test";

import { TestVenue } from "./venue.fixture.ts";

interface Standing {
  readonly url: string;
  close(): Promise<void>;
}

let venue: TestVenue;
let query: ReturnType<typeof Bun.serve>;
let url: string | null = null;
let front: Standing;
const sockets: { close(): void; send(text: string): void; readonly received: string[] }[] = [];
let answer: (request: Request) => Response | Promise<Response> = () => new Response("{}");

beforeAll(async () => {
  query = Bun.serve<{ received: string[] }>({
    hostname: "127.0.0.1",
    port: 0,
    fetch(request, server) {
      const isStream = request.headers.get("upgrade") === "websocket";
      if (!isStream) return answer(request);
      const granted = request.headers.get("x-orderbook-secret") === "shared";
      if (granted && server.upgrade(request, { data: { received: [] } })) return undefined;
      return new Response(null, { status: 403 });
    },
    websocket: {
      open(socket) {
        sockets.push({
          received: socket.data.received,
          send: (text) => void socket.send(text),
          close: () => socket.close(),
        });
      },
      message(socket, message) {
        socket.data.received.push(String(message));
        if (message === "echo") socket.send("echoed");
      },
    },
  });
  const served = `http://127.0.0.1:${query.port}`;
  url = served;
  venue = await TestVenue.open({
    gateway: {
      query: { url: () => url, secret: "shared" },
      allowedOrigins: ["https://friend.example"],
      assets: new Map([
        ["/", { contentType: "text/html; charset=utf-8", body: bytes("<!doctype html>") }],
        ["/assets/a.js", { contentType: "text/javascript", body: bytes("1"), immutable: true }],
      ]),
    },
  });
  front = serve();
});

afterAll(async () => {
  await front.close();
  await venue.close();
  await query.stop(true);
});

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(text));
}

function serve(): Standing {
  const server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: venue.gateway.fetch,
    websocket: venue.gateway.websocket,
  });
  return { url: `127.0.0.1:${server.port}`, close: () => server.stop(true) };
}

function connect(headers: Record<string, string> = {}): WebSocket {
  return new WebSocket(`ws://${front.url}/v1/stream`, { headers } as unknown as string[]);
}

async function handshakeStatus(headers: Record<string, string>): Promise<number> {
  const response = await fetch(`http://${front.url}/v1/stream`, {
    headers: {
      connection: "upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
      ...headers,
    },
  });
  return response.status;
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(1);
}

test("a read passes path, query and condition on, and query's answer back", async () => {
  let seen = "";
  answer = (request) => {
    seen = request.url.slice(request.url.indexOf("/v1"));
    if (request.headers.get("if-none-match") === '"7"') {
      return new Response(null, { status: 304, headers: { etag: '"7"' } });
    }
    return Response.json(
      { code: "StaleRead" },
      {
        status: 409,
        headers: {
          "content-type": "application/problem+json",
          etag: '"7"',
          "x-orderbook-position": "0:7",
          "set-cookie": "a=b",
          "x-internal": "1",
        },
      },
    );
  };
  const path = "/v1/instruments/BTC-USD/book?level=3&minSeq=0:7";
  const stale = await venue.request("GET", path, { token: null });
  expect(seen).toBe(path);
  expect(stale).toMatchObject({ status: 409, body: { code: "StaleRead" } });
  expect(stale.headers.get("content-type")).toBe("application/problem+json");
  expect(stale.headers.get("x-orderbook-position")).toBe("0:7");
  expect(stale.headers.get("set-cookie")).toBeNull();
  expect(stale.headers.get("x-internal")).toBeNull();
  expect(stale.headers.get("ratelimit-policy")).toStartWith('"market-data"');
  const unchanged = await venue.request("GET", path, { headers: { "if-none-match": '"7"' } });
  expect(unchanged.status).toBe(304);
});

test("a read before query serves is answered 503 with when to come again", async () => {
  const served = url;
  for (const away of [null, "http://127.0.0.1:1"]) {
    url = away;
    const { status, body, headers } = await venue.request("GET", "/v1/orders");
    expect({ status, code: body["code"] }).toEqual({ status: 503, code: "ReadsUnavailable" });
    expect(headers.get("retry-after")).toBe("1");
    expect(await handshakeStatus({})).toBe(away === null ? 503 : 101);
  }
  url = served;
});

test("a repeat that is no longer held has the order as query knows it", async () => {
  const { body: placed } = await venue.order({ clOrdID: "long-ago" });
  const { orderID } = placed as { orderID: string };
  answer = (request) =>
    request.headers.get("x-orderbook-account") === "1001"
      ? Response.json({ orderID, ordStatus: "New" })
      : new Response(null, { status: 404 });
  const second = await TestVenue.open({
    over: venue,
    gateway: { query: { url: () => url, secret: "shared" }, heldCountMax: 2 },
  });
  for (let count = 0; count < 3; count++) await second.order();
  const { status, body } = await second.order({ clOrdID: "long-ago" });
  expect(status).toBe(200);
  expect(body).toMatchObject({
    orderID,
    clOrdID: "long-ago",
    symbol: "BTC-USD",
    decision: "Accepted",
    location: `/v1/orders/${orderID}`,
    order: { orderID, ordStatus: "New" },
  });
  await second.gateway.close();
});

test("the page comes with a strict policy, its files for ever, and nothing else from a path", async () => {
  const page = await fetch(`http://${front.url}/`);
  expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(page.headers.get("x-content-type-options")).toBe("nosniff");
  expect(await page.text()).toBe("<!doctype html>");
  const etag = page.headers.get("etag") ?? "";
  const again = await fetch(`http://${front.url}/`, { headers: { "if-none-match": etag } });
  expect(again.status).toBe(304);
  const script = await fetch(`http://${front.url}/assets/a.js`);
  expect(script.headers.get("cache-control")).toContain("immutable");
  for (const path of ["/assets/../gateway/app.ts", "/assets/%2e%2e/app.ts", "/assets/b.js"]) {
    expect((await fetch(`http://${front.url}${path}`)).status).toBe(404);
  }
});

test("metrics count requests by route and code, and show the fold", async () => {
  const response = await fetch(`http://${front.url}/metrics`);
  const text = await response.text();
  expect(text).toContain('orderbook_gateway_requests_total{route="POST /v1/orders",status="201"}');
  expect(text).toContain('orderbook_gateway_refusals_total{code="ReadsUnavailable"}');
  expect(text).toContain("orderbook_gateway_command_seconds_bucket");
  expect(text).toContain('orderbook_gateway_fold_lag_records{partition="0"}');
  expect(response.headers.get("content-type")).toStartWith("text/plain");
});

test("a stream is joined with query's, both ways, from the first message on", async () => {
  const socket = connect();
  const received: string[] = [];
  socket.onmessage = (event) => received.push(String(event.data));
  socket.onopen = () => socket.send("echo");
  await until(() => received.length > 0);
  expect(received).toEqual(["echoed"]);
  const closed = Promise.withResolvers<number>();
  socket.onclose = (event) => closed.resolve(event.code);
  sockets.at(-1)?.close();
  expect(await closed.promise).toBe(1013);
});

/** A client that speaks just enough WebSocket to stop reading, which Bun's own cannot. */
async function connectRaw(): Promise<Bun.Socket> {
  const upgraded = Promise.withResolvers<void>();
  const port = Number(front.url.split(":")[1]);
  const socket = await Bun.connect({
    hostname: "127.0.0.1",
    port,
    socket: { data: () => upgraded.resolve() },
  });
  socket.write(
    "GET /v1/stream HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n" +
      "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
  );
  await upgraded.promise;
  return socket;
}

test("a client that does not read makes query pause, and resume when it has caught up", async () => {
  const count = sockets.length;
  const client = await connectRaw();
  await until(() => sockets.length > count);
  const upstream = sockets.at(-1);
  if (upstream === undefined) throw new Error("No stream came to query");
  client.pause();
  const block = "x".repeat(256 * 1024);
  for (let sent = 0; sent < 400 && upstream.received.length === 0; sent++) {
    upstream.send(block);
    await Bun.sleep(1);
  }
  expect(upstream.received).toEqual(['{"op":"pause"}']);
  client.resume();
  await until(() => upstream.received.length > 1);
  expect(upstream.received).toEqual(['{"op":"pause"}', '{"op":"resume"}']);
  client.end();
});

test("a page of another origin gets no stream; the venue's own, a friend's and other clients do", async () => {
  expect(await handshakeStatus({ origin: "https://evil.example" })).toBe(403);
  expect(await handshakeStatus({ origin: "null" })).toBe(403);
  expect(await handshakeStatus({ origin: `http://${front.url}.evil.example` })).toBe(403);
  for (const origin of [`http://${front.url}`, "https://friend.example"]) {
    const socket = connect({ origin });
    await until(() => socket.readyState === WebSocket.OPEN);
    socket.close();
  }
});

test("a frame that is too long, or binary, ends the stream", async () => {
  const closes: number[] = [];
  for (const message of ["a".repeat(17 * 1024), new Uint8Array([1])]) {
    const socket = connect();
    await until(() => socket.readyState === WebSocket.OPEN);
    const closed = Promise.withResolvers<number>();
    socket.onclose = (event) => closed.resolve(event.code);
    socket.send(message);
    closes.push(await closed.promise);
  }
  expect(closes[1]).toBe(1003);
  expect([1006, 1009]).toContain(closes[0] ?? 0);
});
