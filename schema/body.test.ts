import { expect, test } from "bun:test";

import fc from "fast-check";

import {
  bodyHashText,
  bodyHeaderBytes,
  commandHashText,
  encodeChunks,
  readBodyEvents,
  readBodyHeader,
  readChunk,
  sealBody,
} from "./body.ts";
import { checkFrame, frame } from "./frame.ts";
import { encodedBytes, encodeMessage, type Event } from "./generated/records.ts";
import { messageArbitrary, messageSchema } from "./sbe/message-arbitrary.ts";
import { chunkBytesMax, recordBytesMax } from "./topics.ts";

const events = messageSchema.messages.filter(({ id }) => id >= 64 && id <= 127);
const someEvents = fc.array(fc.oneof(...events.map(messageArbitrary)), {
  minLength: 1,
  maxLength: 20,
});
const header = {
  seqNum: 7,
  commandOffset: 9,
  commandHash: "0123456789abcdef",
  prevHash: "fedcba9876543210",
  transactTime: 1_446_303_600_000,
  semanticsVersion: 1,
};

test("a body gives back its header and its events in order", () => {
  fc.assert(
    fc.property(someEvents, (written) => {
      const body = bodyOf(written as Event[]);
      expect(readBodyHeader(body)).toEqual({ kind: "Body", ...header, eventCount: written.length });
      expect(readBodyEvents(body)).toEqual(written as Event[]);
    }),
  );
});

test("a body that is cut, lengthened or miscounted has no events", () => {
  fc.assert(
    fc.property(someEvents, fc.nat(), (written, place) => {
      const body = bodyOf(written as Event[]);
      expect(readBodyEvents(body.slice(0, place % body.length))).toBeNull();
      expect(readBodyEvents(Uint8Array.of(...body, 0))).toBeNull();
      sealBody(new DataView(body.buffer), { ...header, eventCount: written.length + 1 });
      expect(readBodyEvents(body)).toBeNull();
    }),
  );
});

test("a command among the events of a body is not read as one of them", () => {
  const body = bodyOf([{ kind: "TimeTick", sendingTime: 1 } as unknown as Event]);
  expect(readBodyEvents(body)).toBeNull();
});

test("chunks put together are the body, whatever its length", () => {
  for (const length of [bodyHeaderBytes, chunkBytesMax, chunkBytesMax + 1, 3 * chunkBytesMax + 5]) {
    const body = Uint8Array.from({ length }, (_, index) => index * 7);
    const records = encodeChunks(body, 11, 5);
    const chunks = records.map((bytes) => {
      const view = new DataView(bytes.buffer);
      expect(checkFrame(bytes, view)).toBe("Ok");
      expect(bytes.length).toBeLessThanOrEqual(recordBytesMax);
      return readChunk(view)!;
    });
    expect(Buffer.concat(chunks.map((chunk) => chunk.body)).equals(body)).toBe(true);
    expect(chunks.map((chunk) => chunk.chunkIndex)).toEqual(chunks.map((_, index) => index));
    for (const chunk of chunks) {
      expect(chunk).toMatchObject({
        epoch: 5,
        seqNum: 11,
        chunkCount: chunks.length,
        bodyLength: length,
      });
    }
  }
});

test("another record is no chunk", () => {
  const bytes = frame({ kind: "TimeTick", sendingTime: 1 });
  expect(readChunk(new DataView(bytes.buffer))).toBeNull();
});

test("the hashes of a body and of a command change with every byte, and the command's with the append time", () => {
  const bytes = frame({ kind: "TimeTick", sendingTime: 1_446_303_600_000 });
  const bodyHashes = new Set([bodyHashText(bytes)]);
  const commandHashes = new Set([
    commandHashText(bytes, 5),
    commandHashText(bytes, 6),
    commandHashText(bytes, 5 + 2 ** 32),
  ]);
  for (let at = 0; at < bytes.length; at++) {
    const changed = bytes.slice();
    changed[at]! ^= 1;
    bodyHashes.add(bodyHashText(changed));
    commandHashes.add(commandHashText(changed, 5));
  }
  expect(bodyHashes.size).toBe(bytes.length + 1);
  expect(commandHashes.size).toBe(bytes.length + 3);
});

function bodyOf(written: readonly Event[]): Uint8Array {
  const length = written.reduce((sum, event) => sum + encodedBytes(event), bodyHeaderBytes);
  const body = new Uint8Array(length);
  const view = new DataView(body.buffer);
  let at = bodyHeaderBytes;
  for (const event of written) at = encodeMessage(event, view, at);
  sealBody(view, { ...header, eventCount: written.length });
  return body;
}
