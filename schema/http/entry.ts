import { z } from "zod";

import { EntrySubscribe } from "./entry-reports.ts";
import { Time } from "./scalars.ts";

/**
 * Order entry over the WebSocket of `/v1/order-entry`, one JSON text a message of at most 16 KiB.
 *
 * The first message is a `login`, within three seconds, and nothing else before its answer. From then on every message is a request, and each
 * is answered once by an `answer` with its `id`, in whatever order they are decided. `op` is the operationId of the route in
 * `/openapi.json` that does the same: `path`, `query` and `body` are that route's, and so are status, headers and body of the answer,
 * with all checks, limits, problems and repeats (an `idempotencyKey` is the header's, and for it the body counts as JSON.stringify
 * writes it). Commands go onto the log in the order in which their requests came. At most 256 requests of a connection may wait for their
 * answers; one more is answered TooManyPending, and not carried out.
 *
 * With `cancelOnDisconnect` the login arms a timer of this connection. Each request and each `ping` move it on, if need be, so that a client
 * has to send something at least every half of its time. A connection that ends otherwise than by close code 1000 of the client, or
 * goes silent, leaves the timer to run out: then what the connection has brought and is still open is canceled, also when the gateway
 * has died. It runs in every partition by that one's log time. After code 1000 it is disarmed, and the orders stay. Orders that are
 * on their way when it runs out are refused with ConnectionLost. A client that comes back in time names the connectionID that its
 * first login was told: then the new connection moves the same timer on, and the orders of the broken one are its own.
 *
 * What becomes of the account's orders otherwise, `subscribe` has told: entry-reports.ts.
 *
 * A token that runs out or whose key is revoked ends the connection with code 4401 at its next message.
 */
const RequestID = z
  .string()
  .regex(/^[!-~]{1,64}$/)
  .meta({ description: "The client's own; the answer repeats it" });

export const EntryLogin = z
  .strictObject({
    op: z.literal("login"),
    id: RequestID,
    token: z
      .string()
      .regex(/^[A-Za-z0-9._-]{1,4096}$/)
      .meta({ description: "JWT with the scope trade, as HTTP has it behind Bearer" }),
    cancelOnDisconnect: z
      .strictObject({
        timeoutMs: z.int().min(3_000).max(300_000),
        connectionID: z.int().min(1).optional().meta({
          description: "Of a connection of the account that broke: takes it over",
        }),
      })
      .optional()
      .meta({ description: "Without it orders stay whatever becomes of the connection" }),
  })
  .meta({ id: "EntryLogin" });

export const EntryRequest = z
  .strictObject({
    op: z.enum([
      "placeOrder",
      "replaceOrder",
      "cancelOrder",
      "cancelOrders",
      "placeOrderList",
      "setDeadManTimer",
    ]),
    id: RequestID,
    idempotencyKey: z.string().max(255).optional(),
    path: z
      .strictObject({ orderID: z.string().max(64) })
      .optional()
      .meta({ description: "replaceOrder and cancelOrder have one" }),
    query: z.record(z.string(), z.string()).optional(),
    body: z.unknown().optional(),
  })
  .meta({ id: "EntryRequest" });

export const EntryPing = z
  .strictObject({ op: z.literal("ping"), id: RequestID })
  .meta({ id: "EntryPing" });

export const EntryMessage = z.discriminatedUnion("op", [
  EntryLogin,
  EntryRequest,
  EntryPing,
  EntrySubscribe,
]);

/** Body of the answer to a login and to a ping. */
export const EntryStanding = z
  .strictObject({
    accountID: z.int(),
    cancelOnDisconnect: z
      .strictObject({
        timeoutMs: z.int(),
        connectionID: z.int(),
        deadline: Time.optional().meta({
          description: "Log time at which the timer runs out as last set; absent: not known yet",
        }),
      })
      .optional(),
  })
  .meta({ id: "EntryStanding" });

/** `id` is null where the message's could not be read. `timer` tells that it could not be moved on. */
export const EntryAnswer = z
  .strictObject({
    type: z.enum(["answer", "timer"]),
    id: RequestID.nullable(),
    status: z.int(),
    headers: z.record(z.string(), z.string()),
    body: z.unknown(),
  })
  .meta({ id: "EntryAnswer" });

export type EntryMessage = z.infer<typeof EntryMessage>;
export type EntryLogin = z.infer<typeof EntryLogin>;
export type EntryRequest = z.infer<typeof EntryRequest>;
export type EntryPing = z.infer<typeof EntryPing>;
export type EntryStanding = z.infer<typeof EntryStanding>;
export type EntryAnswer = z.infer<typeof EntryAnswer>;
