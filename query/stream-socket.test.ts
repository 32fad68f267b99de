import { afterAll, beforeAll, expect, test } from "bun:test";
import { connect } from "node:net";
import type { Socket } from "node:net";

import { OrdType, SelfTradePrevention, Side, TimeInForce } from "../schema/generated/enums.ts";
import type { OrderAccepted } from "../schema/generated/order-accepted.ts";
import { InstrumentList } from "../schema/http/reads.ts";
import { StreamMessage } from "../schema/http/reads-stream.ts";
import { ClientBook } from "./client-book.fixture.ts";
import { bodyOf, awayReadDb, queryOn, secret } from "./query.fixture.ts";
import { TestVenue, until } from "./venue.fixture.ts";

const symbol = "BTC-USD";
let venue: TestVenue;
let query: ReturnType<typeof queryOn>["query"];
let get: ReturnType<typeof queryOn>["get"];
let server: ReturnType<typeof serve>;

function serve() {
  const { fetch, websocket } = query;
  return Bun.serve({ hostname: "127.0.0.1", port: 0, fetch, websocket });
}

beforeAll(async () => {
  venue = new TestVenue();
  await venue.open();
  await venue.define(symbol, [1, 2]);
  ({ query, get } = queryOn(venue, { readDb: awayReadDb }));
  await query.start();
  server = serve();
});

afterAll(async () => {
  await server.stop(true);
  await query.close();
  await venue.log.close();
});

test("a client without the secret gets no stream", async () => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stream`);
  const code = await new Promise<string>((resolve) => {
    socket.onopen = () => resolve("open");
    socket.onerror = () => resolve("refused");
  });
  expect(code).toBe("refused");
});

test("two clients follow the book over sockets, and a message beyond 16 KB ends the connection", async () => {
  const clients = [await openStream(), await openStream()];
  for (let count = 0; count < 60; count++) {
    await venue.order({ symbol, price: 90 + (count % 9), orderQty: 1 + count });
    if (count % 5 === 0) {
      await venue.order({ symbol, side: Side.Sell, accountID: 2, price: 92, orderQty: 40 });
    }
  }
  await until(() => clients.every(({ book }) => book.seqNum === lastSeqNum()));
  expect(clients[0]?.book.levels()).toEqual(clients[1]?.book.levels() ?? { bids: [], asks: [] });
  const [first, second] = clients;
  first?.socket.send("x".repeat(16 * 1024 + 1));
  await until(() => first?.socket.readyState === WebSocket.CLOSED);
  expect(second?.socket.readyState).toBe(WebSocket.OPEN);
  second?.socket.close();
}, 60_000);

test("a client that stops reading has a bounded queue, and afterwards the right book without a hole", async () => {
  const wide = "WIDE-USD";
  await venue.define(wide, []);
  await venue.append(sellOrders({ rptSeq: 2, price: 1_000_000, count: levelCount }));
  const frames = new FrameReader(connect({ host: "127.0.0.1", port: server.port ?? 0 }));
  await frames.upgrade();
  frames.subscribe(wide);
  await until(() => frames.book.snapshotCount === 1);
  frames.socket.pause();
  for (let count = 0; count < subscribeCount; count++) frames.subscribe(wide);
  await until(() => frames.socket.writableLength === 0);
  // What came to the server before this request has been read before its answer.
  await fetch(`http://127.0.0.1:${server.port}/v1/instruments`);
  const rptSeq = 2 + levelCount;
  const last = await venue.append(sellOrders({ rptSeq, price: 999_900, count: 100 }));
  await until(() => queryPosition().then((seqNum) => seqNum === last.seqNum));
  frames.socket.resume();
  await until(() => frames.book.seqNum === last.seqNum && frames.book.snapshotCount > 1);
  expect(frames.book.asks.size).toBe(levelCount + 100);
  expect(frames.book.snapshotCount).toBeLessThan(subscribeCount);
  frames.socket.destroy();
}, 60_000);

/** A snapshot of so many levels has 300 KB; so many snapshots do not fit into the kernel's buffers. */
const levelCount = 10_000;
const subscribeCount = 60;

function sellOrders(first: { rptSeq: number; price: number; count: number }): OrderAccepted[] {
  return Array.from({ length: first.count }, (_, index) => ({
    kind: "OrderAccepted",
    rptSeq: first.rptSeq + index,
    securityID: 2,
    accountID: 1,
    orderID: venue.orderID("WIDE-USD"),
    firstSeqNum: 1,
    orderQty: 1,
    cashOrderQty: 0n,
    price: first.price + index,
    side: Side.Sell,
    ordType: OrdType.Limit,
    timeInForce: TimeInForce.GTC,
    selfTradePrevention: SelfTradePrevention.CancelNewest,
    execInst: 0,
    expireTime: 0,
    clOrdID: "",
  }));
}

async function queryPosition(): Promise<number> {
  const { position } = await bodyOf(await get("/v1/instruments"), InstrumentList);
  return Number(position.split(":")[1]);
}

function lastSeqNum(): number {
  return venue.sent.at(-1)?.position.seqNum ?? 0;
}

async function openStream(): Promise<{ socket: WebSocket; book: ClientBook }> {
  const headers = { "x-orderbook-secret": secret };
  // Bun takes headers; the DOM's type knows protocols only.
  const options = { headers } as unknown as string[];
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}/v1/stream`, options);
  const book = new ClientBook();
  await new Promise((resolve) => {
    socket.onopen = resolve;
  });
  socket.onmessage = ({ data }) => take(book, String(data));
  socket.send(JSON.stringify({ op: "subscribe", channel: "book", symbol }));
  await until(() => book.snapshotCount === 1);
  return { socket, book };
}

function take(book: ClientBook, text: string): void {
  const message = StreamMessage.parse(JSON.parse(text));
  if (message.type === "snapshot" || message.type === "delta") book.take(message);
}

/** A WebSocket client on a bare socket, which can stop reading: the built-in one cannot. */
class FrameReader {
  readonly socket: Socket;
  readonly book = new ClientBook();
  #bytes = Buffer.alloc(0);
  #isOpen = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (bytes: Buffer) => this.#take(bytes));
  }

  async upgrade(): Promise<void> {
    this.socket.write(
      [
        "GET /v1/stream HTTP/1.1",
        "host: query",
        "upgrade: websocket",
        "connection: Upgrade",
        "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-version: 13",
        `x-orderbook-secret: ${secret}`,
        "\r\n",
      ].join("\r\n"),
    );
    await until(() => this.#isOpen);
  }

  /** A short text frame under the mask of zeros. */
  subscribe(name: string): void {
    const request = { op: "subscribe", channel: "book", symbol: name };
    const text = Buffer.from(JSON.stringify(request));
    this.socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]));
  }

  #take(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]);
    if (!this.#isOpen) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#isOpen = true;
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    for (let text = this.#nextText(); text !== null; text = this.#nextText()) {
      if (text !== "") take(this.book, text);
    }
  }

  /** Empty for a frame that is no text. */
  #nextText(): string | null {
    const bytes = this.#bytes;
    if (bytes.length < 2) return null;
    const short = bytes.readUInt8(1) & 0x7f;
    const headBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < headBytes) return null;
    const longLength = short === 127 ? Number(bytes.readBigUInt64BE(2)) : 0;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : longLength;
    if (bytes.length < headBytes + length) return null;
    this.#bytes = bytes.subarray(headBytes + length);
    const isText = (bytes.readUInt8(0) & 0x0f) === 1;
    return isText ? bytes.subarray(headBytes, headBytes + length).toString() : "";
  }
}
