import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";

import { startChildVenue } from "./child-venue.ts";
import { VenueClient } from "./venue-client.ts";
import type { VenueFile } from "./venue-client.ts";

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
    [["--log", "xml"], "--log is plain or json"],
    [["--log", "json", "--profile", "kafka"], "--log json is for one process"],
    [["--seed", "1.5"], "--seed 1.5 is no integer"],
    [["--host", "0.0.0.0"], "'--host'"],
    [["extra"], "extra"],
  ])("refuses %p, says why and how it is used", async (flags, why) => {
    const { exitCode, output } = await startAndEnd(...flags);
    expect(exitCode).toBe(2);
    expect(output).toContain(why);
    expect(output).toContain("usage: bun run start");
  });

  test("takes the first order at once, prints a curl line that works, drains, and has the order after a restart", async () => {
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
    // Half a second on a quiet machine; tests run beside others.
    expect(openMs).toBeLessThan(5000);

    const curl = /^ {2}(curl -s .*\n.*)$/m.exec(first.output())?.[1] ?? "";
    const pasted = Bun.spawnSync(["sh", "-c", curl]);
    expect(JSON.parse(pasted.stdout.toString())).toMatchObject({
      ordStatus: "New",
      price: "60000.00",
    });

    const { pages, adminToken } = first.file;
    expect(pages.operator).toBe(`${first.file.url}/operator#token=${adminToken}`);
    for (const place of Object.values(pages)) {
      expect(first.output()).toContain(` ${place}\n`);
      expect((await fetch(place)).headers.get("content-type")).toContain("text/html");
    }

    for (const address of otherAddresses()) {
      const answered = fetch(`http://${address}:${new URL(first.file.url).port}/healthz`);
      expect(await answered.then(() => address).catch(() => "no answer")).toBe("no answer");
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

  test("with --log json says the same as JSON lines, without a token in them", async () => {
    const folder = mkdtempSync(join(tmpdir(), "orderbook-start-"));
    const flags = ["--log=json", "--port=0", "--demo=off", `--data=${folder}`];
    const child = Bun.spawn([process.execPath, script, ...flags], {
      stdout: "pipe",
      stderr: "inherit",
    });
    try {
      let output = "";
      let isUp = false;
      for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
        output += chunk;
        if (isUp || !output.includes("Reads are up")) continue;
        isUp = true;
        child.kill("SIGINT");
      }
      expect(await child.exited).toBe(0);
      const lines = output.trimEnd().split("\n");
      const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(said.find(({ msg }) => msg === "The venue is open")).toMatchObject({
        level: "info",
        service: "venue",
        url: expect.stringMatching(/^http:/),
        venueFile: join(folder, "venue.json"),
      });
      expect(said.at(-1)).toMatchObject({ msg: "Closed" });
      const venueFile = readFileSync(join(folder, "venue.json"), "utf8");
      const { adminToken } = JSON.parse(venueFile) as VenueFile;
      expect(output).not.toContain(adminToken);
    } finally {
      child.kill("SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    }
  }, 120_000);

  test("with the demo on, a trade comes into Postgres and into ClickHouse by itself", async () => {
    const venue = await startChildVenue({ demo: true });
    try {
      const { file } = venue;
      const client = new VenueClient(file.url, file.accounts[0]?.token ?? null);
      const rptSeq = await tradeNow(client);
      await until(async () => {
        const { body } = await client.get("/v1/fills?symbol=BTC-USD&limit=1000");
        return (body["fills"] as { rptSeq: number }[]).some((fill) => fill.rptSeq === rptSeq);
      });
      const { clickhouse } = file;
      if (clickhouse !== null) await until(() => isInClickhouse(clickhouse, rptSeq));
    } finally {
      await venue.close();
    }
  }, 90_000);
});

/** Takes from the demo market, as soon as somebody quotes; resolves with the trade's rptSeq. */
async function tradeNow(client: VenueClient): Promise<number> {
  let rptSeq = 0;
  await until(async () => {
    const { body } = await client.post("/v1/orders", {
      symbol: "BTC-USD",
      side: "Buy",
      ordType: "Market",
      orderQty: "0.001",
    });
    const reports = body["executionReports"] as { execType: string; rptSeq: number }[];
    rptSeq = reports.find(({ execType }) => execType === "Trade")?.rptSeq ?? 0;
    return rptSeq > 0;
  });
  return rptSeq;
}

async function isInClickhouse(
  connection: { url: string; user: string; password: string },
  rptSeq: number,
): Promise<boolean> {
  const response = await fetch(connection.url, {
    method: "POST",
    headers: { "X-ClickHouse-User": connection.user, "X-ClickHouse-Key": connection.password },
    body: `SELECT count() FROM orderbook.trades WHERE symbol = 'BTC-USD' AND rptSeq = ${rptSeq}`,
  });
  return (await response.text()).trim() === "1";
}

/** The test's own limit ends a wait in vain. */
async function until(reached: () => Promise<boolean>): Promise<void> {
  while (!(await reached())) await Bun.sleep(10);
}
