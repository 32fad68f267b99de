import { describe, expect, test } from "bun:test";

import {
  AccountStatus,
  BusinessRejectReason,
  KeyAlgorithm,
  KeyStatus,
  SelfTradePrevention,
  Side,
  TradingState,
} from "../../schema/generated/enums.ts";
import { KeyDefinitionLayout } from "../../schema/generated/key-definition.ts";
import type { Event } from "../../schema/generated/records.ts";
import { alice, bob, brief, commandID, Partition } from "./core.fixture.ts";

const {
  TooLateToEnter,
  UnknownSymbol,
  UnknownAccount,
  InvalidDefinition,
  ExponentChanged,
  SymbolHashTaken,
  CapacityReached,
} = BusinessRejectReason;

const refused = (reason: BusinessRejectReason) => [`BusinessMessageReject ${reason}`];

describe("SecurityDefinition (SEMANTICS §4)", () => {
  for (const [name, fields] of Object.entries({
    "an empty symbol": { symbol: "" },
    "a symbol in lower case": { symbol: "btc-usd" },
    "a symbol that starts with a dash": { symbol: "-BTC" },
    "a symbol with a blank": { symbol: "BTC USD" },
    "a price exponent below -18": { priceExponent: -19 },
    "a quantity exponent above 9": { qtyExponent: 10 },
    "a tickSize of 0": { tickSize: 0 },
    "a negative tickSize": { tickSize: -1 },
    "a lotSize of 0": { lotSize: 0 },
    "a most below the least": { minOrderQty: 5, maxOrderQty: 4 },
    "Default as the default": { selfTradePrevention: SelfTradePrevention.Default },
    "no base currency": { baseCurrency: "" },
    "no quote currency": { quoteCurrency: "" },
  })) {
    test(`${name} is invalid`, () => {
      expect(brief(new Partition().defineSecurity(fields))).toEqual(refused(InvalidDefinition));
    });
  }

  test("the deadline comes first, then the fields, then the hash, then the capacity", () => {
    const partition = Partition.open({ instrumentCountMax: 2 });
    partition.defineSecurity({ symbol: "QI1H-USD" });
    const twin = { symbol: "BGBFA-USD", tickSize: 0, validUntil: 1 };
    expect(brief(partition.defineSecurity(twin))).toEqual(refused(TooLateToEnter));
    expect(brief(partition.defineSecurity({ ...twin, validUntil: 0 }))).toEqual(
      refused(InvalidDefinition),
    );
    expect(brief(partition.defineSecurity({ symbol: "BGBFA-USD" }))).toEqual(
      refused(SymbolHashTaken),
    );
    expect(brief(partition.defineSecurity({ symbol: "ETH-USD" }))).toEqual(
      refused(CapacityReached),
    );
  });

  for (const fields of [
    { priceExponent: -3 },
    { qtyExponent: -1 },
    { baseCurrency: "XBT" },
    { quoteCurrency: "EUR" },
  ]) {
    test(`a change of ${Object.keys(fields).join()} is refused`, () => {
      expect(brief(Partition.open().defineSecurity(fields))).toEqual(refused(ExponentChanged));
    });
  }

  test("a change keeps trading state and securityID, takes the rest, and says that it is one", () => {
    const partition = Partition.open();
    partition.setState(TradingState.Halt);
    const change = { tickSize: 5, lotSize: 2, minOrderQty: 4, maxOrderQty: 8 };
    expect(partition.defineSecurity({ ...change, tradingState: TradingState.Open })).toEqual([
      {
        kind: "SecurityDefined",
        rptSeq: 3,
        securityID: 1,
        symbol: "BTC-USD",
        baseCurrency: "BTC",
        quoteCurrency: "USD",
        priceExponent: -2,
        qtyExponent: 0,
        selfTradePrevention: SelfTradePrevention.CancelNewest,
        tradingState: TradingState.Halt,
        created: false,
        ...change,
      },
    ]);
  });

  test("rule 4: resting orders that fall off the new grid stay cancellable and fillable", () => {
    const partition = Partition.open();
    partition.order({ price: 101, orderQty: 7 });
    partition.order({ price: 103, orderQty: 7 });
    partition.defineSecurity({ tickSize: 10, lotSize: 10 });
    const sell = { accountID: bob, side: Side.Sell, price: 100, orderQty: 10 };
    expect(brief(partition.order(sell))).toEqual([
      "OrderAccepted",
      "Trade 6x8 7@103",
      "Trade 5x8 3@101",
    ]);
    expect(partition.book()).toBe("5 4@101");
    expect(brief(partition.massCancel())).toEqual(["OrderCanceled 5 2 4", "OrderMassCancelReport"]);
  });

  test("securityID counts in order of definition, rptSeq from 1 for each", () => {
    const partition = Partition.open();
    const [second] = partition.defineSecurity({ symbol: "A" });
    expect(second).toMatchObject({
      kind: "SecurityDefined",
      securityID: 2,
      rptSeq: 1,
      created: true,
    });
  });
});

describe("SecurityStatus", () => {
  test("is an event also when the state stays the same", () => {
    const partition = Partition.open();
    const changed = {
      kind: "SecurityStatusChanged",
      securityID: 1,
      tradingState: TradingState.Open,
    };
    expect(partition.setState(TradingState.Open)).toEqual([{ ...changed, rptSeq: 2 } as Event]);
  });

  test("of an unknown symbol is refused", () => {
    const partition = Partition.open();
    expect(brief(partition.setState(TradingState.Halt, "NONE"))).toEqual(refused(UnknownSymbol));
  });
});

describe("AccountDefinition", () => {
  test("needs a number and a name", () => {
    const partition = new Partition();
    expect(brief(partition.defineAccount(0))).toEqual(refused(InvalidDefinition));
    expect(brief(partition.defineAccount(5, AccountStatus.Active, ""))).toEqual(
      refused(InvalidDefinition),
    );
  });

  test("at capacity new accounts are refused, changes are not", () => {
    const partition = Partition.open({ accountCountMax: 3 });
    expect(brief(partition.defineAccount(9))).toEqual(refused(CapacityReached));
    expect(partition.defineAccount(alice, AccountStatus.Disabled, "Alice")).toEqual([
      {
        kind: "AccountDefined",
        rptSeq: 0,
        accountID: alice,
        accountStatus: AccountStatus.Disabled,
        name: "Alice",
      },
    ]);
    expect(partition.state().accounts[0]).toEqual({
      accountID: alice,
      accountStatus: AccountStatus.Disabled,
      name: "Alice",
      feeTier: 0,
    });
  });

  test("an account that was refused once counts neither as defined nor as forgotten", () => {
    const partition = new Partition({ accountCountMax: 1, idWindowMs: 10 });
    partition.defineAccount(1);
    partition.defineAccount(2);
    expect(partition.state().accounts).toHaveLength(1);
    partition.tick(10);
    expect(partition.state().idWindow).toHaveLength(0);
    expect(brief(partition.defineAccount(2))).toEqual(refused(CapacityReached));
  });
});

describe("KeyDefinition", () => {
  test("needs a keyID, scopes and a known account, in this order", () => {
    const partition = Partition.open();
    expect(brief(partition.defineKey({ keyID: "", accountID: 77 }))).toEqual(
      refused(InvalidDefinition),
    );
    expect(brief(partition.defineKey({ scopes: 0, accountID: 77 }))).toEqual(
      refused(InvalidDefinition),
    );
    expect(brief(partition.defineKey({ accountID: 77 }))).toEqual(refused(UnknownAccount));
    expect(brief(partition.defineKey({ accountID: 0 }))).toEqual(["KeyDefined"]);
  });

  test("a known keyID is replaced whole, also at capacity", () => {
    const partition = Partition.open({ keyCountMax: 1 });
    partition.defineKey();
    const other = {
      keyID: "key-1",
      accountID: bob,
      keyAlgorithm: KeyAlgorithm.ES256,
      keyStatus: KeyStatus.Revoked,
      scopes: 4,
      publicKey: "cd".repeat(64),
    };
    expect(partition.defineKey(other)).toEqual([{ kind: "KeyDefined", rptSeq: 0, ...other }]);
    expect(partition.state().keys).toEqual([other]);
    expect(brief(partition.defineKey({ keyID: "key-2" }))).toEqual(refused(CapacityReached));
  });

  test("keyIDs that differ in their last letter are two keys, in the order of their bytes", () => {
    const partition = Partition.open();
    for (const keyID of ["k".repeat(35) + "b", "k".repeat(35) + "a", "Z", "a"])
      partition.defineKey({ keyID });
    expect(partition.state().keys.map(({ keyID }) => keyID)).toEqual([
      "Z",
      "a",
      "k".repeat(35) + "a",
      "k".repeat(35) + "b",
    ]);
  });

  test("a refusal names request, account and template", () => {
    const partition = Partition.open();
    const id = commandID(partition.seqNum + 1);
    expect(partition.defineKey({ accountID: 77 })).toEqual([
      {
        kind: "BusinessMessageReject",
        rptSeq: 0,
        securityID: 0,
        accountID: 77,
        commandID: id,
        businessRejectReason: UnknownAccount,
        refTemplateId: KeyDefinitionLayout.templateId,
      },
    ]);
  });
});

test("TimeTick says when it was sent", () => {
  const partition = new Partition();
  expect(partition.tick()).toEqual([{ kind: "TimeTicked", sendingTime: partition.time }]);
});
