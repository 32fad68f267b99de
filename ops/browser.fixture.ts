import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { chromium } from "playwright-core";
import type { BrowserContext, ConsoleMessage, Page } from "playwright-core";

/** Null where this machine has no browser: then tests of pages are skipped, and say so. */
export const browserPath =
  Bun.which("chromium") ?? Bun.which("chromium-browser") ?? Bun.which("google-chrome");

const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--no-first-run",
  "--disable-component-update",
  "--disable-sync",
];
/** Long: tests of pages run beside others. */
const stepMaxMs = 45_000;

/** Where pictures of pages go, for people: set ORDERBOOK_SCREENSHOTS to a folder. */
const pictures = process.env["ORDERBOOK_SCREENSHOTS"];

/** A browser with a profile of its own, dark, and what its pages complained about. */
export class TestBrowser {
  readonly complaints: string[] = [];
  readonly #context: BrowserContext;
  readonly #profile: string;

  private constructor(context: BrowserContext, profile: string) {
    this.#context = context;
    this.#profile = profile;
  }

  static async open(): Promise<TestBrowser> {
    const profile = mkdtempSync(join(tmpdir(), "orderbook-browser-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: browserPath ?? "",
      headless: true,
      args: flags,
      viewport: { width: 1440, height: 900 },
      colorScheme: "dark",
    });
    return new TestBrowser(context, profile);
  }

  async page(url: string): Promise<Page> {
    const page = await this.#context.newPage();
    page.setDefaultTimeout(stepMaxMs);
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      // What the venue refuses is an answer of 4xx to this page: the browser notes it, and rightly so.
      const refusal = /status of 4\d\d/.test(message.text()) || isStall(message);
      if (message.type() === "error" && !refusal) this.complaints.push(message.text());
    });
    await page.goto(url);
    return page;
  }

  async picture(page: Page, name: string): Promise<void> {
    if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
  }

  async close(): Promise<void> {
    await this.#context.close();
    rmSync(this.#profile, { recursive: true, force: true });
  }
}

/** A venue with a partition that nobody serves is not ready, and says so by its status. */
function isStall(message: ConsoleMessage): boolean {
  return message.location().url.endsWith("/readyz") && message.text().includes("status of 503");
}

/** How far a page can be scrolled sideways; 0 where it fits. */
export function overflowOf(page: Page): Promise<number> {
  return page.evaluate(
    () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
  );
}
