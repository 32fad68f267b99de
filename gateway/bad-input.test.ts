import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { restingOrder, TestVenue } from "./venue.fixture.ts";
import type { RequestParts } from "./venue.fixture.ts";

let venue: TestVenue;
let orderID: string;

beforeAll(async () => {
  venue = await TestVenue.open();
  const { body } = await venue.order({ clOrdID: "there" });
  orderID = String(body["orderID"]);
});

afterAll(() => venue.close());

/** Sends it and shows that nothing came onto the log. */
async function refused(
  method: string,
  path: string,
  parts: RequestParts,
  expected: { status: number; code: string; pointer?: string },
): Promise<void> {
  const before = (await venue.commands()).length;
  const { status, body, headers } = await venue.request(method, path, parts);
  const { code, errors } = body as { code?: string; errors?: { pointer: string }[] };
  expect({ status, code }).toEqual({ status: expected.status, code: expected.code });
  expect(headers.get("content-type")).toBe("application/problem+json");
  if (expected.pointer !== undefined) {
    expect(errors?.map(({ pointer }) => pointer)).toContain(expected.pointer);
  }
  expect(JSON.stringify(body)).not.toMatch(/\.ts:|node_modules|at [A-Z]\w+\./);
  expect((await venue.commands()).length).toBe(before);
}

const market = { symbol: "BTC-USD", side: "Buy", ordType: "Market" };

describe("rule 1: an order is refused and leaves nothing on the log:", () => {
  const fields: [string, object, number, string, string][] = [
    ["price as a number", { price: 100 }, 400, "InvalidRequest", "/price"],
    ["price NaN", { price: "NaN" }, 400, "InvalidRequest", "/price"],
    ["price 1e3", { price: "1e3" }, 400, "InvalidRequest", "/price"],
    ["price negative", { price: "-1" }, 400, "InvalidRequest", "/price"],
    ["price with a plus", { price: "+1" }, 400, "InvalidRequest", "/price"],
    ["price empty", { price: "" }, 400, "InvalidRequest", "/price"],
    ["price with a blank", { price: " 100" }, 400, "InvalidRequest", "/price"],
    ["price with a line's end", { price: "100\n" }, 400, "InvalidRequest", "/price"],
    ["price with leading zeros", { price: "0100" }, 400, "InvalidRequest", "/price"],
    ["price without a whole part", { price: ".5" }, 400, "InvalidRequest", "/price"],
    ["price without decimals after the point", { price: "5." }, 400, "InvalidRequest", "/price"],
    ["price in hexadecimal", { price: "0x10" }, 400, "InvalidRequest", "/price"],
    ["price in other digits", { price: "١٠٠" }, 400, "InvalidRequest", "/price"],
    ["price with a comma", { price: "1,000" }, 400, "InvalidRequest", "/price"],
    ["price Infinity", { price: "Infinity" }, 400, "InvalidRequest", "/price"],
    ["price with too many digits", { price: "100.001" }, 422, "InvalidPriceIncrement", "/price"],
    ["price off the tick", { price: "100.01" }, 422, "InvalidPriceIncrement", "/price"],
    ["price zero", { price: "0" }, 422, "PriceOutOfRange", "/price"],
    ["price above 2^31 - 1", { price: "21474836.50" }, 422, "PriceOutOfRange", "/price"],
    ["price beyond any number", { price: "9".repeat(29) }, 422, "PriceOutOfRange", "/price"],
    ["quantity off the lot", { orderQty: "0.0105" }, 422, "IncorrectQuantity", "/orderQty"],
    ["quantity too fine", { orderQty: "0.000000001" }, 422, "IncorrectQuantity", "/orderQty"],
    ["quantity zero", { orderQty: "0" }, 422, "IncorrectQuantity", "/orderQty"],
    ["quantity below the least", { orderQty: "0.001" }, 422, "IncorrectQuantity", "/orderQty"],
    ["quantity above the most", { orderQty: "1000.001" }, 422, "IncorrectQuantity", "/orderQty"],
    ["quantity above 2^53", { orderQty: "99999999999999" }, 422, "IncorrectQuantity", "/orderQty"],
    ["quantity as a number", { orderQty: 0.01 }, 400, "InvalidRequest", "/orderQty"],
    ["quantity null", { orderQty: null }, 400, "InvalidRequest", "/orderQty"],
    ["an unknown field", { status: "Filled" }, 400, "InvalidRequest", "/status"],
    ["an account of one's choice", { accountID: 1002 }, 400, "InvalidRequest", "/accountID"],
    ["a field of another case", { Side: "Buy" }, 400, "InvalidRequest", "/Side"],
    ["no side", { side: undefined }, 400, "InvalidRequest", "/side"],
    ["side in lower case", { side: "buy" }, 400, "InvalidRequest", "/side"],
    ["side None", { side: "None" }, 400, "InvalidRequest", "/side"],
    ["ordType Pegged", { ordType: "Pegged" }, 400, "InvalidRequest", "/ordType"],
    ["timeInForce DAY", { timeInForce: "DAY" }, 400, "InvalidRequest", "/timeInForce"],
    ["postOnly as text", { postOnly: "true" }, 400, "InvalidRequest", "/postOnly"],
    [
      "prevention Default",
      { selfTradePrevention: "Default" },
      400,
      "InvalidRequest",
      "/selfTradePrevention",
    ],
    ["symbol in lower case", { symbol: "btc-usd" }, 400, "InvalidRequest", "/symbol"],
    ["symbol too long", { symbol: "A".repeat(17) }, 400, "InvalidRequest", "/symbol"],
    ["symbol as a list", { symbol: ["BTC-USD"] }, 400, "InvalidRequest", "/symbol"],
    ["symbol that is not listed", { symbol: "NOPE" }, 422, "UnknownSymbol", "/symbol"],
    ["clOrdID empty", { clOrdID: "" }, 400, "InvalidRequest", "/clOrdID"],
    ["clOrdID too long", { clOrdID: "a".repeat(37) }, 400, "InvalidRequest", "/clOrdID"],
    ["clOrdID with a line's end", { clOrdID: "a\nb" }, 400, "InvalidRequest", "/clOrdID"],
    ["clOrdID half a surrogate", { clOrdID: "\ud800" }, 400, "InvalidRequest", "/clOrdID"],
    ["clOrdID like a formula", { clOrdID: "=cmd()" }, 400, "InvalidRequest", "/clOrdID"],
    [
      "expireTime without GTD",
      { expireTime: "2030-01-01T00:00:00Z" },
      422,
      "UnsupportedOrderCharacteristic",
      "/expireTime",
    ],
    [
      "GTD without expireTime",
      { timeInForce: "GTD" },
      422,
      "UnsupportedOrderCharacteristic",
      "/expireTime",
    ],
    [
      "expireTime with an offset",
      { timeInForce: "GTD", expireTime: "2030-01-01T00:00:00+01:00" },
      400,
      "InvalidRequest",
      "/expireTime",
    ],
    [
      "expireTime that is no day",
      { timeInForce: "GTD", expireTime: "2030-02-30T00:00:00Z" },
      400,
      "InvalidRequest",
      "/expireTime",
    ],
    [
      "expireTime before 1970",
      { timeInForce: "GTD", expireTime: "1960-01-01T00:00:00Z" },
      422,
      "ExpireTimePassed",
      "/expireTime",
    ],
    [
      "post-only IOC",
      { postOnly: true, timeInForce: "IOC" },
      422,
      "UnsupportedOrderCharacteristic",
      "/postOnly",
    ],
    ["limit without price", { price: undefined }, 422, "UnsupportedOrderCharacteristic", "/price"],
    [
      "limit without quantity",
      { orderQty: undefined },
      422,
      "UnsupportedOrderCharacteristic",
      "/orderQty",
    ],
    [
      "limit by cash",
      { cashOrderQty: "5" },
      422,
      "UnsupportedOrderCharacteristic",
      "/cashOrderQty",
    ],
  ];
  test.each(fields)("%s", async (_, change, status, code, pointer) => {
    const expected = { status, code, pointer };
    await refused("POST", "/v1/orders", { body: { ...restingOrder, ...change } }, expected);
  });

  const markets: [string, object, string][] = [
    ["with a price", { orderQty: "1", price: "100" }, "UnsupportedOrderCharacteristic"],
    [
      "with both quantities",
      { orderQty: "1", cashOrderQty: "1" },
      "UnsupportedOrderCharacteristic",
    ],
    ["with no quantity", {}, "UnsupportedOrderCharacteristic"],
    ["that would rest", { orderQty: "1", timeInForce: "GTC" }, "UnsupportedOrderCharacteristic"],
    [
      "by cash, fill or kill",
      { cashOrderQty: "1", timeInForce: "FOK" },
      "UnsupportedOrderCharacteristic",
    ],
    ["post-only", { orderQty: "1", postOnly: true }, "UnsupportedOrderCharacteristic"],
    ["of no cash", { cashOrderQty: "0.00" }, "IncorrectQuantity"],
    ["of cash that is too fine", { cashOrderQty: "0.00000000001" }, "IncorrectQuantity"],
    ["of cash beyond 2^96", { cashOrderQty: "9".repeat(29) }, "IncorrectQuantity"],
  ];
  test.each(markets)("a market order %s", async (_, change, code) => {
    await refused("POST", "/v1/orders", { body: { ...market, ...change } }, { status: 422, code });
  });
});

describe("a body is refused and leaves nothing on the log:", () => {
  const text = JSON.stringify(restingOrder);
  const json = "application/json";
  const bodies: [string, RequestParts, number, string][] = [
    ["no JSON", { rawBody: "{" }, 400, "MalformedJson"],
    ["empty", { rawBody: "" }, 400, "MalformedJson"],
    ["NaN", { rawBody: text.replace('"100.00"', "NaN") }, 400, "MalformedJson"],
    ["null", { rawBody: "null" }, 400, "InvalidRequest"],
    ["a list", { rawBody: `[${text}]` }, 400, "InvalidRequest"],
    ["1e400 for a quantity", { rawBody: text.replace('"0.01"', "1e400") }, 400, "InvalidRequest"],
    ["duplicate keys", { rawBody: text.replace("{", '{"price":"1",') }, 400, "DuplicateKey"],
    [
      "__proto__",
      { rawBody: text.replace("{", '{"__proto__":{"side":"Sell"},') },
      400,
      "ForbiddenKey",
    ],
    ["constructor", { rawBody: text.replace("{", '{"constructor":{},') }, 400, "ForbiddenKey"],
    ["nested too deep", { rawBody: `{"a":${"[".repeat(8)}${"]".repeat(8)}}` }, 400, "JsonTooDeep"],
    ["no UTF-8", { rawBody: new Uint8Array([0x22, 0xff, 0x22]) }, 400, "InvalidUtf8"],
    ["overlong UTF-8", { rawBody: new Uint8Array([0x22, 0xc0, 0xaf, 0x22]) }, 400, "InvalidUtf8"],
    ["too large", { rawBody: `"${"a".repeat(16_384)}"` }, 413, "BodyTooLarge"],
    [
      "of another type",
      { rawBody: text, headers: { "content-type": "text/plain" } },
      415,
      "UnsupportedMediaType",
    ],
    [
      "of a form",
      { rawBody: "a=b", headers: { "content-type": "application/x-www-form-urlencoded" } },
      415,
      "UnsupportedMediaType",
    ],
    [
      "in another charset",
      { rawBody: text, headers: { "content-type": `${json}; charset=utf-16` } },
      415,
      "UnsupportedMediaType",
    ],
    [
      "compressed",
      { rawBody: Bun.gzipSync(Buffer.from(text)), headers: { "content-encoding": "gzip" } },
      415,
      "UnsupportedMediaType",
    ],
    [
      "with a bad Idempotency-Key",
      { rawBody: text, headers: { "idempotency-key": "a b" } },
      400,
      "InvalidIdempotencyKey",
    ],
    [
      "with a long Idempotency-Key",
      { rawBody: text, headers: { "idempotency-key": "a".repeat(256) } },
      400,
      "InvalidIdempotencyKey",
    ],
  ];
  test.each(bodies)("%s", async (_, parts, status, code) => {
    await refused("POST", "/v1/orders", parts, { status, code });
  });

  test("one without a length that never ends", async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1024;
        controller.enqueue(new Uint8Array(1024).fill(0x20));
      },
    });
    const response = await venue.gateway.fetch(
      new Request("http://venue.test/v1/orders", {
        method: "POST",
        headers: { authorization: `Bearer ${venue.alice}`, "content-type": "application/json" },
        body: endless,
      }),
    );
    expect(response.status).toBe(413);
    expect(sent).toBeLessThan(1024 * 1024);
  });
});

describe("another request is refused and leaves nothing on the log:", () => {
  test.each([
    ["no uuid", "nothing"],
    ["a uuid in upper case", "1245DB69-B84B-807A-ADA1-870F44C8D88B"],
    ["a path", "..%2f..%2fadmin"],
    ["SQL", "'%20OR%201=1"],
  ])("a cancel of %s", async (_, id) => {
    await refused("DELETE", `/v1/orders/${id}`, {}, { status: 400, code: "InvalidRequest" });
  });

  const replaces: [string, object, number, string][] = [
    ["of nothing", {}, 422, "NothingToReplace"],
    ["of priority alone", { losePriority: true }, 422, "NothingToReplace"],
    ["to price zero", { price: "0" }, 422, "PriceOutOfRange"],
    ["to quantity zero", { orderQty: "0" }, 422, "IncorrectQuantity"],
    ["off the tick", { price: "100.01" }, 422, "InvalidPriceIncrement"],
    ["to another side", { side: "Sell" }, 400, "InvalidRequest"],
    ["with a number", { price: 100 }, 400, "InvalidRequest"],
  ];
  test.each(replaces)("a replace %s", async (_, body, status, code) => {
    await refused("PATCH", `/v1/orders/${orderID}`, { body }, { status, code });
  });

  test.each([
    ["clOrdID alone", "?clOrdID=there", 400, "InvalidRequest"],
    ["an unknown parameter", "?symbol=BTC-USD&sied=Buy", 400, "InvalidRequest"],
    ["a parameter twice", "?symbol=BTC-USD&symbol=AB", 400, "InvalidRequest"],
    ["side with clOrdID", "?symbol=BTC-USD&side=Buy&clOrdID=a", 400, "InvalidRequest"],
    ["an unlisted symbol", "?symbol=NOPE", 422, "UnknownSymbol"],
    ["side None", "?side=None", 400, "InvalidRequest"],
    ["__proto__", "?__proto__=1", 400, "InvalidRequest"],
  ])("a mass cancel with %s", async (_, query, status, code) => {
    await refused("DELETE", `/v1/orders${query}`, {}, { status, code });
  });

  const listing = {
    baseCurrency: "ETH",
    quoteCurrency: "USD",
    priceExponent: -2,
    qtyExponent: -6,
    tickSize: "0.01",
    lotSize: "0.0001",
  };
  const listings: [string, object, number, string][] = [
    ["no tick", { tickSize: "0" }, 422, "InvalidDefinition"],
    ["a tick below the unit", { tickSize: "0.001" }, 422, "InvalidDefinition"],
    ["a tick that no price could be of", { tickSize: "99999999" }, 422, "InvalidDefinition"],
    ["no lot", { lotSize: "0" }, 422, "InvalidDefinition"],
    ["most below least", { minOrderQty: "2", maxOrderQty: "1" }, 422, "InvalidDefinition"],
    ["an exponent out of range", { priceExponent: -19 }, 400, "InvalidRequest"],
    ["half an exponent", { priceExponent: -1.5 }, 400, "InvalidRequest"],
    ["an empty currency", { baseCurrency: "" }, 400, "InvalidRequest"],
    ["a tick as a number", { tickSize: 0.01 }, 400, "InvalidRequest"],
  ];
  test.each(listings)("an instrument with %s", async (_, change, status, code) => {
    const parts = { token: venue.admin, body: { ...listing, ...change } };
    await refused("PUT", "/v1/admin/instruments/ETH-USD", parts, { status, code });
  });

  const keys: [string, object, number, string][] = [
    ["a short key", { publicKey: "AAAA" }, 400, "InvalidRequest"],
    ["the length of another algorithm", { publicKey: "A".repeat(86) }, 422, "InvalidDefinition"],
    [
      "no point of the curve",
      { keyAlgorithm: "ES256", publicKey: "A".repeat(86) },
      422,
      "InvalidDefinition",
    ],
    ["stray bits at the end", { publicKey: `${"A".repeat(42)}B` }, 422, "InvalidDefinition"],
    ["no scope", { scopes: [] }, 400, "InvalidRequest"],
    ["an unknown scope", { scopes: ["root"] }, 400, "InvalidRequest"],
    ["an unknown algorithm", { keyAlgorithm: "HS256" }, 400, "InvalidRequest"],
  ];
  test.each(keys)("a key with %s", async (_, change, status, code) => {
    const key = {
      accountID: 1001,
      keyAlgorithm: "EdDSA",
      publicKey: "A".repeat(43),
      scopes: ["read"],
    };
    const parts = { token: venue.admin, body: { ...key, ...change } };
    await refused("PUT", "/v1/admin/keys/new", parts, { status, code });
  });

  test.each([
    ["account 0", "0", { name: "a" }],
    ["account of no number", "x", { name: "a" }],
    ["account above 2^31", "2147483648", { name: "a" }],
    ["an empty name", "1", { name: "" }],
    ["a name with a line's end", "1", { name: "a\nb" }],
    ["a name with other letters", "1", { name: "Jürgen" }],
    ["a name too long", "1", { name: "a".repeat(41) }],
  ])("an account: %s", async (_, accountID, body) => {
    const parts = { token: venue.admin, body };
    const expected = { status: 400, code: "InvalidRequest" };
    await refused("PUT", `/v1/admin/accounts/${accountID}`, parts, expected);
  });

  test("the status of an instrument that is not listed", async () => {
    const parts = { token: venue.admin, body: { tradingState: "Halt" } };
    const expected = { status: 404, code: "UnknownSymbol" };
    await refused("PUT", "/v1/admin/instruments/NOPE/status", parts, expected);
  });

  test.each([
    ["GET", "/v2/orders", 404, "NotFound"],
    ["GET", "/v1/orders/a/b/c", 404, "NotFound"],
    ["PUT", "/v1/orders", 405, "MethodNotAllowed"],
    ["OPTIONS", "/v1/orders", 405, "MethodNotAllowed"],
    ["POST", "/v1/admin/accounts", 405, "MethodNotAllowed"],
    ["GET", "/v1/stream", 426, "UpgradeRequired"],
  ])("%s %s", async (method, path, status, code) => {
    await refused(method, path, {}, { status, code });
  });
});

describe("a token is refused and leaves nothing on the log:", () => {
  test("expired, forged, of an unknown key, or none", async () => {
    const expired = await venue.token(1001, ["trade"], "1 minute ago");
    const [header = "", claims = ""] = venue.alice.split(".");
    const unsigned = Buffer.from('{"alg":"none","kid":"operator","typ":"JWT"}');
    const tokens = [
      expired,
      `${header}.${claims}.${"A".repeat(86)}`,
      `${unsigned.toString("base64url")}.${claims}.`,
      "nonsense",
      null,
    ];
    for (const token of tokens) {
      const expected = { status: 401, code: "Unauthorized" };
      await refused("POST", "/v1/orders", { token, body: restingOrder }, expected);
    }
    const { headers } = await venue.request("GET", "/v1/orders", { token: expired });
    expect(headers.get("www-authenticate")).toBe('Bearer realm="orderbook"');
  });
});
