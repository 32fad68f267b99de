import { partitionOf, symbolHash } from "../../schema/hash.ts";
import { symbolHashOf } from "../../schema/identity/order-id.ts";
import type { Answer } from "../venue-client.ts";

/** What a client asked for. Prices and quantities in units of the chaos instrument. */
export type Request =
  | {
      readonly kind: "Place";
      readonly symbol: string;
      readonly clOrdID: string;
      readonly orderID: string;
      readonly side: "Buy" | "Sell";
      readonly price: number | null;
      readonly orderQty: number;
      readonly timeInForce: "GTC" | "IOC" | "FOK";
      readonly postOnly: boolean;
    }
  | {
      readonly kind: "Replace";
      readonly clOrdID: string;
      readonly orderID: string;
      readonly price: number;
      readonly orderQty: number;
    }
  | { readonly kind: "Cancel"; readonly orderID: string }
  | { readonly kind: "MassCancel"; readonly symbol: string };

export type PlaceRequest = Extract<Request, { kind: "Place" }>;
/** Has an id of its own, so that asking again is safe. */
export type RepeatableRequest = Extract<Request, { clOrdID: string }>;

/** A request and how it went. Times from one monotonic clock of this process, ms. */
export interface Attempt {
  readonly client: number;
  readonly accountID: number;
  readonly request: Request;
  readonly sentAt: number;
  /** Null while it runs, and for ever when the venue died over it. */
  answeredAt: number | null;
  answer: Answer | null;
}

/** Every command of a request goes to one partition. */
export function requestPartition(request: Request, partitionCount: number): number {
  const hash =
    request.kind === "MassCancel" ? symbolHash(request.symbol) : symbolHashOf(request.orderID);
  return partitionOf(hash, partitionCount);
}

/** Everything that clients asked and were told, in the order in which they asked. */
export class Journal {
  readonly attempts: Attempt[] = [];

  begin(attempt: Pick<Attempt, "client" | "accountID" | "request">): Attempt {
    const begun = { ...attempt, sentAt: performance.now(), answeredAt: null, answer: null };
    this.attempts.push(begun);
    return begun;
  }

  end(attempt: Attempt, answer: Answer): void {
    attempt.answeredAt = performance.now();
    attempt.answer = answer;
  }
}

/** Done: carried out. Refused: certainly not carried out. Unknown: either. */
export type Verdict = "Done" | "Refused" | "Unknown";

/** What an answer promises. A connection that broke, 202 and what the server's side failed at promise nothing. */
export function verdictOf({ answer }: Attempt): Verdict {
  if (answer === null || answer.status === 202 || answer.status >= 500) return "Unknown";
  return answer.status < 300 ? "Done" : "Refused";
}
