import { describe, expect, test } from "bun:test";

import fc from "fast-check";

import { crc32 } from "./crc32.ts";
import { decodeCommandFrame, decodeFrame, frame } from "./frame.ts";
import {
  blockLengthOf,
  encodedBytes,
  encodeMessage,
  headerBytes,
  schemaVersion,
  templateName,
} from "./generated/records.ts";
import { messageArbitrary, messageSchema } from "./sbe/message-arbitrary.ts";
import type { EnumValue, Field } from "./sbe/message-schema.ts";
import { viewOf } from "./wire.ts";

const anyMessage = fc.oneof(...messageSchema.messages.map(messageArbitrary));

for (const message of messageSchema.messages) {
  describe(message.name, () => {
    const arbitrary = messageArbitrary(message);

    test("decoding gives back what was encoded", () => {
      fc.assert(
        fc.property(arbitrary, (sent) => {
          expect(decodeFrame(frame(sent))).toEqual({ ok: true, message: sent });
        }),
      );
    });

    test("a record that is cut anywhere is refused", () => {
      fc.assert(
        fc.property(arbitrary, (sent) => {
          const bytes = frame(sent);
          for (let length = 0; length < bytes.length; length++) {
            expect(decodeFrame(bytes.slice(0, length))).toEqual({
              ok: false,
              error: "Undecodable",
            });
          }
        }),
        { numRuns: 5 },
      );
    });

    test("a record with any one bit flipped is refused", () => {
      fc.assert(
        fc.property(arbitrary, (sent) => {
          const bytes = frame(sent);
          for (let bit = 0; bit < bytes.length * 8; bit++) {
            bytes[bit >> 3]! ^= 1 << (bit & 7);
            expect(decodeFrame(bytes).ok).toBe(false);
            bytes[bit >> 3]! ^= 1 << (bit & 7);
          }
        }),
        { numRuns: 2 },
      );
    });

    test("it is written in the least version that has all of its fields and values", () => {
      fc.assert(
        fc.property(arbitrary, (sent) => {
          const bytes = frame(sent);
          const written = viewOf(bytes).getUint16(6, true);
          expect(message.versions).toContain(written);
          for (const version of message.versions) {
            if (version >= written) continue;
            const decoded = decodeFrame(inVersion(bytes, message.id, version));
            expect(decoded).not.toEqual({ ok: true, message: sent });
          }
        }),
      );
    });

    test("the layout is the one of messages.xml", () => {
      for (const { version, length } of message.blocks)
        expect(blockLengthOf(message.id, version)).toBe(length);
      expect(blockLengthOf(message.id, schemaVersion)).toBe(message.blockLength);
      expect(blockLengthOf(message.id, schemaVersion + 1)).toBe(0);
      if (message.sinceVersion > 0)
        expect(blockLengthOf(message.id, message.sinceVersion - 1)).toBe(0);
      expect(templateName(message.id) as string).toBe(message.name);
    });
  });
}

test("encodedBytes is what encodeMessage writes, and nothing is written outside", () => {
  fc.assert(
    fc.property(anyMessage, fc.nat(20), (message, at) => {
      const view = new DataView(new ArrayBuffer(at + encodedBytes(message) + 8));
      new Uint8Array(view.buffer).fill(0xaa);
      const end = encodeMessage(message, view, at);
      expect(end).toBe(at + encodedBytes(message));
      const outside = [...new Uint8Array(view.buffer)].filter(
        (_, index) => index < at || index >= end,
      );
      expect(outside.every((byte) => byte === 0xaa)).toBe(true);
    }),
  );
});

test("bytes with a right CRC are a message that can be written again, or refused; nothing throws", () => {
  const templates = fc.constantFrom(
    ...messageSchema.messages.flatMap(({ id, blocks }) =>
      blocks.map(({ version, length }) => ({ id, version, blockLength: length })),
    ),
  );
  fc.assert(
    fc.property(
      templates,
      fc.infiniteStream(fc.nat(255)),
      fc.boolean(),
      ({ id, version, blockLength }, noise, dense) => {
        const bytes = new Uint8Array(headerBytes + blockLength + (id === 129 ? 4 : 0) + 4);
        for (let at = headerBytes; at < bytes.length; at++)
          bytes[at] = noise.next().value! & (dense ? 255 : 3);
        reseal(bytes, { blockLength, id, schemaId: 1, version });
        const decoded = decodeFrame(bytes);
        if (decoded.ok) expect(decodeFrame(frame(decoded.message))).toEqual(decoded);
        else expect(decoded.error).toBe("Undecodable");
      },
    ),
    { numRuns: 2_000 },
  );
});

test("no bytes at all make the decoder throw", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeFrame(bytes)).toEqual({ ok: false, error: "Undecodable" });
    }),
  );
});

test("a record of an unknown template, version or schema is told apart from a broken one", () => {
  const bytes = frame({ kind: "TimeTick", sendingTime: 1 });
  const header = { blockLength: 8, id: 9, schemaId: 1, version: 0 };
  for (const change of [{ id: 63 }, { id: 500 }, { version: schemaVersion + 1 }, { schemaId: 2 }]) {
    reseal(bytes, { ...header, ...change });
    expect(decodeFrame(bytes)).toEqual({ ok: false, error: "UnknownTemplate" });
  }
});

test("on the log of commands every other message is an unknown template", () => {
  for (const message of messageSchema.messages) {
    const [sent] = fc.sample(messageArbitrary(message), { numRuns: 1, seed: 7 });
    const decoded = decodeCommandFrame(frame(sent!));
    if (message.id <= 63) expect(decoded).toEqual({ ok: true, message: sent! as never });
    else expect(decoded).toEqual({ ok: false, error: "UnknownTemplate" });
  }
});

test("a field outside its type is refused by the encoder", () => {
  const tick = { kind: "TimeTick", sendingTime: 1 } as const;
  for (const sendingTime of [-1, 0.5, 2 ** 53, NaN, Infinity]) {
    expect(() => frame({ ...tick, sendingTime })).toThrow(RangeError);
  }
});

test("a value that is newer than the version of its message is no value, in whatever field it stands", () => {
  const grown = messageSchema.messages.flatMap((message) =>
    message.fields.flatMap((field) => valuesOf(field).map((value) => ({ message, field, value }))),
  );
  const newer = grown.filter(({ field, value }) => value.sinceVersion > field.sinceVersion);
  expect(newer.length).toBeGreaterThan(40);
  for (const { message, field, value } of newer) {
    const [sample] = fc.sample(messageArbitrary(message), { numRuns: 1, seed: 7 });
    const bytes = frame({ ...sample!, [field.name]: value.value });
    expect(decodeFrame(bytes).ok).toBe(true);
    const older = inVersion(bytes, message.id, value.sinceVersion - 1);
    expect(decodeFrame(older)).toEqual({ ok: false, error: "Undecodable" });
  }
});

function valuesOf({ type }: Field): readonly EnumValue[] {
  return type.kind === "enum" ? type.values : [];
}

/** A record as if it were of another version: its block as long as that has it, zeros where it is longer. */
function inVersion(bytes: Uint8Array, id: number, version: number): Uint8Array {
  const end = headerBytes + viewOf(bytes).getUint16(0, true);
  const blockLength = blockLengthOf(id, version);
  const behind = bytes.subarray(end);
  const changed = new Uint8Array(headerBytes + blockLength + behind.length);
  changed.set(bytes.subarray(headerBytes, Math.min(end, headerBytes + blockLength)), headerBytes);
  changed.set(behind, headerBytes + blockLength);
  reseal(changed, { blockLength, id, schemaId: 1, version });
  return changed;
}

function reseal(
  bytes: Uint8Array,
  header: { blockLength: number; id: number; schemaId: number; version: number },
): void {
  const view = new DataView(bytes.buffer);
  view.setUint16(0, header.blockLength, true);
  view.setUint16(2, header.id, true);
  view.setUint16(4, header.schemaId, true);
  view.setUint16(6, header.version, true);
  view.setUint32(bytes.length - 4, crc32(bytes, 0, bytes.length - 4), true);
}
