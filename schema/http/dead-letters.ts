import { z } from "zod";

import { OrderAnswer } from "./orders.ts";
import { Position } from "./reads.ts";
import { ClOrdID, Count, OrderID, Time } from "./scalars.ts";

const DeadLetterID = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,4}):[1-9][0-9]{0,15}$/)
  .meta({ description: "partition:seqNum of the command's first attempt", examples: ["0:4711"] });

export const DeadLetterPath = z.strictObject({ deadLetterID: DeadLetterID });

const Reason = z
  .string()
  .regex(/^[!-~]([ -~]{0,118}[!-~])?$/)
  .meta({ description: "Why, for whoever looks later: 1 to 120 printable ASCII characters" });

export const DeadReasonText = z.enum([
  "Undecodable",
  "UnknownTemplate",
  "Quarantined",
  "UnknownSymbol",
  "NewerVersion",
  "TooLateToEnter",
]);

const Resolution = z
  .strictObject({
    resolution: z.enum(["Replayed", "Discarded"]),
    resolvedAt: Time,
    operator: z.string().meta({ description: "keyID of the token" }),
    reason: z.string(),
    orderID: OrderID.optional().meta({ description: "Of the replay" }),
  })
  .meta({ id: "DeadLetterResolution" });

export const ListedDeadLetter = z
  .strictObject({
    deadLetterID: DeadLetterID,
    deadReason: DeadReasonText,
    partition: Count,
    commandOffset: Count.meta({ description: "Of the first attempt, on orders" }),
    attempts: Count.meta({ description: "Made in all" }),
    diedAt: Time,
    accountID: Count.optional(),
    orderID: OrderID.optional(),
    resolved: Resolution.optional().meta({ description: "Absent: it is open" }),
  })
  .meta({ id: "ListedDeadLetter" });

export const ListedDeadLetters = z
  .strictObject({ deadLetters: z.array(ListedDeadLetter) })
  .meta({ id: "ListedDeadLetters" });

export const InspectedDeadLetter = ListedDeadLetter.extend({
  commandHash: z.string().regex(/^[0-9a-f]{16}$/),
  build: z.string().meta({ description: "That wrote the letter" }),
  commandBytes: Count.meta({ description: "Of the whole record" }),
  bytes: z.base64().meta({ description: "The record as it stands on orders, or its beginning" }),
  command: z
    .record(z.string(), z.unknown())
    .optional()
    .meta({ description: "What the bytes say; absent where they cannot be read" }),
}).meta({ id: "InspectedDeadLetter" });

/** Query of GET /v1/admin/dead-letters. */
export const DeadLetterQuery = z.strictObject({
  open: z
    .enum(["true", "false"])
    .optional()
    .meta({ description: "Only open ones, or only others" }),
});

export const ReplayRequest = z
  .strictObject({
    reason: Reason,
    late: z
      .boolean()
      .optional()
      .meta({ description: "Also where the order's own validUntil has passed" }),
  })
  .meta({ id: "ReplayRequest" });

export const DiscardRequest = z.strictObject({ reason: Reason }).meta({ id: "DiscardRequest" });

export const ReplayAnswer = z
  .strictObject({
    deadLetterID: DeadLetterID,
    orderID: OrderID,
    clOrdID: ClOrdID,
    order: OrderAnswer,
    position: Position,
  })
  .meta({ id: "ReplayAnswer" });

export const DiscardAnswer = z
  .strictObject({ deadLetterID: DeadLetterID, resolved: Resolution })
  .meta({ id: "DiscardAnswer" });

export const QuarantineRequest = z
  .strictObject({
    partition: z.int().min(0).max(65535),
    commandOffset: Count.meta({ description: "Of the command that breaks every owner, on orders" }),
    commandHash: z
      .string()
      .regex(/^[0-9a-f]{16}$/)
      .optional()
      .meta({ description: "That it must have, where given" }),
    reason: Reason,
  })
  .meta({ id: "QuarantineRequest" });

export const QuarantineAnswer = z
  .strictObject({
    partition: Count,
    commandOffset: Count,
    commandHash: z.string(),
    epoch: Count.meta({ description: "That it opens: every owner before it has ended" }),
  })
  .meta({ id: "QuarantineAnswer" });

export type ListedDeadLetter = z.infer<typeof ListedDeadLetter>;
export type InspectedDeadLetter = z.infer<typeof InspectedDeadLetter>;
export type ReplayRequest = z.infer<typeof ReplayRequest>;
export type ReplayAnswer = z.infer<typeof ReplayAnswer>;
export type DiscardRequest = z.infer<typeof DiscardRequest>;
export type QuarantineRequest = z.infer<typeof QuarantineRequest>;
export type DeadReasonText = z.infer<typeof DeadReasonText>;
