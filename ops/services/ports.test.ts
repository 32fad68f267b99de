import { describe, expect, test } from "bun:test";

import { portOffsetMax, portOffsetStep, portsAt, readPortOffset } from "./ports.ts";

const brokers = 3;

/** Every port that a set of stores with three brokers takes. */
function taken(offset: number): number[] {
  const { kafka, kafkaController, kafkaClients, ...others } = portsAt(offset);
  const eachBroker = Array.from({ length: brokers }, (_, index) => index);
  return [
    ...eachBroker.flatMap((index) => [
      kafka + index,
      kafkaController + index,
      kafkaClients + index,
    ]),
    ...Object.values(others),
  ];
}

describe("ports of the stores", () => {
  test("no two sets of different offsets share one", () => {
    const offsets = Array.from(
      { length: portOffsetMax / portOffsetStep + 1 },
      (_, index) => index * portOffsetStep,
    );
    const all = offsets.flatMap(taken);
    expect(new Set(all).size).toBe(all.length);
    expect(Math.max(...all)).toBeLessThan(32_768);
  });

  test("an offset is a multiple of the step, in range, in plain digits", () => {
    expect(["0", "1000", "13000"].map(readPortOffset)).toEqual([0, 1000, 13_000]);
    const refused = ["", "-1000", "500", "14000", "1e3", " 1000", "1000.0", "0x3e8"];
    expect(refused.map(readPortOffset)).toEqual(refused.map(() => null));
  });
});
