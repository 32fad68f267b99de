import { assert } from "./assert.ts";

/** What a partition may hold (SEMANTICS §6). Part of the state: a snapshot carries them, so that replay refuses the same commands. */
export interface EngineLimits {
  readonly orderCountMax: number;
  readonly instrumentCountMax: number;
  readonly accountCountMax: number;
  readonly keyCountMax: number;
  readonly idWindowEntryMax: number;
  readonly idWindowMs: number;
}

export const defaultLimits: EngineLimits = {
  orderCountMax: 16_777_216,
  instrumentCountMax: 1_024,
  accountCountMax: 65_536,
  keyCountMax: 65_536,
  idWindowEntryMax: 4_194_304,
  idWindowMs: 600_000,
};

/** What the record layouts hold: the words of a pool are numbered in 31 bits, and an order names its instrument in 19. */
const countMax = 0x1ffffff;
const instrumentCountCeiling = 0x7ffff;

/** The defaults with some of them changed. Throws on limits that no engine can keep. */
export const completeLimits = (given: Partial<EngineLimits>): EngineLimits => {
  const limits = { ...defaultLimits, ...given };
  assertCount(limits.orderCountMax, countMax, "orderCountMax");
  assertCount(limits.instrumentCountMax, instrumentCountCeiling, "instrumentCountMax");
  assertCount(limits.accountCountMax, countMax, "accountCountMax");
  assertCount(limits.keyCountMax, countMax, "keyCountMax");
  assertCount(limits.idWindowEntryMax, countMax, "idWindowEntryMax");
  assertCount(limits.idWindowMs, Number.MAX_SAFE_INTEGER, "idWindowMs");
  return limits;
};

const assertCount = (value: number, ceiling: number, name: string): void => {
  assert(Number.isInteger(value) && value >= 0 && value <= ceiling, `${name} is a count`);
};
