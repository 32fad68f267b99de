import { readFileSync } from "node:fs";
import { join } from "node:path";

import fc from "fast-check";

import type { AnyMessage } from "../generated/records.ts";
import { readMessageSchema, type FieldType, type Message } from "./message-schema.ts";

/**
 * Any message of messages.xml, each field over the whole of its type, its ends more often than their share. Fields of newer versions
 * are absent, all of them or up to some version, in half of the messages.
 */
const schema = readMessageSchema(
  readFileSync(join(import.meta.dirname, "../messages.xml"), "utf8"),
);

export const messageSchema = schema;

export function messageArbitrary(message: Message): fc.Arbitrary<AnyMessage> {
  const fields = Object.fromEntries(
    message.fields.map(({ name, type }) => [name, fieldArbitrary(type)]),
  );
  const data =
    message.data === null ? {} : { [message.data.name]: fc.uint8Array({ maxLength: 300 }) };
  return fc
    .record({ kind: fc.constant(message.name), ...fields, ...data })
    .chain((record) => upToSomeVersion(message, record));
}

/** Leaves out what is newer than a version, and what says nothing: it is read as absent. */
function upToSomeVersion(
  message: Message,
  record: Record<string, unknown>,
): fc.Arbitrary<AnyMessage> {
  return fc.constantFrom(...message.blocks).map((block) => {
    const kept = Object.entries(record).filter(([name, value]) => {
      const sinceVersion = message.fields.find((field) => field.name === name)?.sinceVersion ?? 0;
      if (sinceVersion <= message.sinceVersion) return true;
      return sinceVersion <= block.version && !isNothing(value);
    });
    return Object.fromEntries(kept) as unknown as AnyMessage;
  });
}

function isNothing(value: unknown): boolean {
  if (typeof value === "string") return /^[0-]*$/.test(value);
  return value === 0 || value === 0n || value === false;
}

function fieldArbitrary(type: FieldType): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "integer":
      return withEnds(type.low, type.high);
    case "uint53":
      return withEnds(0, Number.MAX_SAFE_INTEGER);
    case "hash64":
      return hexArbitrary(8);
    case "uuid":
      return hexArbitrary(16).map((hex) =>
        hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-"),
      );
    case "wide":
      return fc.bigInt({ min: 0n, max: (1n << 96n) - 1n });
    case "boolean":
      return fc.boolean();
    case "text":
      return fc.string({ unit: "grapheme-ascii", maxLength: type.length, size: "max" });
    case "hex":
      return hexArbitrary(type.length);
    case "enum":
      return fc.constantFrom(...enumValues(type.name));
    case "set":
      return withEnds(0, type.mask);
  }
}

function withEnds(low: number, high: number): fc.Arbitrary<number> {
  return fc.oneof(fc.constantFrom(low, high), fc.integer({ min: low, max: high }));
}

function hexArbitrary(length: number): fc.Arbitrary<string> {
  return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => bytes.toHex());
}

function enumValues(name: string): number[] {
  return schema.enums.find((type) => type.name === name)?.values.map(({ value }) => value) ?? [];
}
