import { createEngineHost } from "../engine/host.ts";
import type { EngineHost, EngineHostOptions } from "../engine/host.ts";
import { systemClock } from "../ports/clock/clock-system.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { createMemoryIdempotency } from "../ports/idempotency/idempotency-memory.ts";
import { createMemoryLog } from "../ports/log/log-memory.ts";
import type { Log } from "../ports/log/log.ts";
import { createMemoryRateLimit } from "../ports/rate-limit/rate-limit-memory.ts";
import { createMemorySnapshots } from "../ports/snapshot/snapshot-memory.ts";
import type { SnapshotStore } from "../ports/snapshot/snapshot.ts";
import { decodeFrame } from "../schema/frame.ts";
import type { AnyMessage } from "../schema/generated/records.ts";
import { Topic } from "../schema/topics.ts";
import type { ScopeText } from "../schema/http/admin.ts";
import { exportJWK, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey } from "jose";
import { createGateway } from "./app.ts";
import type { Gateway, GatewayOptions } from "./app.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

export interface RequestParts {
  readonly token?: string | null;
  readonly body?: unknown;
  /** As it is, instead of a body made JSON. */
  readonly rawBody?: string | Uint8Array<ArrayBuffer>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestVenueOptions {
  readonly partitionCount?: number;
  readonly engine?: Pick<EngineHostOptions, "limits" | "semantics">;
  readonly gateway?: Partial<GatewayOptions>;
  /** Another gateway over this one's log, snapshots, engines and keys; close its gateway only. */
  readonly over?: TestVenue;
  /** The machine's own by default. */
  readonly clock?: Clock;
  /** Lets a test stand between the gateway and the log. */
  wrapLog?(log: Log): Log;
}

const instrument = {
  baseCurrency: "BTC",
  quoteCurrency: "USD",
  priceExponent: -2,
  qtyExponent: -8,
  tickSize: "0.05",
  lotSize: "0.001",
  minOrderQty: "0.002",
  maxOrderQty: "1000",
};

/** Gateway and real engines in this process over a log in memory: BTC-USD, accounts 1001 and 1002, an operator. */
export class TestVenue {
  readonly log: Log;
  readonly gateway: Gateway;
  readonly hosts: readonly EngineHost[];
  readonly snapshots: SnapshotStore;
  readonly fatal: Error[] = [];
  readonly internal: unknown[] = [];
  alice = "";
  bob = "";
  admin = "";
  #operatorKey: CryptoKey | null = null;

  private constructor(options: TestVenueOptions) {
    const { partitionCount = 1, over, wrapLog = (log: Log): Log => log } = options;
    const { clock = systemClock } = options;
    this.log = over?.log ?? createMemoryLog({ partitionCount, clock });
    const snapshots = over?.snapshots ?? createMemorySnapshots();
    this.snapshots = snapshots;
    this.hosts = over?.hosts ?? this.#createHosts(clock, options.engine);
    this.gateway = createGateway({
      log: wrapLog(this.log),
      snapshots,
      clock,
      idempotency: createMemoryIdempotency(clock),
      rateLimit: createMemoryRateLimit(clock),
      query: { url: () => null, secret: "s" },
      assets: new Map(),
      onInternalError: (error) => this.internal.push(error),
      ...options.gateway,
    });
  }

  static async open(options: TestVenueOptions = {}): Promise<TestVenue> {
    const venue = new TestVenue(options);
    const { over } = options;
    if (over === undefined) await Promise.all(venue.hosts.map((host) => host.start()));
    await venue.gateway.start();
    if (over === undefined) await venue.#populate();
    else Object.assign(venue, { alice: over.alice, bob: over.bob, admin: over.admin });
    return venue;
  }

  async close(): Promise<void> {
    await this.gateway.close();
    await Promise.all(this.hosts.map((host) => host.stop()));
    await this.log.close();
    if (this.fatal.length > 0 || this.internal.length > 0) {
      throw new AggregateError(
        [...this.fatal, ...this.internal],
        "The venue had failures of its own",
      );
    }
  }

  async request(method: string, path: string, parts: RequestParts = {}): Promise<Answered> {
    const { token = this.alice, body, rawBody, headers = {} } = parts;
    const response = await this.gateway.fetch(
      new Request(`http://venue.test${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined && rawBody === undefined
            ? {}
            : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined && rawBody === undefined
          ? {}
          : { body: rawBody ?? JSON.stringify(body) }),
      }),
    );
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === "" ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  }

  post(body: unknown, parts: RequestParts = {}): Promise<Answered> {
    return this.request("POST", "/v1/orders", { body, ...parts });
  }

  /** A limit order of 0.01 BTC-USD that rests or takes, as the rest says. */
  order(fields: Record<string, unknown> = {}, parts: RequestParts = {}): Promise<Answered> {
    return this.post({ ...restingOrder, ...fields }, parts);
  }

  /** Every command on the log but the owner's ticks. */
  async commands(): Promise<readonly AnyMessage[]> {
    const messages: AnyMessage[] = [];
    for (let partition = 0; partition < this.log.partitionCount; partition++) {
      for (const { value } of await this.log.read(Topic.Orders, partition, 0, 1_000_000)) {
        const decoded = decodeFrame(value);
        if (!decoded.ok) throw new Error(`The gateway wrote a record that is ${decoded.error}`);
        if (decoded.message.kind !== "TimeTick") messages.push(decoded.message);
      }
    }
    return messages;
  }

  /** A token of a new key of an account; `expires` as jose takes it. */
  async token(accountID: number, scopes: readonly ScopeText[], expires = "1h"): Promise<string> {
    const keyID = `account-${accountID}-${scopes.join("-")}`;
    const { privateKey, publicKey } = await newKey();
    const definition = { accountID, keyAlgorithm: "EdDSA", publicKey, scopes };
    const { status } = await this.request("PUT", `/v1/admin/keys/${keyID}`, {
      token: this.admin,
      body: definition,
    });
    if (status !== 200) throw new Error(`No key: ${status}`);
    return mint(privateKey, { keyID, accountID, scopes, expires });
  }

  async defineInstrument(symbol: string, fields: object = {}): Promise<void> {
    const body = { ...instrument, ...fields };
    const path = `/v1/admin/instruments/${symbol}`;
    const { status } = await this.request("PUT", path, { token: this.admin, body });
    if (status !== 200) throw new Error(`No instrument: ${status}`);
  }

  #createHosts(clock: Clock, engine: TestVenueOptions["engine"]): EngineHost[] {
    return Array.from({ length: this.log.partitionCount }, (_, partition) =>
      createEngineHost({
        log: this.log,
        snapshots: this.snapshots,
        clock,
        partition,
        node: "test",
        build: "test",
        ...engine,
        onFatal: (error) => this.fatal.push(error),
      }),
    );
  }

  async #populate(): Promise<void> {
    const { privateKey, publicKey } = await newKey();
    this.#operatorKey = privateKey;
    await this.gateway.commands.defineKey({
      keyID: "operator",
      accountID: 0,
      keyAlgorithm: "EdDSA",
      publicKey,
      scopes: ["read", "admin"],
    });
    const scopes = ["read", "admin"] as const;
    this.admin = await mint(this.#operatorKey, { keyID: "operator", accountID: 0, scopes });
    for (const [accountID, name] of [
      [1001, "alice"],
      [1002, "bob"],
    ] as const) {
      const path = `/v1/admin/accounts/${accountID}`;
      await this.request("PUT", path, { token: this.admin, body: { name } });
    }
    this.alice = await this.token(1001, ["read", "trade"]);
    this.bob = await this.token(1002, ["read", "trade"]);
    await this.defineInstrument("BTC-USD");
  }
}

export const restingOrder = {
  symbol: "BTC-USD",
  side: "Buy",
  ordType: "Limit",
  price: "100.00",
  orderQty: "0.01",
};

async function newKey(): Promise<{ privateKey: CryptoKey; publicKey: string }> {
  const { privateKey, publicKey } = await generateKeyPair("EdDSA", {
    crv: "Ed25519",
    extractable: true,
  });
  return { privateKey, publicKey: (await exportJWK(publicKey)).x ?? "" };
}

function mint(
  privateKey: CryptoKey,
  to: {
    keyID: string;
    accountID: number;
    scopes: readonly ScopeText[];
    expires?: string;
  },
): Promise<string> {
  return new SignJWT({ scope: to.scopes.join(" ") })
    .setProtectedHeader({ alg: "EdDSA", kid: to.keyID, typ: "JWT" })
    .setIssuer("orderbook")
    .setAudience("orderbook")
    .setSubject(String(to.accountID))
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(to.expires ?? "1h")
    .sign(privateKey);
}
