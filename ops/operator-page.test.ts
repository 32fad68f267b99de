import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import type { Page } from "playwright-core";

import { earlyOrder, everyAttempt } from "../gateway/dead-letters.fixture.ts";
import { decodeFrame, frame } from "../schema/frame.ts";
import { partitionOf, symbolHash } from "../schema/hash.ts";
import { Topic } from "../schema/topics.ts";
import { bootstrap, defineInstrument } from "./bootstrap.ts";
import { browserPath, overflowOf, TestBrowser } from "./browser.fixture.ts";
import { demoInstruments } from "./demo.ts";
import { VenueClient } from "./venue-client.ts";
import { openVenue } from "./venue.ts";
import type { Venue } from "./venue.ts";

if (browserPath === null) console.log("The operator's page is not tested: no Chromium here.");

const partitionCount = 2;

function homeOf(symbol: string): number {
  return partitionOf(symbolHash(symbol), partitionCount);
}

describe.skipIf(browserPath === null)("the operator's page in a real browser", () => {
  let venue: Venue;
  let browser: TestBrowser;
  let adminToken: string;
  let address: string;
  let page: Page;

  beforeAll(async () => {
    venue = await openVenue({
      dataDir: null,
      port: 0,
      partitionCount,
      reads: false,
      analytics: false,
      onNotice: () => {},
      onFatal: () => {},
    });
    ({ adminToken } = await bootstrap(venue, null));
    address = `${venue.url}/operator#token=${adminToken}`;
    browser = await TestBrowser.open();
    page = await browser.page(address);
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await venue?.close();
  }, 30_000);

  async function append(partition: number, ...values: readonly Uint8Array[]): Promise<number> {
    const records = values.map((value) => ({ key: null, value }));
    return (await venue.log.append(Topic.Orders, partition, records)).at(-1) ?? -1;
  }

  /** Lets an order die that came before its instrument. */
  async function letDie(symbol: string, validForMs?: number): Promise<void> {
    const order = earlyOrder(symbol, { clOrdID: `early-${symbol}`, validForMs });
    await append(homeOf(symbol), ...everyAttempt(order));
  }

  async function list(symbol: string): Promise<void> {
    const admin = new VenueClient(venue.url, adminToken);
    const [like] = demoInstruments;
    if (like !== undefined) await defineInstrument(admin, { ...like, symbol });
  }

  function rowOf(reason: string): string {
    return `#letters tr:has(td:text-is("${reason}"))`;
  }

  function textOf(selector: string, on: Page = page): Promise<string> {
    return on.innerText(selector);
  }

  /** Answers the question that stands open. */
  async function confirm(reason: string, on: Page = page): Promise<void> {
    await on.fill('.confirm [name="reason"]', reason);
    await on.click(".confirm .do");
  }

  test("shows the venue at a glance, and says where nothing has died", async () => {
    await page.waitForSelector("#letters-empty:not([hidden])");
    expect(await textOf("#letters-empty")).toStartWith("No command has died.");
    expect(await textOf("#venue-status")).toBe("ready");
    expect(await textOf("#signed-in")).toBe("signed in as operator");
    expect(await page.locator("#partitions .row").count()).toBe(partitionCount);
    expect(await textOf("#partitions .row >> nth=0")).toMatch(/serving[^]*Owner\s+pid \d+/);
    expect(await textOf("#instruments")).toContain("BTC-USD");
    expect(await textOf("#accounts")).toContain("alice");
    await browser.picture(page, "operator-empty-dark");
  }, 120_000);

  test("shows dead letters by itself, oldest first, and what each was, to the byte", async () => {
    await letDie("SOL-USD");
    await page.waitForSelector(rowOf("UnknownSymbol"));
    await append(1 - homeOf("SOL-USD"), new Uint8Array([7, 7, 0x41, 0x42]));
    await page.waitForSelector(rowOf("Undecodable"));
    expect(await textOf("#letters tr >> nth=0")).toContain("UnknownSymbol");
    expect(await textOf("#open-count")).toBe("2");

    const inspection = /dead-letters\/\d/;
    const unknown = { code: "UnknownDeadLetter", detail: "There is no such dead letter" };
    await page.route(inspection, (route) => route.fulfill({ status: 404, json: unknown }));
    await page.click(`${rowOf("Undecodable")} .pick`);
    await page.waitForSelector('#letter .result[data-tone="bad"]');
    expect(await textOf("#letter")).toStartWith("UnknownDeadLetter. There is no such dead letter");
    await page.unroute(inspection);
    await page.waitForSelector("#letter .dump");
    expect(await textOf("#letter .result")).toBe("");
    expect(await textOf("#letter .dump")).toStartWith("0000  07 07 41 42 ");
    expect(await textOf("#letter")).toContain("Nothing that this build can read.");
    expect(await page.locator("#letter .actions button").allInnerTexts()).toEqual(["Discard …"]);

    await page.click(rowOf("UnknownSymbol"));
    await page.waitForSelector('#letter dd:text-is("early-SOL-USD")');
    const said = await textOf("#letter");
    for (const part of [
      "Buy",
      "Limit",
      "10\u2009000 price units",
      "1001",
      "4",
      "orderbook 0.1.0",
    ]) {
      expect(said).toContain(part);
    }
    await browser.picture(page, "operator-letter-dark");
  }, 120_000);

  test("replays a letter once: the second replay is refused, and says so", async () => {
    await list("SOL-USD");
    const other = await browser.page(address);
    for (const each of [page, other]) {
      await each.click(rowOf("UnknownSymbol"));
      await each.click('#letter button:text-is("Replay …")');
    }
    await browser.picture(page, "operator-replay-dark");
    await confirm("it is listed now");
    await page.waitForSelector('#letter .result[data-tone="good"]');
    expect(await textOf("#letter .result")).toMatch(/^Replayed \(200\): New, 0\.01000000 rests\./);
    await page.waitForSelector("#letter .resolution");
    expect(await textOf("#letter .resolution")).toMatch(/operator[^]*it is listed now/);

    await confirm("so it should trade", other);
    await other.waitForSelector('#letter .result[data-tone="bad"]');
    expect(await textOf("#letter .result", other)).toStartWith("DeadLetterResolved. ");
    await other.waitForSelector("#letter .resolution");
    await other.close();
  }, 120_000);

  test("discards a letter, which leaves the open ones and stays among all", async () => {
    await page.click(rowOf("Undecodable"));
    await page.click('#letter button:text-is("Discard …")');
    await confirm("noise of a test");
    await page.waitForSelector('#letter .result[data-tone="good"]');
    await page.waitForSelector(rowOf("Undecodable"), { state: "detached" });
    expect(await textOf("#letters-empty")).toStartWith("Nothing is open");
    await page.click('#letters-filter label:has-text("All")');
    const states = await page.locator("#letters .badge").allInnerTexts();
    expect(states).toEqual(["Replayed", "Discarded"]);
    await page.click('#letters-filter label:has-text("Open")');
  }, 120_000);

  test("asks once more before it replays past the order's own deadline", async () => {
    const validForMs = 3_000;
    await letDie("ADA-USD", validForMs);
    const diedBy = Date.now() + validForMs;
    await list("ADA-USD");
    await page.click(rowOf("UnknownSymbol"));
    while (Date.now() <= diedBy) await page.waitForTimeout(50);
    await page.click('#letter button:text-is("Replay …")');
    await confirm("listed too late");
    await page.waitForSelector('.confirm [name="insisted"]');
    expect(await textOf("#letter .result")).toStartWith("ReplayTooLate. ");
    await browser.picture(page, "operator-late-dark");
    await page.check('.confirm [name="insisted"]');
    await page.click(".confirm .do");
    await page.waitForSelector('#letter .result[data-tone="good"]');
  }, 120_000);

  test("changes a trading state and an account's status, each confirmed in its row", async () => {
    await page.click('#instruments li:has-text("BTC-USD") button');
    await page.check('.confirm [value="Halt"]');
    await browser.picture(page, "operator-halt-dark");
    await page.click(".confirm .do");
    await page.waitForSelector('#instruments li:has-text("BTC-USD") .badge[data-state="Halt"]');
    expect(await textOf("#instruments-result")).toBe("BTC-USD is Halt now (200).");
    await page.click('#accounts li:has-text("bob") button');
    await page.click(".confirm .leave");
    expect(await page.locator(".confirm").count()).toBe(0);
    await page.click('#accounts li:has-text("bob") button');
    await page.click(".confirm .do");
    await page.waitForSelector('#accounts li:has-text("bob") .badge[data-state="Disabled"]');
    const orders = new VenueClient(venue.url, adminToken);
    const { body } = await orders.get("/v1/admin/accounts");
    expect(body["accounts"]).toContainEqual({
      accountID: 1002,
      name: "bob",
      accountStatus: "Disabled",
    });
  }, 120_000);

  test("schedules a trading state, and says beside the instrument what is to come", async () => {
    await page.click('#instruments li:has-text("ETH-USD") button');
    await page.check('.confirm [value="Auction"]');
    await page.fill('.confirm [name="time"]', "2999-01-01T08:30:00");
    await browser.picture(page, "operator-schedule-dark");
    await page.click(".confirm .do");
    const when = "Auction at 2999-01-01 08:30:00.000 UTC";
    await page.waitForSelector(`#instruments li:has-text("${when}")`);
    expect(await textOf("#instruments-result")).toBe(
      "ETH-USD will be Auction at 2999-01-01 08:30:00.000 UTC (200).",
    );
    expect(await textOf('#instruments li:has-text("ETH-USD") .badge')).toBe("Open");
    await page.click('#instruments li:has-text("ETH-USD") button');
    await page.fill('.confirm [name="time"]', "2001-01-01T08:30:00");
    await page.click(".confirm .do");
    await page.waitForSelector('#instruments-result[data-tone="bad"]');
    expect(await textOf("#instruments-result")).toContain("TooLateToEnter");
  }, 120_000);

  test("works by keyboard: from letter to letter, into a question and out of it", async () => {
    await page.click('#letters-filter label:has-text("All")');
    await page.focus("#letters tr:first-child .pick");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForSelector("#letter-title:focus");
    await letDie("XRP-USD");
    await page.waitForSelector(`${rowOf("UnknownSymbol")}:has(.badge[data-state="Open"])`);
    await page.focus(`${rowOf("UnknownSymbol")}:has(.badge[data-state="Open"]) .pick`);
    await page.keyboard.press("Enter");
    await page.focus('#letter button:text-is("Discard …")');
    await page.keyboard.press("Enter");
    await page.waitForSelector('.confirm [name="reason"]:focus');
    await page.keyboard.press("Escape");
    await page.waitForSelector(".confirm", { state: "detached" });
    expect(await page.locator("#letters .badge[data-state=Open]").count()).toBe(1);
  }, 120_000);

  test("sets no command aside that has its outcome", async () => {
    await page.fill("#aside-offset", "0");
    await page.click("#aside-open");
    expect(await page.isDisabled("#aside-offset")).toBe(true);
    await confirm("a try");
    await page.waitForSelector('#aside-result[data-tone="bad"]');
    expect(await textOf("#aside-result")).toStartWith("CommandDecided. ");
    expect(await page.isDisabled("#aside-offset")).toBe(false);
  }, 120_000);

  test("says where a partition stands still, and sets the command aside that it stands before", async () => {
    const partition = homeOf("BTC-USD");
    await venue.hosts[partition]?.stop();
    const order = earlyOrder("BTC-USD", { clOrdID: "breaks" });
    const offset = await append(partition, frame(order));
    const row = `#partitions .row >> nth=${partition}`;
    // A partition counts as silent after ten seconds.
    await page.click(`${row} >> button`, { timeout: 90_000 });
    expect(await textOf(row)).toMatch(/silent[^]*EngineBroken/);
    expect(await page.inputValue("#aside-partition")).toBe(String(partition));
    expect(await page.inputValue("#aside-offset")).toBe(String(offset));
    await page.click("#aside-open");
    await browser.picture(page, "operator-aside-dark");
    await confirm("every owner breaks on it");
    await page.waitForSelector('#aside-result[data-tone="good"]');
    expect(await textOf("#aside-result")).toMatch(/^Set aside \(201\), epoch \d+\./);
    const end = await venue.log.endOffset(Topic.OrderEvents, partition);
    const [last] = await venue.log.read(Topic.OrderEvents, partition, end - 1, 1);
    expect(last === undefined ? null : decodeFrame(last.value)).toMatchObject({
      message: { kind: "Quarantine", commandOffset: offset, reason: "every owner breaks on it" },
    });
  }, 120_000);

  test("fits light and dark, wide and narrow", async () => {
    await browser.picture(page, "operator-wide-dark");
    await page.click("#theme");
    expect(await page.getAttribute("html", "data-theme")).toBe("light");
    await browser.picture(page, "operator-wide-light");
    for (const [width, name] of [
      [1000, "middle"],
      [400, "narrow"],
    ] as const) {
      await page.setViewportSize({ width, height: 900 });
      expect([name, await overflowOf(page)]).toEqual([name, 0]);
      await browser.picture(page, `operator-${name}-light`);
    }
  }, 120_000);

  test("asks for a token where it has none, and where the venue does not take it", async () => {
    const stranger = await browser.page(`${venue.url}/operator`);
    expect(await textOf("#sign-in-why", stranger)).toBe("This page needs the operator's token.");
    expect(await stranger.isVisible("#letters-table")).toBe(false);
    await browser.picture(stranger, "operator-sign-in-dark");
    await stranger.fill("#token", "a.b.c");
    await stranger.keyboard.press("Enter");
    await stranger.waitForFunction(
      () =>
        document.getElementById("sign-in-why")?.textContent?.startsWith("Unauthorized.") ?? false,
    );
    await stranger.fill("#token", adminToken);
    await stranger.keyboard.press("Enter");
    await stranger.waitForSelector("#letters tr");
    await stranger.close();
  }, 120_000);

  test("has nothing to complain about: no script error, nothing that the policy blocked", () => {
    expect(browser.complaints).toEqual([]);
  });
});
