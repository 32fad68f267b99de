import { expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { decodeFrame, frame } from "./frame.ts";
import type { AnyMessage } from "./generated/records.ts";
import { readMessageSchema } from "./sbe/message-schema.ts";

/**
 * Records as hexadecimal bytes, the same messages as JSON beside them. They were not written by the codecs but from messages.xml
 * with another program. A log may hold any of them: a file here never changes, new versions get files of their own.
 */
const wideFields = new Set(["cashOrderQty", "openNotionalMax", "makerFee", "takerFee"]);
const dataFields = new Set(["body", "command", "items"]);
const folder = join(import.meta.dirname, "codec.golden");
const names = readdirSync(folder)
  .filter((name) => name.endsWith(".hex"))
  .map((name) => name.slice(0, -".hex".length));

for (const name of names) {
  test(`${name} is read as the message that it was written from`, () => {
    expect(decodeFrame(goldenBytes(name))).toEqual({ ok: true, message: goldenMessage(name) });
  });

  test(`${name} is written to the byte`, () => {
    expect(frame(goldenMessage(name)).toHex()).toBe(goldenBytes(name).toHex());
  });
}

test("every message of messages.xml has a golden record of each version of it", () => {
  const schema = readMessageSchema(readFileSync(join(import.meta.dirname, "messages.xml"), "utf8"));
  const covered = new Set(names.map((name) => `${goldenMessage(name).kind}.v${versionOf(name)}`));
  const wanted = schema.messages.flatMap(({ name, versions }) =>
    versions.map((version) => `${name}.v${version}`),
  );
  expect(wanted.filter((version) => !covered.has(version))).toEqual([]);
});

function goldenBytes(name: string): Uint8Array {
  const text = readFileSync(join(folder, `${name}.hex`), "utf8");
  return Uint8Array.fromHex(text.replaceAll("\n", ""));
}

function goldenMessage(name: string): AnyMessage {
  const text = readFileSync(join(folder, `${name}.json`), "utf8");
  return JSON.parse(text, (key: string, value: unknown) => {
    const isWide = wideFields.has(key);
    if (isWide && typeof value === "string") return BigInt(value);
    if (dataFields.has(key) && typeof value === "string") return Uint8Array.fromHex(value);
    return value;
  }) as AnyMessage;
}

function versionOf(name: string): string {
  return /\.v(\d+)$/.exec(name)?.[1] ?? "";
}
