import { afterAll, beforeAll, describe, expect, test } from "bun:test";

import type { Page } from "playwright-core";

import { browserPath, overflowOf, TestBrowser } from "./browser.fixture.ts";
import { startChildVenue } from "./child-venue.ts";
import type { ChildVenue } from "./child-venue.ts";

if (browserPath === null) console.log("The page's test is skipped: no Chromium on this machine.");

/** As far as the demo market does not come in minutes, in its quote currency. */
const farAway = 5000;

describe.skipIf(browserPath === null)("the trading page in a real browser", () => {
  let venue: ChildVenue;
  let browser: TestBrowser;
  let page: Page;

  beforeAll(async () => {
    venue = await startChildVenue({ demo: true });
    browser = await TestBrowser.open();
    const tokens = venue.file.accounts.map(({ accountID, token }) => `${accountID}:${token}`);
    page = await browser.page(`${venue.file.url}/#tokens=${tokens.join(",")}`);
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await venue?.close();
  }, 30_000);

  test("shows the demo market: a book on both sides, and trades as they happen", async () => {
    await page.waitForSelector("#asks button:not([hidden])");
    await page.waitForSelector("#bids button:not([hidden])");
    await page.waitForFunction(() => document.querySelectorAll("#trades tr").length >= 3);
    const newest = await page.textContent("#trades tr:first-child");
    await page.waitForFunction(
      (before) => document.querySelector("#trades tr:first-child")?.textContent !== before,
      newest,
    );
    expect(await page.textContent("#connection")).toBe("live");
    expect(await page.textContent("#book-check")).toStartWith("verified");
  }, 120_000);

  test("places an order by the ticket and shows it as one's own in ladder and list", async () => {
    const price = await deepBid(page);
    await page.fill('#ticket input[name="price"]', price);
    await page.fill('#ticket input[name="orderQty"]', "0.025");
    await page.check('#ticket input[name="postOnly"]');
    await page.click("#submit");
    await page.waitForSelector('#result[data-tone="good"]');
    expect(await page.textContent("#result")).toContain("New in");
    await page.waitForSelector("#orders tr");
    expect(await page.textContent("#orders tr")).toContain("0.02500");
    await page.waitForSelector('#bids button[data-own="0.02500"]');
    await browser.picture(page, "own-order-dark");
  }, 120_000);

  test("says a refusal in the venue's words", async () => {
    await page.fill('#ticket input[name="orderQty"]', "1e3");
    await page.click("#submit");
    await page.waitForSelector('#result[data-tone="bad"]');
    expect(await page.textContent("#result")).toMatch(/^InvalidRequest\. .*orderQty/);
  }, 120_000);

  test("takes liquidity with a market order by cash", async () => {
    await page.click('#ticket label:has(input[value="Market"])');
    await page.click('#ticket label:has(input[value="cash"])');
    await page.fill('#ticket input[name="cashOrderQty"]', "1000");
    await page.click("#submit");
    await page.waitForSelector('#result[data-tone="good"]');
    expect(await page.textContent("#result")).toContain("Filled 0.0");
  }, 120_000);

  test("cancels the order; it leaves the list and the ladder's mark goes", async () => {
    await page.click("#orders tr button");
    await page.waitForSelector("#orders tr", { state: "detached" });
    await page.waitForSelector('#bids button[data-own="0.02500"]', { state: "detached" });
    expect(await page.textContent("#result")).toContain("Canceled in");
  }, 120_000);

  test("places a stop limit: it waits, is listed with what for, and is not in the ladder", async () => {
    await choose(page, "Sell", "StopLimit");
    const price = (Number(await deepBid(page)) - farAway).toFixed(2);
    await page.fill('#ticket input[name="stopPx"]', price);
    await page.fill('#ticket input[name="price"]', price);
    await page.fill('#ticket input[name="orderQty"]', "0.031");
    await page.click("#submit");
    await resultWith(page, "Waits for a trade at");
    await page.waitForSelector('#orders tr:has-text("0.03100")');
    const row = await page.textContent('#orders tr:has-text("0.03100")');
    expect(row).toContain("→");
    expect(row).toContain("waits for its stop");
    expect(await page.locator('#ladder button[data-own="0.03100"]').count()).toBe(0);
  }, 120_000);

  test("places a trailing stop from the last trade on", async () => {
    await choose(page, "Sell", "Stop");
    await page.click('#ticket label:has(input[value="trail"])');
    expect(await page.isVisible('#ticket input[name="price"]')).toBe(false);
    await page.fill('#ticket input[name="stopPx"]', "");
    await page.fill('#ticket input[name="pegOffsetValue"]', String(farAway));
    await page.fill('#ticket input[name="orderQty"]', "0.032");
    await browser.picture(page, "trailing-stop-dark");
    await page.click("#submit");
    await resultWith(page, "Waits for a trade at");
    await page.waitForSelector(`#orders tr:has-text("trails by ${farAway}.00")`);
  }, 120_000);

  test("places an iceberg, marks it in the ladder, and cancels all of them", async () => {
    await choose(page, "Buy", "Limit");
    const price = await deepBid(page);
    await page.fill('#ticket input[name="price"]', price);
    await page.fill('#ticket input[name="orderQty"]', "0.05");
    await page.fill('#ticket input[name="displayQty"]', "0.01");
    await page.click("#submit");
    await resultWith(page, "shows 0.01000 at a time");
    await page.waitForSelector('#orders tr:has-text("shows 0.01000")');
    await page.waitForSelector('#bids button[data-own="0.05000"]');
    await browser.picture(page, "stops-and-iceberg-dark");
    await page.click("#cancel-all");
    await page.waitForSelector("#orders tr", { state: "detached" });
  }, 120_000);

  test("fills the ticket from a level of the ladder, by mouse and by keyboard", async () => {
    await page.click("#bids button:not([hidden])");
    expect(await page.inputValue('#ticket input[name="price"]')).not.toBe("");
    await page.focus('#ladder button[tabindex="0"]');
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    expect(await page.isChecked('#ticket input[value="Limit"]')).toBe(true);
  }, 120_000);

  test("switches the market, the account and the theme", async () => {
    await page.selectOption("#account", { index: 1 });
    expect(await page.textContent("#ticket-account")).toBe("account 1002");
    await page.selectOption("#symbol", "ETH-USD");
    await page.waitForFunction(() => document.title.startsWith("ETH-USD"));
    await page.waitForSelector("#asks button:not([hidden])");
    await page.click("#theme");
    expect(await page.getAttribute("html", "data-theme")).toBe("light");
    await browser.picture(page, "other-market-light");
    await page.setViewportSize({ width: 420, height: 900 });
    await browser.picture(page, "narrow-light");
    expect(await overflowOf(page)).toBe(0);
  }, 120_000);

  test("has nothing to complain about: no script error, nothing that the policy blocked", () => {
    expect(browser.complaints).toEqual([]);
  });
});

/** Price of a bid that stays in view, and that the demo market is far from trading through. */
async function deepBid(page: Page): Promise<string> {
  const bids = page.locator("#bids button:not([hidden])");
  const deep = bids.nth(Math.floor((await bids.count()) * 0.7));
  return (await deep.getAttribute("data-price")) ?? "";
}

/** Sets the ticket's side and order type. */
async function choose(page: Page, side: string, ordType: string): Promise<void> {
  await page.click(`#ticket label:has(input[value="${side}"])`);
  await page.click(`#ticket label:has(input[value="${ordType}"])`);
}

async function resultWith(page: Page, text: string): Promise<void> {
  await page.waitForSelector(`#result[data-tone="good"]:has-text("${text}")`);
}
