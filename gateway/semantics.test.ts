import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import { builtSemantics } from "../engine/core/semantics.ts";
import type { SemanticsList } from "../engine/core/semantics.ts";
import { ActivatedSemantics, ListedPartitions } from "../schema/http/admin.ts";
import { schemaVersion } from "../schema/generated/records.ts";
import { TestVenue } from "./venue.fixture.ts";
import type { Answered } from "./venue.fixture.ts";

const [{ rules }] = builtSemantics;
/** Reads lists and orders for the day, but nothing of auctions. */
const first = { semanticsVersion: 1, schemaVersion: 7, rules };
const second = { semanticsVersion: 2, schemaVersion, rules };
const both: SemanticsList = [first, second];

let venue: TestVenue;

beforeAll(async () => {
  venue = await TestVenue.open({
    partitionCount: 2,
    engine: { semantics: both },
    gateway: { semantics: [first, second, { ...second, semanticsVersion: 3 }] },
  });
});

afterAll(() => venue.close());

function activate(semanticsVersion: unknown): Promise<Answered> {
  const body = { semanticsVersion };
  return venue.request("PUT", "/v1/admin/semantics", { token: venue.admin, body });
}

async function active(): Promise<readonly (readonly [number, number, number | undefined])[]> {
  const { body } = await venue.request("GET", "/v1/admin/partitions", { token: venue.admin });
  return ListedPartitions.parse(body).partitions.map(
    (each) => [each.semanticsVersion, each.schemaVersion, each.owner?.semanticsMax] as const,
  );
}

describe("semantics that not every process has", () => {
  test("are refused before anything is sent: where this gateway lacks them, and where an owner does", async () => {
    const before = (await venue.commands()).length;
    const unknown = await activate(4);
    expect([unknown.status, unknown.body["code"]]).toEqual([409, "UnknownSemantics"]);
    expect(unknown.body["detail"]).toContain("this gateway has no semantics version 4");
    const lacking = await activate(3);
    expect([lacking.status, lacking.body["code"]]).toEqual([409, "UnknownSemantics"]);
    expect(lacking.body["detail"]).toContain("test (test), owner of partition 0 has no");
    expect((await activate("2")).body["code"]).toBe("InvalidRequest");
    expect((await venue.commands()).length).toBe(before);
    expect(await active()).toEqual([
      [1, 7, 2],
      [1, 7, 2],
    ]);
  });
});

describe("what the active semantics do not have", () => {
  test("is refused at the edge, alone and in a list, and taken once it is active", async () => {
    const path = "/v1/admin/instruments/BTC-USD/status";
    const auction = { token: venue.admin, body: { tradingState: "PreOpen" } };
    const forTheOpening = { price: "100", orderQty: "0.01", timeInForce: "AtTheOpening" };
    const inList = {
      newOrders: [{ symbol: "BTC-USD", side: "Buy", ordType: "Limit", ...forTheOpening }],
    };
    const before = (await venue.commands()).length;
    const early = [
      await venue.request("PUT", path, auction),
      await venue.order(forTheOpening),
      await venue.request("POST", "/v1/order-lists", { body: inList }),
    ];
    expect(early.map(({ status, body }) => [status, body["code"]])).toEqual(
      Array(3).fill([422, "NewerVersion"]),
    );
    expect((await venue.commands()).length).toBe(before);
    expect((await venue.order({ timeInForce: "Day" })).status).toBe(201);

    const { status, body } = await activate(2);
    expect([status, ActivatedSemantics.parse(body)]).toMatchObject([
      200,
      { semanticsVersion: 2, schemaVersion },
    ]);
    expect(String(body["position"])).toMatch(/^0:\d+,1:\d+$/);
    expect(await active()).toEqual([
      [2, schemaVersion, 2],
      [2, schemaVersion, 2],
    ]);

    expect((await venue.request("PUT", path, auction)).status).toBe(200);
    expect((await venue.order(forTheOpening)).status).toBe(201);
    const listed = await venue.request("POST", "/v1/order-lists", { body: inList });
    expect(listed.status).toBe(200);
    const open = { token: venue.admin, body: { tradingState: "Open" } };
    expect((await venue.request("PUT", path, open)).status).toBe(200);
  });

  test("is known to a gateway that comes later", async () => {
    const later = await TestVenue.open({ over: venue, gateway: { semantics: both } });
    const { body } = await later.request("GET", "/v1/admin/partitions", { token: venue.admin });
    const { partitions } = ListedPartitions.parse(body);
    expect(partitions.map((each) => each.semanticsVersion)).toEqual([2, 2]);
    await later.gateway.close();
  });

  test("does not come back by older semantics, nor change in an auction", async () => {
    const path = "/v1/admin/instruments/BTC-USD/status";
    const older = await activate(1);
    expect([older.status, older.body["code"]]).toEqual([422, "OlderSemantics"]);
    await venue.request("PUT", path, { token: venue.admin, body: { tradingState: "Auction" } });
    const again = await activate(2);
    expect([again.status, again.body["code"]]).toEqual([422, "AuctionUnderWay"]);
  });
});
