import { afterAll, beforeAll, expect, test } from "bun:test";

import { createProcessLog } from "../ports/telemetry/process-log.ts";
import { createMemoryTracer } from "../ports/telemetry/tracer-memory.ts";
import { TestVenue } from "./venue.fixture.ts";

/** Looks like a token of ours, and like nothing else. */
const canary = `${segment({ alg: "EdDSA", kid: "canary" })}.${segment({ sub: "1001" })}.Y2FuYXJ5c2lnbmF0dXJl`;
const controls = "a\r\n\u001b[31m\u0000\u0085\u009b2J\u2028\u202e=cmd()|calc";
const lines: string[] = [];
const memory = createMemoryTracer({ sampleRatio: 1 });
let venue: TestVenue;

beforeAll(async () => {
  const logger = createProcessLog({
    service: "gateway",
    level: "debug",
    write: (line) => lines.push(line),
  });
  venue = await TestVenue.open({ gateway: { logger, tracer: memory.tracer } });
});
afterAll(() => venue.close());

function segment(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString("base64url");
}

/** A text in every place that a caller has. */
async function everywhere(planted: string): Promise<number[]> {
  const inPath = encodeURIComponent(planted);
  const inHeader = planted.replaceAll(/[^\u0020-\u007e]/g, "");
  const answers = await Promise.all([
    venue.order({ clOrdID: planted }),
    venue.order({ symbol: planted }),
    venue.order({ [planted]: planted }),
    venue.order({ price: planted, orderQty: planted, side: planted }),
    venue.post(null, { rawBody: planted }),
    venue.post(null, { rawBody: `{"clOrdID":"${planted}` }),
    venue.order({}, { token: inHeader }),
    venue.order({}, { headers: { "idempotency-key": inHeader, traceparent: inHeader } }),
    venue.request("DELETE", `/v1/orders/${inPath}`),
    venue.request("DELETE", `/v1/orders?symbol=${inPath}&clOrdID=${inPath}`),
    venue.request("PATCH", `/v1/orders/${inPath}`, { body: { clOrdID: planted } }),
    venue.request("GET", `/v1/instruments/${inPath}`),
    venue.request("GET", `/${inPath}?access_token=${inPath}`),
    venue.request("PUT", `/v1/admin/instruments/${inPath}`, { body: { planted } }),
    venue.request("PUT", `/v1/admin/keys/${inPath}`, { token: venue.admin, body: { planted } }),
  ]);
  return answers.map(({ status }) => status);
}

test("no token gets into a line or a span, wherever a caller puts it", async () => {
  const before = lines.length;
  const statuses = [...(await everywhere(canary)), ...(await everywhere(`Bearer ${canary}`))];
  expect(statuses.filter((status) => status >= 400).length).toBeGreaterThan(25);
  await venue.order({ clOrdID: "honest" });
  await venue.order({ clOrdID: "refused", price: "1.001" });
  expect(lines.length - before).toBeGreaterThan(25);
  const told = lines.join("") + JSON.stringify(memory.ended);
  for (const token of [canary, venue.alice, venue.bob, venue.admin]) {
    for (const part of [token.split(".")[2] ?? "", token.split(".")[1] ?? ""]) {
      expect(part.length).toBeGreaterThan(10);
      expect(told).not.toContain(part);
    }
  }
});

test("what a caller writes cannot end a line, color a terminal or turn its reading around", async () => {
  const before = lines.length;
  await everywhere(controls);
  const written = lines.slice(before);
  expect(written.length).toBeGreaterThan(10);
  for (const line of written) {
    expect(line.endsWith("}\n")).toBe(true);
    expect(Array.from(line.slice(0, -1), deceives)).not.toContain(true);
    expect(JSON.parse(line)).toMatchObject({ service: "gateway" });
  }
});

function deceives(char: string): boolean {
  const code = char.charCodeAt(0);
  return code < 0x20 || (code >= 0x7f && code < 0xa0) || (code >= 0x2028 && code <= 0x202e);
}

test("and this test would notice one", () => {
  const planted: string[] = [];
  const log = createProcessLog({ service: "x", level: "debug", write: (l) => planted.push(l) });
  log.info({ note: canary.replaceAll(".", " ") }, "not a token any more, so nobody takes it out");
  expect(planted.join("")).toContain(canary.split(".")[2] ?? "");
});
