import { z } from "zod";

import { Position } from "./reads.ts";
import {
  AccountID,
  Count,
  Decimal,
  DecimalText,
  SelfTradePreventionText,
  SymbolText,
  Time,
  TradingStateText,
} from "./scalars.ts";

const Currency = z
  .string()
  .regex(/^[A-Z0-9]{1,8}$/)
  .meta({ examples: ["USD"] });

const Exponent = z.int().min(-18).max(9).meta({
  description: "Units are 10^exponent; fixed for the instrument's life",
});

const BandBps = z.int().min(0).max(1_000_000);

export const SymbolPath = z.strictObject({ symbol: SymbolText });

/** Body of PUT /v1/admin/instruments/{symbol}: lists it, or changes it. */
export const InstrumentRequest = z
  .strictObject({
    baseCurrency: Currency,
    quoteCurrency: Currency,
    priceExponent: Exponent,
    qtyExponent: Exponent,
    tickSize: DecimalText.meta({ description: "Prices are multiples of it" }),
    lotSize: DecimalText.meta({ description: "Quantities are multiples of it" }),
    minOrderQty: DecimalText.optional(),
    maxOrderQty: DecimalText.optional().meta({ description: "0 or absent: no bound" }),
    priceBandBps: BandBps.optional().meta({
      description:
        "How far from the reference price (the last trade's) a limit may be at entry, in basis points; 0 or absent: anywhere",
    }),
    takerBandBps: BandBps.optional().meta({
      description:
        "How far from the reference price a taker trades, in basis points; 0 or absent: anywhere",
    }),
    referencePrice: DecimalText.optional().meta({
      description: "Before the first trade; 0 or absent: none, so that no band holds",
    }),
    selfTradePrevention: SelfTradePreventionText.optional().meta({
      description: "Of orders that name none; CancelNewest where absent",
    }),
    tradingState: TradingStateText.optional().meta({
      description: "Of a new instrument, Open where absent; a change leaves the state as it is",
    }),
  })
  .meta({
    id: "InstrumentRequest",
    examples: [
      {
        baseCurrency: "BTC",
        quoteCurrency: "USD",
        priceExponent: -2,
        qtyExponent: -8,
        tickSize: "0.01",
        lotSize: "0.00001",
      },
    ],
  });

const EffectiveTime = Time.meta({ description: "Log time at which the state changes" });

export const StatusRequest = z
  .strictObject({
    tradingState: TradingStateText,
    effectiveTime: z.iso.datetime().optional().meta({
      description:
        "When the state changes; RFC 3339 in UTC with Z, milliseconds at the finest. Absent: at once, and whatever was scheduled is dropped",
    }),
  })
  .meta({ id: "StatusRequest" });

const ScheduledState = z.strictObject({
  tradingState: TradingStateText,
  effectiveTime: EffectiveTime,
});

export const AccountPath = z.strictObject({
  accountID: z
    .string()
    .regex(/^[1-9][0-9]{0,9}$/)
    .refine((text) => Number(text) <= 2147483647, "at most 2147483647"),
});

const FeeTier = z.int().min(1).max(65_535);

export const AccountRequest = z
  .strictObject({
    name: z
      .string()
      .regex(/^[!-~]([ -~]{0,38}[!-~])?$/)
      .meta({ description: "1 to 40 printable ASCII characters, no blank at the ends" }),
    accountStatus: z
      .enum(["Active", "Disabled"])
      .optional()
      .meta({ description: "Disabled accounts may cancel, nothing else; Active where absent" }),
    feeTier: FeeTier.optional().meta({ description: "By which it pays fees; none where absent" }),
  })
  .meta({ id: "AccountRequest" });

export const AccountSymbolPath = AccountPath.extend({ symbol: SymbolText });

const OpenOrderCountMax = z.int().min(0).max(4294967295).meta({
  description: "Open orders in an instrument; 0: any number",
});

/** Body of PUT /v1/admin/accounts/{accountID}/limits. */
export const AccountLimitsRequest = z
  .strictObject({ openOrderCountMax: OpenOrderCountMax })
  .meta({ id: "AccountLimitsRequest" });

/** Body of PUT /v1/admin/accounts/{accountID}/limits/{symbol}. */
export const InstrumentLimitsRequest = z
  .strictObject({
    openOrderCountMax: OpenOrderCountMax.optional(),
    openNotionalMax: DecimalText.optional().meta({
      description:
        "Price x leavesQty over the open orders, in the quote currency; 0 or absent: any",
    }),
  })
  .meta({ id: "InstrumentLimitsRequest" });

export const FeeTierPath = z.strictObject({
  feeTier: z
    .string()
    .regex(/^[1-9][0-9]{0,4}$/)
    .refine((text) => Number(text) <= 65_535, "at most 65535"),
});

export const FeeTierSymbolPath = FeeTierPath.extend({ symbol: SymbolText });

const FeePpm = z.int().min(-10_000).max(100_000);

export const FeeScheduleRequest = z
  .strictObject({
    makerFeePpm: FeePpm.meta({
      description: "Millionths of the notional that makers pay; negative: they receive them",
    }),
    takerFeePpm: FeePpm.meta({ description: "The same of takers; the two are 0 or more together" }),
  })
  .meta({ id: "FeeScheduleRequest" });

const KeyID = z.string().regex(/^[A-Za-z0-9_-]{1,36}$/);

export const KeyPath = z.strictObject({ keyID: KeyID });

const ScopeText = z.enum(["read", "trade", "admin"]);

export const KeyRequest = z
  .strictObject({
    accountID: z.int().min(0).max(2147483647).meta({ description: "0: the operator" }),
    keyAlgorithm: z.enum(["EdDSA", "ES256"]),
    publicKey: z
      .string()
      .regex(/^[A-Za-z0-9_-]{43}([A-Za-z0-9_-]{43})?$/)
      .meta({ description: "base64url; EdDSA: the 32 bytes, ES256: x, then y" }),
    scopes: z.array(ScopeText).min(1).max(3),
    keyStatus: z
      .enum(["Active", "Revoked"])
      .optional()
      .meta({ description: "Active where absent; a revoked key stops at once" }),
  })
  .meta({ id: "KeyRequest" });

export const ListedInstrument = z
  .strictObject({
    symbol: SymbolText,
    securityID: Count,
    baseCurrency: z.string(),
    quoteCurrency: z.string(),
    priceExponent: Exponent,
    qtyExponent: Exponent,
    tickSize: Decimal,
    lotSize: Decimal,
    minOrderQty: Decimal,
    maxOrderQty: Decimal,
    priceBandBps: Count,
    takerBandBps: Count,
    referencePrice: Decimal,
    selfTradePrevention: SelfTradePreventionText,
    tradingState: TradingStateText,
    scheduledStates: z
      .array(ScheduledState)
      .meta({ description: "Changes of the trading state that wait for their time, in order" }),
  })
  .meta({ id: "ListedInstrument" });

export const DefinedInstrument = ListedInstrument.extend({
  created: z.boolean(),
  position: Position,
}).meta({ id: "DefinedInstrument" });

export const ListedInstruments = z
  .strictObject({ instruments: z.array(ListedInstrument) })
  .meta({ id: "ListedInstruments" });

export const StatusAnswer = z
  .strictObject({
    symbol: SymbolText,
    tradingState: TradingStateText,
    effectiveTime: EffectiveTime.optional().meta({ description: "Absent: it has changed" }),
    transactTime: Time,
    position: Position,
  })
  .meta({ id: "StatusAnswer" });

export const ListedAccount = z
  .strictObject({
    accountID: AccountID,
    name: z.string(),
    accountStatus: z.enum(["Active", "Disabled"]),
    feeTier: FeeTier.optional(),
  })
  .meta({ id: "ListedAccount" });

export const DefinedAccount = ListedAccount.extend({ position: Position }).meta({
  id: "DefinedAccount",
});

export const ListedAccounts = z
  .strictObject({ accounts: z.array(ListedAccount) })
  .meta({ id: "ListedAccounts" });

export const ListedLimits = z
  .strictObject({
    accountID: AccountID,
    symbol: SymbolText.optional().meta({
      description: "Absent: every instrument for which the account has no limits of its own",
    }),
    openOrderCountMax: OpenOrderCountMax,
    openNotionalMax: Decimal.optional(),
  })
  .meta({ id: "ListedLimits" });

export const DefinedLimits = ListedLimits.extend({ position: Position }).meta({
  id: "DefinedLimits",
});

export const ListedAccountLimits = z
  .strictObject({ limits: z.array(ListedLimits) })
  .meta({ id: "ListedAccountLimits" });

export const ListedFees = FeeScheduleRequest.extend({
  feeTier: FeeTier,
  symbol: SymbolText.optional().meta({
    description: "Absent: every instrument for which the tier has no schedule of its own",
  }),
}).meta({ id: "ListedFees" });

export const DefinedFees = ListedFees.extend({ position: Position }).meta({ id: "DefinedFees" });

export const ListedFeeSchedules = z
  .strictObject({ feeSchedules: z.array(ListedFees) })
  .meta({ id: "ListedFeeSchedules" });

export const ListedKey = z
  .strictObject({
    keyID: KeyID,
    accountID: Count,
    keyAlgorithm: z.enum(["EdDSA", "ES256"]),
    publicKey: z.string(),
    scopes: z.array(ScopeText),
    keyStatus: z.enum(["Active", "Revoked"]),
  })
  .meta({ id: "ListedKey" });

export const DefinedKey = ListedKey.extend({ position: Position }).meta({ id: "DefinedKey" });

export const ListedKeys = z.strictObject({ keys: z.array(ListedKey) }).meta({ id: "ListedKeys" });

const SemanticsVersion = z.int().min(1).max(65_535);

/** Body of PUT /v1/admin/semantics. */
export const SemanticsRequest = z
  .strictObject({
    semanticsVersion: SemanticsVersion.meta({
      description: "That the owners of all partitions have, and every gateway and reader",
    }),
  })
  .meta({ id: "SemanticsRequest" });

export const NoPath = z.strictObject({});

const ActiveSemantics = z.strictObject({
  semanticsVersion: SemanticsVersion,
  schemaVersion: Count.meta({
    description: "Of the log's messages: up to here commands are read, and no event is newer",
  }),
});

export const ActivatedSemantics = ActiveSemantics.extend({ position: Position }).meta({
  id: "ActivatedSemantics",
});

export const ListedPartition = z
  .strictObject({
    partition: Count,
    ...ActiveSemantics.shape,
    seqNum: Count.meta({ description: "Last outcome folded" }),
    commandOffset: Count.optional().meta({
      description: "Of its command, on orders; absent before this gateway has folded one",
    }),
    waitingCount: Count.optional().meta({
      description: "Commands behind it; absent where that is not known, or the log is away",
    }),
    silentMs: Count.meta({ description: "Since an outcome was folded; an owner ticks" }),
    epoch: Count.optional().meta({ description: "Of the last outcome" }),
    owner: z
      .strictObject({
        node: z.string(),
        build: z.string(),
        semanticsMax: Count.meta({ description: "Newest semantics that the build has" }),
        claimedAt: Time,
      })
      .optional()
      .meta({ description: "Whose epoch it is, as its Claim says" }),
    failure: z.string().optional().meta({ description: "What has ended the fold" }),
  })
  .meta({ id: "ListedPartition" });

export const ListedPartitions = z
  .strictObject({ partitions: z.array(ListedPartition) })
  .meta({ id: "ListedPartitions" });

export type InstrumentRequest = z.infer<typeof InstrumentRequest>;
export type StatusRequest = z.infer<typeof StatusRequest>;
export type SemanticsRequest = z.infer<typeof SemanticsRequest>;
export type AccountRequest = z.infer<typeof AccountRequest>;
export type AccountLimitsRequest = z.infer<typeof AccountLimitsRequest>;
export type InstrumentLimitsRequest = z.infer<typeof InstrumentLimitsRequest>;
export type ListedLimits = z.infer<typeof ListedLimits>;
export type FeeScheduleRequest = z.infer<typeof FeeScheduleRequest>;
export type ListedFees = z.infer<typeof ListedFees>;
export type KeyRequest = z.infer<typeof KeyRequest>;
export type ScopeText = z.infer<typeof ScopeText>;
export type ListedInstrument = z.infer<typeof ListedInstrument>;
export type ListedAccount = z.infer<typeof ListedAccount>;
export type ListedKey = z.infer<typeof ListedKey>;
export type ListedPartition = z.infer<typeof ListedPartition>;
