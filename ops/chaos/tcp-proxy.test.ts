import { afterEach, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";

import { TcpProxy } from "./tcp-proxy.ts";

const open: { close(): unknown }[] = [];
afterEach(() => {
  for (const each of open.splice(0).toReversed()) each.close();
});

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await Bun.sleep(2);
}

/** A store that does as it is told with each connection; node's sockets, so that the proxy is not its own judge. */
async function storeOf(talk: (socket: Socket) => void): Promise<Server> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    talk(socket);
  });
  const listening = Promise.withResolvers<void>();
  server.listen(0, "127.0.0.1", listening.resolve);
  await listening.promise;
  open.push({ close: () => [server.close(), ...[...sockets].map((socket) => socket.destroy())] });
  return server;
}

function proxyOf(store: Server): TcpProxy {
  const { port } = store.address() as AddressInfo;
  const proxy = new TcpProxy(0, { hostname: "127.0.0.1", port });
  open.push(proxy);
  return proxy;
}

class Client {
  readonly socket: Socket;
  #received = "";
  ended = false;
  closed = false;
  failure = "";

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    this.socket.on("data", (bytes: Buffer) => (this.#received += bytes.toString("latin1")));
    this.socket.on("end", () => (this.ended = true));
    this.socket.on("close", () => (this.closed = true));
    this.socket.on("error", (error: NodeJS.ErrnoException) => (this.failure = error.code ?? ""));
    open.push({ close: () => this.socket.destroy() });
  }

  get received(): string {
    return this.#received;
  }

  async gets(text: string): Promise<void> {
    await until(() => this.#received.length >= text.length || this.closed);
    expect(this.#received).toBe(text);
  }
}

const echo = (socket: Socket): void => void socket.pipe(socket);

/** Bytes in which a piece that is lost, doubled or moved changes the digest. */
function countedBytes(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32LE(at, at);
  return bytes;
}

describe("a proxy that passes", () => {
  test("hands on every byte both ways in order, and each side's end after its last byte", async () => {
    const sent = countedBytes(8 * 1024 * 1024);
    const client = new Client(proxyOf(await storeOf(echo)).port);
    client.socket.end(sent);
    await until(() => client.ended);
    expect(client.received.length).toBe(sent.length);
    const digest = createHash("sha256").update(client.received, "latin1").digest("hex");
    expect(digest).toBe(createHash("sha256").update(sent).digest("hex"));
  });

  test("keeps connections apart and forgets them when they have ended", async () => {
    const proxy = proxyOf(await storeOf(echo));
    const clients = Array.from({ length: 20 }, () => new Client(proxy.port));
    clients.forEach(({ socket }, index) => socket.write(`client ${index}`));
    await Promise.all(clients.map((client, index) => client.gets(`client ${index}`)));
    expect(proxy.linkCount).toBe(20);
    for (const { socket } of clients) socket.end();
    await until(() => proxy.linkCount === 0);
    expect(clients.every(({ failure }) => failure === "")).toBe(true);
  });

  test("reads no faster than the store takes", async () => {
    let store: Socket | null = null;
    const proxy = proxyOf(
      await storeOf((socket) => {
        store = socket;
        socket.pause();
      }),
    );
    const client = new Client(proxy.port);
    const sent = countedBytes(48 * 1024 * 1024);
    client.socket.end(sent);
    await until(() => proxy.queued > 512 * 1024);
    let seenMost = 0;
    for (let look = 0; look < 50; look++) {
      seenMost = Math.max(seenMost, proxy.queued);
      await Bun.sleep(2);
    }
    expect(seenMost).toBeLessThan(4 * 1024 * 1024);
    expect(client.socket.writableLength).toBeGreaterThan(16 * 1024 * 1024);
    const digest = createHash("sha256");
    const heard = Promise.withResolvers<void>();
    const slow = store as unknown as Socket;
    slow.on("data", (bytes: Buffer) => void digest.update(bytes));
    slow.on("end", heard.resolve);
    slow.resume();
    await heard.promise;
    expect(digest.digest("hex")).toBe(createHash("sha256").update(sent).digest("hex"));
  });

  test("resets a client whose store is not there, and one whose store dies", async () => {
    let store: Socket | null = null;
    const server = await storeOf((socket) => (store = socket));
    const proxy = proxyOf(server);
    const client = new Client(proxy.port);
    client.socket.write("x");
    await until(() => store !== null);
    (store as unknown as Socket).resetAndDestroy();
    await until(() => client.closed);
    server.close();
    const second = new Client(proxy.port);
    await until(() => second.closed);
    expect(proxy.linkCount).toBe(0);
  });
});

describe("a proxy that delays", () => {
  test("holds each way up, keeps the order, and lets everything go when it passes again", async () => {
    const proxy = proxyOf(await storeOf(echo));
    const client = new Client(proxy.port);
    client.socket.write("a");
    await client.gets("a");
    proxy.set({ kind: "Delay", delayMs: 60 });
    const begun = performance.now();
    client.socket.write("b");
    await client.gets("ab");
    expect(performance.now() - begun).toBeGreaterThanOrEqual(119);
    proxy.set({ kind: "Delay", delayMs: 3_600_000 });
    for (const letter of "cdef") {
      client.socket.write(letter);
      await until(() => proxy.queued === "cdef".indexOf(letter) + 1);
    }
    expect(client.received).toBe("ab");
    proxy.set({ kind: "Pass" });
    await client.gets("abcdef");
  });
});

describe("a proxy that cuts", () => {
  test("resets what is open, refuses what is new, and serves the same port again afterwards", async () => {
    const proxy = proxyOf(await storeOf(echo));
    const client = new Client(proxy.port);
    client.socket.write("a");
    await client.gets("a");
    proxy.set({ kind: "Cut" });
    await until(() => client.closed);
    expect(proxy.linkCount).toBe(0);
    const refused = new Client(proxy.port);
    await until(() => refused.closed);
    expect(refused.failure).toBe("ECONNREFUSED");
    proxy.set({ kind: "Pass" });
    const next = new Client(proxy.port);
    next.socket.write("b");
    await next.gets("b");
  });
});

describe("a proxy that is a black hole", () => {
  test("accepts and forwards nothing, and hands on afterwards what was sent meanwhile", async () => {
    const heard: string[] = [];
    let connections = 0;
    const proxy = proxyOf(
      await storeOf((socket) => {
        connections++;
        socket.on("data", (bytes: Buffer) => heard.push(bytes.toString()));
        echo(socket);
      }),
    );
    const before = new Client(proxy.port);
    before.socket.write("a");
    await before.gets("a");
    proxy.set({ kind: "BlackHole" });
    before.socket.write("b");
    const meanwhile = new Client(proxy.port);
    meanwhile.socket.write("c");
    await until(() => proxy.linkCount === 2);
    await Bun.sleep(50);
    expect([heard, connections, proxy.queued]).toEqual([["a"], 1, 0]);
    expect([before.closed, meanwhile.closed]).toEqual([false, false]);
    proxy.set({ kind: "Pass" });
    await before.gets("ab");
    await meanwhile.gets("c");
  });

  test("does not hide for ever that a client has gone", async () => {
    const proxy = proxyOf(await storeOf(echo));
    const client = new Client(proxy.port);
    client.socket.write("a");
    await client.gets("a");
    proxy.set({ kind: "BlackHole" });
    client.socket.destroy();
    proxy.set({ kind: "Pass" });
    await until(() => proxy.linkCount === 0);
  });
});

describe("a proxy that drops acks", () => {
  test("lets the store hear, swallows its answer, and then resets the client", async () => {
    const heard: string[] = [];
    const proxy = proxyOf(
      await storeOf((socket) => {
        socket.on("data", (bytes: Buffer) => heard.push(bytes.toString()));
        echo(socket);
      }),
    );
    const client = new Client(proxy.port);
    client.socket.write("a");
    await client.gets("a");
    proxy.set({ kind: "DropAcks", cutAfterMs: 30 });
    client.socket.write("b");
    await until(() => client.closed);
    expect(heard).toEqual(["a", "b"]);
    expect(client.received).toBe("a");
  });

  test("never lets a connection go on that lost an answer", async () => {
    const proxy = proxyOf(await storeOf(echo));
    const [torn, whole] = [new Client(proxy.port), new Client(proxy.port)];
    for (const { socket } of [torn, whole]) socket.write("a");
    await Promise.all([torn.gets("a"), whole.gets("a")]);
    proxy.set({ kind: "DropAcks", cutAfterMs: 3_600_000 });
    torn.socket.write("lost");
    await Bun.sleep(50);
    proxy.set({ kind: "Pass" });
    await until(() => torn.closed);
    whole.socket.write("b");
    await whole.gets("ab");
    expect(torn.received).toBe("a");
  });
});
