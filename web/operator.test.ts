import { describe, expect, test } from "bun:test";

import type { ListedInstrument } from "../schema/http/admin.ts";
import { commandFacts } from "./command-facts.ts";
import { keyIDOf, operatorTokenOf } from "./credentials.ts";
import { instantText, spanText } from "./elements.ts";
import { bytesOfBase64, hexDump } from "./hex-dump.ts";

describe("bytes", () => {
  test("are shown sixteen a line, with their place and what is printable of them", () => {
    const bytes = new TextEncoder().encode("NewOrderSingle of BTC-USD");
    expect(hexDump(bytes)).toBe(
      [
        "0000  4e 65 77 4f 72 64 65 72  53 69 6e 67 6c 65 20 6f  NewOrderSingle o",
        "0010  66 20 42 54 43 2d 55 53  44                       f BTC-USD",
      ].join("\n"),
    );
    expect(hexDump(new Uint8Array([0, 0x7f, 0xff]))).toEndWith("  ···");
    expect(hexDump(new Uint8Array())).toBe("");
  });

  test("come out of base64 as they went in", () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect(bytesOfBase64(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
  });
});

describe("a command", () => {
  const command = {
    kind: "NewOrderSingle",
    sendingTime: 1_764_096_000_123,
    side: 1,
    ordType: 2,
    symbol: "BTC-USD",
    orderQty: 1_000_000,
    cashOrderQty: "0",
    price: 6_425_050,
    execInst: 1,
    expireTime: 0,
  };
  const instrument: ListedInstrument = {
    symbol: "BTC-USD",
    securityID: 1,
    baseCurrency: "BTC",
    quoteCurrency: "USD",
    priceExponent: -2,
    qtyExponent: -8,
    tickSize: "0.01",
    lotSize: "0.00001",
    minOrderQty: "0",
    maxOrderQty: "0",
    priceBandBps: 0,
    takerBandBps: 0,
    referencePrice: "0.00",
    selfTradePrevention: "CancelNewest",
    tradingState: "Open",
    scheduledStates: [],
  };

  function told(instruments: readonly ListedInstrument[]): Record<string, string> {
    return Object.fromEntries(
      commandFacts(command, instruments).map(({ name, text }) => [name, text]),
    );
  }

  test("is told by FIX names, codes and times in words, without fields that say nothing", () => {
    expect(told([instrument])).toEqual({
      sendingTime: "2025-11-25 18:40:00.123 UTC",
      side: "Buy",
      ordType: "Limit",
      symbol: "BTC-USD",
      orderQty: "0.01000000 BTC",
      price: "64\u2009250.50 USD",
      execInst: "postOnly",
    });
  });

  test("of an instrument that is not listed counts units: what one is, nobody knows", () => {
    expect(told([])).toMatchObject({
      orderQty: "1\u2009000\u2009000 quantity units",
      price: "6\u2009425\u2009050 price units",
    });
  });
});

test("a token comes from the address' fragment, and its key's name from its header", () => {
  const header = Buffer.from('{"alg":"EdDSA","kid":"night-shift"}').toString("base64url");
  const token = `${header}.e30.c2ln`;
  expect(operatorTokenOf(`#token=${token}`)).toBe(token);
  expect(keyIDOf(token)).toBe("night-shift");
  expect(operatorTokenOf("#token=no-token")).toBeNull();
  expect(operatorTokenOf("")).toBeNull();
  expect(keyIDOf("a.b.c")).toBe("");
});

test("times are told as logs have them, spans in one unit", () => {
  expect(instantText("2026-11-25T18:00:00.5+02:00")).toBe("2026-11-25 16:00:00.500 UTC");
  expect([0, 99_400, 100_000, 3_600_000 * 5, 86_400_000 * 12].map(spanText)).toEqual([
    "0 s",
    "99 s",
    "2 min",
    "5 h",
    "12 d",
  ]);
});
