import fc from "fast-check";

import { flawCount } from "./stream-intent.ts";
import type { Intent } from "./stream-intent.ts";
import { actions } from "./stream-shape.ts";

/** Any intent; it shrinks towards a plain limit order of one lot. */
export const intentArbitrary: fc.Arbitrary<Intent> = fc.record({
  action: fc.oneof(
    { weight: 6, arbitrary: fc.constant("new" as const) },
    { weight: 2, arbitrary: fc.constant("replace" as const) },
    { weight: 1, arbitrary: fc.constant("cancel" as const) },
    { weight: 1, arbitrary: fc.constantFrom(...actions) },
  ),
  account: fc.nat(7),
  instrument: fc.nat(3),
  target: fc.nat(1_000),
  foreign: rarely(1),
  side: fc.nat(1),
  ordType: rarely(4),
  trail: rarely(2),
  timeInForce: fc.nat(5),
  selfTradePrevention: fc.nat(4),
  postOnly: rarely(1),
  display: rarely(1),
  depth: fc.integer({ min: -4, max: 4 }),
  lots: fc.integer({ min: 1, max: 6 }),
  manner: fc.nat(15),
  flaws: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    {
      weight: 1,
      arbitrary: fc.nat(2 ** flawCount - 1).map((bits) => bits & (bits >> 1) & (bits >> 2)),
    },
  ),
  wait: fc.oneof(
    { weight: 9, arbitrary: fc.nat(3) },
    { weight: 1, arbitrary: fc.constantFrom(-5, 100, 600_000) },
  ),
  latency: fc.oneof(
    { weight: 9, arbitrary: fc.nat(3) },
    { weight: 1, arbitrary: fc.constantFrom(-9, 60_001) },
  ),
  id: fc.oneof(
    { weight: 9, arbitrary: fc.constant(0) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 9 }) },
  ),
});

function rarely(most: number): fc.Arbitrary<number> {
  return fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(most) });
}
