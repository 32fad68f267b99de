import { afterAll, beforeAll, expect, test } from "bun:test";
import { exportJWK, generateKeyPair } from "jose";

import {
  DefinedAccount,
  DefinedFees,
  DefinedInstrument,
  DefinedKey,
  DefinedLimits,
  ListedAccountLimits,
  ListedAccounts,
  ListedFeeSchedules,
  ListedInstruments,
  ListedKeys,
  StatusAnswer,
} from "../schema/http/admin.ts";
import { restingOrder, TestVenue } from "./venue.fixture.ts";
import type { Answered } from "./venue.fixture.ts";

let venue: TestVenue;

beforeAll(async () => {
  venue = await TestVenue.open({ partitionCount: 2 });
});

afterAll(() => venue.close());

function put(path: string, body: object): Promise<Answered> {
  return venue.request("PUT", `/v1/admin${path}`, { token: venue.admin, body });
}

function list(what: string): Promise<Answered> {
  return venue.request("GET", `/v1/admin/${what}`, { token: venue.admin });
}

const ether = {
  baseCurrency: "ETH",
  quoteCurrency: "USD",
  priceExponent: -2,
  qtyExponent: -6,
  tickSize: "0.01",
  lotSize: "0.0001",
};

test("an instrument is listed, changed and shown; its exponents stay", async () => {
  const created = await put("/instruments/ETH-USD", ether);
  expect(created.status).toBe(200);
  expect(DefinedInstrument.parse(created.body)).toMatchObject({
    ...ether,
    symbol: "ETH-USD",
    lotSize: "0.000100",
    minOrderQty: "0.000000",
    maxOrderQty: "0.000000",
    selfTradePrevention: "CancelNewest",
    tradingState: "Open",
    created: true,
  });
  const changed = await put("/instruments/ETH-USD", { ...ether, tickSize: "0.05" });
  expect(changed.body).toMatchObject({ tickSize: "0.05", created: false });
  const { instruments } = ListedInstruments.parse((await list("instruments")).body);
  expect(instruments.map(({ symbol }) => symbol)).toEqual(["BTC-USD", "ETH-USD"]);
  expect(instruments[1]?.tickSize).toBe("0.05");
  const { status, body } = await put("/instruments/ETH-USD", { ...ether, priceExponent: -3 });
  expect({ status, code: body["code"] }).toEqual({ status: 422, code: "ExponentChanged" });
});

test("orders are held to the grid that was set last", async () => {
  await put("/instruments/GRID", { ...ether, tickSize: "0.01" });
  const order = { ...restingOrder, symbol: "GRID", price: "100.01" };
  expect((await venue.post(order)).status).toBe(201);
  await put("/instruments/GRID", { ...ether, tickSize: "0.02" });
  expect((await venue.post(order)).body["code"]).toBe("InvalidPriceIncrement");
});

test("a halted instrument takes no order, and the answer says so", async () => {
  const halted = await put("/instruments/BTC-USD/status", { tradingState: "Halt" });
  expect(StatusAnswer.parse(halted.body)).toMatchObject({
    symbol: "BTC-USD",
    tradingState: "Halt",
  });
  const { status, body } = await venue.order();
  expect({ status, code: body["code"] }).toEqual({ status: 422, code: "ExchangeClosed" });
  const opened = await put("/instruments/BTC-USD/status", { tradingState: "Open" });
  expect(opened.status).toBe(200);
  expect((await venue.order()).status).toBe(201);
});

test("an account is defined in every partition", async () => {
  const defined = await put("/accounts/1005", { name: "eve & co." });
  expect(DefinedAccount.parse(defined.body)).toMatchObject({
    accountID: 1005,
    name: "eve & co.",
    accountStatus: "Active",
  });
  expect(String(defined.body["position"])).toMatch(/^0:\d+,1:\d+$/);
  const { accounts } = ListedAccounts.parse((await list("accounts")).body);
  expect(accounts.map(({ accountID }) => accountID)).toEqual([1001, 1002, 1005]);
});

test("caps hold for an account's open orders, in one instrument or in all others, and are shown", async () => {
  await put("/instruments/CAPS", ether);
  await put("/accounts/1002", { name: "bob" });
  const everywhere = await put("/accounts/1002/limits", { openOrderCountMax: 5 });
  expect(DefinedLimits.parse(everywhere.body)).toMatchObject({
    accountID: 1002,
    openOrderCountMax: 5,
  });
  expect(String(everywhere.body["position"])).toMatch(/^0:\d+,1:\d+$/);
  const here = await put("/accounts/1001/limits/CAPS", { openNotionalMax: "150" });
  expect(DefinedLimits.parse(here.body)).toMatchObject({
    accountID: 1001,
    symbol: "CAPS",
    openOrderCountMax: 0,
    openNotionalMax: "150.00000000",
  });
  const { limits } = ListedAccountLimits.parse((await list("limits")).body);
  expect(limits).toEqual([
    { accountID: 1001, symbol: "CAPS", openOrderCountMax: 0, openNotionalMax: "150.00000000" },
    { accountID: 1002, openOrderCountMax: 5 },
  ]);
  const order = { ...restingOrder, symbol: "CAPS", price: "100", orderQty: "1" };
  expect((await venue.post(order)).status).toBe(201);
  const { status, body } = await venue.post(order);
  expect({ status, code: body["code"] }).toEqual({ status: 422, code: "OpenNotionalCapReached" });
});

test("caps of an instrument that is not listed, or of no account, are refused", async () => {
  const codes = [
    await put("/accounts/1001/limits/NONE", { openOrderCountMax: 1 }),
    await put("/accounts/4242/limits", { openOrderCountMax: 1 }),
    await put("/accounts/1001/limits/BTC-USD", { openNotionalMax: "0.00000000001" }),
  ].map(({ status, body }) => [status, body["code"]]);
  expect(codes).toEqual([
    [404, "UnknownSymbol"],
    [422, "UnknownAccount"],
    [422, "InvalidDefinition"],
  ]);
});

test("orders are held to the band that was set last", async () => {
  const banded = { ...ether, priceBandBps: 100, referencePrice: "100" };
  const defined = await put("/instruments/BAND", banded);
  expect(DefinedInstrument.parse(defined.body)).toMatchObject({
    priceBandBps: 100,
    takerBandBps: 0,
    referencePrice: "100.00",
  });
  const order = { ...restingOrder, symbol: "BAND", price: "98.99" };
  const { status, body } = await venue.post(order);
  expect({ status, code: body["code"] }).toEqual({
    status: 422,
    code: "PriceExceedsCurrentPriceBand",
  });
  expect((await venue.post({ ...order, price: "99" })).status).toBe(201);
});

test("a tier's fees are set, shown, and told to the taker", async () => {
  await put("/instruments/FEES", ether);
  const schedule = { makerFeePpm: -100, takerFeePpm: 250 };
  const everywhere = await put("/fees/7", schedule);
  expect(DefinedFees.parse(everywhere.body)).toMatchObject({ feeTier: 7, ...schedule });
  expect(String(everywhere.body["position"])).toMatch(/^0:\d+,1:\d+$/);
  await put("/fees/7/FEES", { makerFeePpm: 0, takerFeePpm: 1_000 });
  const { feeSchedules } = ListedFeeSchedules.parse((await list("fees")).body);
  expect(feeSchedules).toEqual([
    { feeTier: 7, ...schedule },
    { feeTier: 7, symbol: "FEES", makerFeePpm: 0, takerFeePpm: 1_000 },
  ]);
  await put("/accounts/1001", { name: "alice", feeTier: 7 });
  await put("/accounts/1002", { name: "bob", feeTier: 8 });
  const { accounts } = ListedAccounts.parse((await list("accounts")).body);
  expect(accounts.find(({ accountID }) => accountID === 1001)?.feeTier).toBe(7);
  const order = { ...restingOrder, symbol: "FEES", price: "100", orderQty: "1" };
  const bob = await venue.token(1002, ["trade"]);
  await venue.request("POST", "/v1/orders", { token: bob, body: { ...order, side: "Sell" } });
  const { body } = await venue.post(order);
  expect(body["executionReports"]).toMatchObject([
    { execType: "New" },
    { execType: "Trade", lastPx: "100.00", fee: "0.10000000" },
  ]);
  const negative = await put("/fees/7", { makerFeePpm: -2, takerFeePpm: 1 });
  expect([negative.status, negative.body["code"]]).toEqual([422, "InvalidDefinition"]);
});

test("rule 34: a session's states are scheduled and shown, and a change at once drops them", async () => {
  await put("/instruments/SESSION", ether);
  const status = "/instruments/SESSION/status";
  const closes = { tradingState: "Closed", effectiveTime: "2999-01-01T17:30:00.000Z" };
  const opens = { tradingState: "Open", effectiveTime: "2999-01-01T09:00:00.000Z" };
  for (const change of [closes, opens]) {
    expect(StatusAnswer.parse((await put(status, change)).body)).toMatchObject(change);
  }
  const listed = async () => {
    const { instruments } = ListedInstruments.parse((await list("instruments")).body);
    return instruments.find(({ symbol }) => symbol === "SESSION");
  };
  expect(await listed()).toMatchObject({ tradingState: "Open", scheduledStates: [opens, closes] });
  const halted = StatusAnswer.parse((await put(status, { tradingState: "Halt" })).body);
  expect(halted.effectiveTime).toBeUndefined();
  expect(await listed()).toMatchObject({ tradingState: "Halt", scheduledStates: [] });
  const past = await put(status, { ...opens, effectiveTime: "2020-01-01T09:00:00Z" });
  expect(past.body["code"]).toBe("TooLateToEnter");
});

test("an order for the day rests until its instrument is closed", async () => {
  await put("/instruments/DAY", ether);
  const order = { ...restingOrder, symbol: "DAY", price: "100", orderQty: "1", timeInForce: "Day" };
  const { status, body } = await venue.post(order);
  expect([status, body["timeInForce"], body["ordStatus"]]).toEqual([201, "Day", "New"]);
  await put("/instruments/DAY/status", { tradingState: "Closed" });
  await put("/instruments/DAY/status", { tradingState: "Open" });
  const path = `/v1/orders/${String(body["orderID"])}`;
  const { body: gone } = await venue.request("DELETE", path, { token: venue.alice });
  expect(gone["code"]).toBe("UnknownOrder");
});

test("rule 34: an auction takes limits that cross, refuses what would trade at once, and opens", async () => {
  await put("/instruments/CALL", { ...ether, tradingState: "Auction" });
  const order = { ...restingOrder, symbol: "CALL", price: "100", orderQty: "1" };
  const bid = await venue.post({ ...order, timeInForce: "AtTheOpening" });
  expect([bid.status, bid.body["timeInForce"]]).toEqual([201, "AtTheOpening"]);
  const sell = { ...order, side: "Sell", price: "99" };
  const ask = await venue.post(sell, { token: venue.bob });
  expect([ask.status, ask.body["ordStatus"]]).toEqual([201, "New"]);
  const atOnce = await venue.post({ ...sell, timeInForce: "IOC" });
  expect(atOnce.body["code"]).toBe("ExchangeClosed");
  const answer = await put("/instruments/CALL/status", { tradingState: "Open" });
  expect(StatusAnswer.parse(answer.body).tradingState).toBe("Open");
  const late = await venue.post({ ...order, timeInForce: "AtTheOpening" });
  expect(late.body["code"]).toBe("ExchangeClosed");
  const market = { symbol: "CALL", side: "Buy", ordType: "Market", orderQty: "1" };
  const never = await venue.post({ ...market, timeInForce: "AtTheOpening" });
  expect(never.body["code"]).toBe("UnsupportedOrderCharacteristic");
  const gone = await venue.request("DELETE", `/v1/orders/${String(ask.body["orderID"])}`, {
    token: venue.bob,
  });
  expect(gone.body["code"]).toBe("UnknownOrder");
});

test("keys of both algorithms are registered and shown as they were given", async () => {
  for (const keyAlgorithm of ["EdDSA", "ES256"] as const) {
    const { publicKey } = await generateKeyPair(keyAlgorithm, { extractable: true });
    const { x = "", y = "" } = await exportJWK(publicKey);
    const given = Buffer.concat([Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
    const key = {
      accountID: 1001,
      keyAlgorithm,
      publicKey: given.toString("base64url"),
      scopes: ["read", "trade"],
    };
    const defined = await put(`/keys/${keyAlgorithm}-1`, key);
    expect(DefinedKey.parse(defined.body)).toMatchObject({ ...key, keyStatus: "Active" });
    const { keys } = ListedKeys.parse((await list("keys")).body);
    expect(keys.find(({ keyID }) => keyID === `${keyAlgorithm}-1`)).toMatchObject(key);
  }
});

test("a key of an account that is not defined is refused by the engine", async () => {
  const key = {
    accountID: 4242,
    keyAlgorithm: "EdDSA",
    publicKey: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    scopes: ["read"],
  };
  const { status, body } = await put("/keys/stray", key);
  expect({ status, code: body["code"] }).toEqual({ status: 422, code: "UnknownAccount" });
});

test("the inner door for keys rejects what the engine or the edge refuses", async () => {
  const key = {
    keyID: "door",
    accountID: 4242,
    keyAlgorithm: "EdDSA" as const,
    publicKey: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    scopes: ["read" as const],
  };
  const { commands } = venue.gateway;
  const unwanted = [key, { ...key, keyID: "a b" }, { ...key, publicKey: "AAAA" }];
  const results = await Promise.allSettled(unwanted.map((each) => commands.defineKey(each)));
  expect(results.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(results[0]).toMatchObject({ reason: { code: "UnknownAccount" } });
});
