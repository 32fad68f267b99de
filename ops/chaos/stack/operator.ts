import { Side } from "../../../schema/generated/enums.ts";
import type { NewOrderSingle } from "../../../schema/generated/new-order-single.ts";
import { orderIDOf } from "../../../schema/identity/order-id.ts";
import type { SeededRandom } from "../../seeded-random.ts";
import { problemCode } from "../../venue-client.ts";
import type { Answer, VenueClient } from "../../venue-client.ts";
import type { Violation } from "../journal-check.ts";
import type { Journal } from "../journal.ts";
import type { LetterAudit } from "./letter-audit.ts";

interface OpenLetter {
  readonly deadLetterID: string;
  readonly deadReason: string;
}

type DeadOrder = Pick<NewOrderSingle, "accountID" | "symbol" | "side" | "price" | "orderQty">;
type Resolution = "Replayed" | "Discarded";

const reason = "chaos";
/** The operator's number in the journal. */
const ownClient = -2;

/** Acts on dead letters and sets commands aside, and remembers what the venue said to it. */
export class Operator {
  readonly #admin: VenueClient;
  readonly #journal: Journal;
  /** What was confirmed, by the letter's name. */
  readonly #confirmed = new Map<string, Resolution>();
  #replayCount = 0;
  #discardCount = 0;
  #quarantineCount = 0;

  /** The journal gets the orders that a replay may bring about. */
  constructor(admin: VenueClient, journal: Journal) {
    this.#admin = admin;
    this.#journal = journal;
  }

  get counts(): { replays: number; discards: number; quarantines: number } {
    return {
      replays: this.#replayCount,
      discards: this.#discardCount,
      quarantines: this.#quarantineCount,
    };
  }

  /** Replays or discards one open letter, where there is one and the venue answers. */
  async resolveOne(random: SeededRandom): Promise<void> {
    const listed = await this.#ask(() => this.#admin.get("/v1/admin/dead-letters?open=true"));
    const letters = (listed?.body["deadLetters"] ?? []) as readonly OpenLetter[];
    const letter = letters[random.integer(0, letters.length - 1)];
    if (letter === undefined) return;
    const isOrder = letter.deadReason === "UnknownSymbol" || letter.deadReason === "TooLateToEnter";
    if (isOrder && random.next() < 0.7) await this.#replay(letter.deadLetterID);
    else await this.#discard(letter.deadLetterID);
  }

  /** Sets a command aside. Resolves with whether it came in time. */
  async quarantine(partition: number, commandOffset: number): Promise<boolean> {
    const body = { partition, commandOffset, reason };
    const answer = await this.#ask(() => this.#admin.post("/v1/admin/quarantines", body));
    if (answer?.status !== 201) return false;
    this.#quarantineCount++;
    return true;
  }

  /** What was confirmed must stand on orders.dlq; to be asked after the audits have read it. */
  check(letters: readonly LetterAudit[]): Violation[] {
    return Array.from(this.#confirmed).flatMap(([id, resolution]) => {
      const [partition = -1, seqNum = -1] = id.split(":").map(Number);
      const standing = letters[partition]?.resolutions.get(seqNum);
      if (standing !== undefined) return [];
      const detail = `${id} was answered ${resolution}, and orders.dlq says nothing of it`;
      return [{ promise: "OperatorIsHeard", detail }];
    });
  }

  /** A dead order is answered with its fate, which may be a refusal once more. */
  async #replay(id: string): Promise<void> {
    const letter = `/v1/admin/dead-letters/${id}`;
    const inspected = await this.#ask(() => this.#admin.get(letter));
    if (inspected?.status !== 200) return;
    this.#expectAnew(id, inspected.body["command"] as DeadOrder);
    const path = `${letter}/replay`;
    const answer = await this.#ask(() => this.#admin.post(path, { reason, late: true }));
    if (answer === null || answer.status === 202 || answer.status >= 500) return;
    if (problemCode(answer) === "DeadLetterResolved") return;
    this.#confirmed.set(id, "Replayed");
    this.#replayCount++;
  }

  /** An order that the id window has forgotten comes again under a clOrdID that is made from its letter's name. */
  #expectAnew(id: string, { accountID, symbol, side, price, orderQty }: DeadOrder): void {
    const clOrdID = `dlq-${id.replace(":", "-")}`;
    const orderID = orderIDOf(accountID, symbol, clOrdID);
    const terms = { side: side === Side.Buy ? "Buy" : "Sell", price, orderQty } as const;
    const manner = { timeInForce: "GTC", postOnly: false } as const;
    const request = { kind: "Place", symbol, clOrdID, orderID, ...terms, ...manner } as const;
    this.#journal.begin({ client: ownClient, accountID, request });
  }

  async #discard(id: string): Promise<void> {
    const path = `/v1/admin/dead-letters/${id}/discard`;
    const answer = await this.#ask(() => this.#admin.post(path, { reason }));
    if (answer?.status !== 200) return;
    this.#confirmed.set(id, "Discarded");
    this.#discardCount++;
  }

  /** Null where the venue is away: an operator tries again another day. */
  async #ask(request: () => Promise<Answer>): Promise<Answer | null> {
    try {
      return await request();
    } catch {
      return null;
    }
  }
}
