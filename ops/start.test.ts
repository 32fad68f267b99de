import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

import { startChildVenue } from "./child-venue.ts";
import { VenueClient } from "./venue-client.ts";

const script = join(import.meta.dir, "start.ts");
const dataDir = mkdtempSync(join(tmpdir(), "orderbook-start-"));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** Runs start until it ends by itself. */
async function startAndEnd(...flags: string[]): Promise<{ exitCode: number; output: string }> {
  const child = Bun.spawn([process.execPath, script, ...flags], { stdout: "pipe", stderr: "pipe" });
  const [stdout, stderr, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { exitCode, output: stdout + stderr };
}

/** This machine's addresses that are not loopback: nothing may answer there. */
function otherAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((interfaces) => interfaces ?? [])
    .filter(({ internal, family }) => !internal && family === "IPv4")
    .map(({ address }) => address);
}

describe("start", () => {
  test.each([
    [["--port", "80800"], "--port 80800 is no port"],
    [["--port", "x"], "--port x is no port"],
    [["--demo", "maybe"], "--demo is on or off"],
    [["--seed", "1.5"], "--seed 1.5 is no integer"],
    [["--host", "0.0.0.0"], "'--host'"],
    [["extra"], "extra"],
  ])("refuses %p, says why and how it is used", async (flags, why) => {
    const { exitCode, output } = await startAndEnd(...flags);
    expect(exitCode).toBe(2);
    expect(output).toContain(why);
    expect(output).toContain("usage: bun run start");
  });

  test("takes the first order within two seconds, prints a curl line that works, drains, and has the order after a restart", async () => {
    const startedAt = performance.now();
    const first = await startChildVenue({ demo: false, dataDir });
    const openMs = Number(/orderbook is open \((\d+) ms\)/.exec(first.output())?.[1]);
    const [alice] = first.file.accounts;
    const client = new VenueClient(first.file.url, alice?.token ?? null);
    const order = await client.post("/v1/orders", {
      symbol: "BTC-USD",
      side: "Buy",
      ordType: "Limit",
      price: "50000",
      orderQty: "0.5",
    });
    expect(order.status).toBe(201);
    expect(openMs).toBeLessThan(2000);
    expect(performance.now() - startedAt).toBeLessThan(30_000);

    const curl = /^ {2}(curl -s .*\n.*)$/m.exec(first.output())?.[1] ?? "";
    const pasted = Bun.spawnSync(["sh", "-c", curl]);
    expect(JSON.parse(pasted.stdout.toString())).toMatchObject({
      ordStatus: "New",
      price: "60000.00",
    });

    for (const address of otherAddresses()) {
      await expect(
        fetch(`http://${address}:${new URL(first.file.url).port}/healthz`),
      ).rejects.toThrow();
    }

    expect(statSync(join(dataDir, "venue.json")).mode & 0o077).toBe(0);
    expect(statSync(join(dataDir, "keys")).mode & 0o077).toBe(0);

    const second = await startAndEnd("--port=0", "--demo=off", `--data=${dataDir}`);
    expect(second.exitCode).toBe(1);
    expect(second.output).toContain("Another venue runs on");

    const other = mkdtempSync(join(tmpdir(), "orderbook-start-"));
    const port = new URL(first.file.url).port;
    const taken = await startAndEnd(`--port=${port}`, "--demo=off", `--data=${other}`);
    rmSync(other, { recursive: true, force: true });
    expect(taken.exitCode).toBe(1);
    expect(taken.output).toContain(`Port ${port} is taken`);

    expect(await first.stop()).toBe(0);
    expect(first.output()).toContain("Closed. What was accepted is on the log.");

    const again = await startChildVenue({ demo: false, dataDir });
    const reader = new VenueClient(again.file.url, again.file.accounts[0]?.token ?? null);
    const orderID = String(order.body["orderID"]);
    const position = String(order.body["position"]);
    const kept = await reader.get(`/v1/orders/${orderID}?minSeq=${position}`);
    expect(kept.body).toMatchObject({ ordStatus: "New", leavesQty: "0.50000000" });
    expect((await reader.delete(`/v1/orders/${orderID}`)).body).toMatchObject({
      ordStatus: "Canceled",
    });
    expect(await again.stop()).toBe(0);
  }, 120_000);

  test("with the demo on, trades are in Postgres and ClickHouse within a second", async () => {
    const venue = await startChildVenue({ demo: true });
    try {
      const client = new VenueClient(venue.file.url, null);
      const trade = await firstTrade(client);
      const seenMs = Date.now() - Date.parse(trade.transactTime);
      expect(seenMs).toBeLessThan(1500);
      const { clickhouse } = venue.file;
      if (clickhouse === null) return;
      await countIn(clickhouse, trade.rptSeq);
    } finally {
      await venue.close();
    }
  }, 90_000);
});

interface SeenTrade {
  readonly rptSeq: number;
  readonly transactTime: string;
}

async function firstTrade(client: VenueClient): Promise<SeenTrade> {
  for (;;) {
    const { body } = await client.get("/v1/instruments/BTC-USD/trades?limit=1");
    const [trade] = (body["trades"] ?? []) as SeenTrade[];
    if (trade !== undefined) return trade;
    await Bun.sleep(20);
  }
}

/** Waits for the trade's row as an analyst would look for it; the test's own limit ends a wait in vain. */
async function countIn(
  connection: { url: string; user: string; password: string },
  rptSeq: number,
): Promise<void> {
  const query = `SELECT count() FROM orderbook.trades WHERE symbol = 'BTC-USD' AND rptSeq = ${rptSeq}`;
  for (;;) {
    const response = await fetch(connection.url, {
      method: "POST",
      headers: { "X-ClickHouse-User": connection.user, "X-ClickHouse-Key": connection.password },
      body: query,
    });
    if ((await response.text()).trim() === "1") return;
    await Bun.sleep(20);
  }
}
