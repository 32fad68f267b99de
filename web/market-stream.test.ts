import { afterEach, expect, test } from "bun:test";

import type { StreamMessage, StreamRequest } from "../schema/http/reads-stream.ts";
import { MarketStream } from "./market-stream.ts";
import type { StreamState } from "./market-stream.ts";

type Socket = Bun.ServerWebSocket<undefined>;

/** A stream server that notes what it is asked and does what a test tells it. */
class Server {
  readonly asked: StreamRequest[] = [];
  readonly sockets: Socket[] = [];
  readonly #server = Bun.serve({
    port: 0,
    fetch: (request, server) =>
      server.upgrade(request, { data: undefined }) ? undefined : new Response("no"),
    websocket: {
      open: (socket: Socket) => void this.sockets.push(socket),
      message: (socket, text) => {
        const request = JSON.parse(String(text)) as StreamRequest;
        if (request.op === "ping") socket.send(`{"type":"pong"}`);
        else this.asked.push(request);
      },
    },
  });

  get url(): string {
    return `ws://127.0.0.1:${this.#server.port}`;
  }

  close(): Promise<void> {
    return this.#server.stop(true);
  }
}

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

function connected(): {
  server: Server;
  stream: MarketStream;
  messages: StreamMessage[];
  states: StreamState[];
  latencies: number[];
} {
  const server = new Server();
  const seen = {
    messages: [] as StreamMessage[],
    states: [] as StreamState[],
    latencies: [] as number[],
  };
  const stream = new MarketStream({
    url: server.url,
    onMessage: (message) => seen.messages.push(message),
    onState: (state) => seen.states.push(state),
    onLatency: (ms) => seen.latencies.push(ms),
  });
  open.push(stream, server);
  return { server, stream, ...seen };
}

async function until(reached: () => boolean): Promise<void> {
  while (!reached()) await Bun.sleep(2);
}

const subscriptions = (op: "subscribe" | "unsubscribe", symbol: string): StreamRequest[] => [
  { op, channel: "book", symbol },
  { op, channel: "trades", symbol },
];

test("a watched symbol is subscribed once the connection is open, and left for another", async () => {
  const { server, stream, states, latencies } = connected();
  stream.watch("BTC-USD");
  await until(() => server.asked.length === 2);
  stream.watch("ETH-USD");
  await until(() => server.asked.length === 6);
  expect(server.asked).toEqual([
    ...subscriptions("subscribe", "BTC-USD"),
    ...subscriptions("unsubscribe", "BTC-USD"),
    ...subscriptions("subscribe", "ETH-USD"),
  ]);
  expect(states).toEqual(["connecting", "live"]);
  await until(() => latencies.length > 0);
});

test("a connection that is lost comes back by itself and subscribes anew", async () => {
  const { server, stream, states } = connected();
  stream.watch("BTC-USD");
  await until(() => server.asked.length === 2);
  server.sockets[0]?.close();
  await until(() => server.asked.length === 4);
  expect(server.asked.slice(2)).toEqual(subscriptions("subscribe", "BTC-USD"));
  expect(states).toEqual(["connecting", "live", "lost", "connecting", "live"]);
});

test("after a gap the book alone is asked for again, so that it begins with a snapshot", async () => {
  const { server, stream } = connected();
  stream.watch("BTC-USD");
  await until(() => server.asked.length === 2);
  stream.resnapshot();
  await until(() => server.asked.length === 4);
  expect(server.asked.slice(2)).toEqual([
    { op: "unsubscribe", channel: "book", symbol: "BTC-USD" },
    { op: "subscribe", channel: "book", symbol: "BTC-USD" },
  ]);
});

test("messages are handed over, pongs are not", async () => {
  const { server, messages } = connected();
  await until(() => server.sockets.length === 1);
  server.sockets[0]?.send(`{"type":"pong"}`);
  server.sockets[0]?.send(`{"type":"error","code":"UnknownSymbol","detail":"X"}`);
  await until(() => messages.length > 0);
  expect(messages).toEqual([{ type: "error", code: "UnknownSymbol", detail: "X" }]);
});
