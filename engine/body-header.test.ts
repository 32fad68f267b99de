import { expect, test } from "bun:test";
import fc from "fast-check";

import { bodyHeaderBytes, sealBody } from "../schema/body.ts";
import { Hash64 } from "../schema/hash.ts";
import { hash64Text } from "../schema/wire.ts";
import { writeBodyHeader } from "./body-header.ts";

const count = fc.nat(Number.MAX_SAFE_INTEGER);
const word = fc.nat(0xffffffff);

function hash64(lo: number, hi: number): Hash64 {
  return Object.assign(new Hash64(), { lo, hi });
}

test("writes the same bytes as the codec, whatever stood there before", () => {
  fc.assert(
    fc.property(
      fc.record({
        seqNum: count,
        commandOffset: count,
        transactTime: count,
        semanticsVersion: fc.nat(0xffff),
        eventCount: word,
      }),
      fc.tuple(word, word, word, word),
      (counts, [commandLo, commandHi, prevLo, prevHi]) => {
        const written = new Uint8Array(bodyHeaderBytes).fill(255);
        const sealed = new Uint8Array(bodyHeaderBytes);
        const hashes = [hash64(commandLo, commandHi), hash64(prevLo, prevHi)] as const;
        writeBodyHeader(new Int32Array(written.buffer), counts, ...hashes);
        sealBody(new DataView(sealed.buffer), {
          ...counts,
          commandHash: hash64Text(commandLo, commandHi),
          prevHash: hash64Text(prevLo, prevHi),
        });
        expect(written).toEqual(sealed);
      },
    ),
  );
});
