import type { FoldedBody } from "../ports/log/fold.ts";
import type { Event } from "../schema/generated/records.ts";
import type { Outcomes } from "./outcomes.ts";
import { reportsOf } from "./private-report.ts";
import { ApiProblem } from "./problems.ts";
import type { Reference } from "./reference.ts";

/** Takes the reports of an account, as messages. */
export interface ReportReader {
  readonly accountID: number;
  report(text: string): void;
}

/** seqNums by partition. */
type Places = ReadonlyMap<number, number>;

/**
 * Private execution reports (schema/http/entry-reports.ts) to whoever has asked for them.
 *
 * Cost: nothing while nobody has asked; then a look at each event, and a report's text once an account.
 */
export class PrivateReports {
  readonly #outcomes: Pick<Outcomes, "heldAfter" | "standings">;
  readonly #reference: Pick<Reference, "security">;
  /** By account; up to where each has been told already, since it has resumed there. */
  readonly #readers = new Map<number, Map<ReportReader, Places>>();

  constructor(
    outcomes: Pick<Outcomes, "heldAfter" | "standings">,
    reference: Pick<Reference, "security">,
  ) {
    this.#outcomes = outcomes;
    this.#reference = reference;
  }

  /** A body that was folded: those of a partition come in order. */
  take(body: FoldedBody, partition: number): void {
    if (this.#readers.size === 0) return;
    for (const accountID of this.#concerned(body)) {
      const text = this.#text(body, partition, accountID);
      if (text === null) continue;
      for (const [reader, told] of this.#readers.get(accountID) ?? []) {
        if (body.position.seqNum > (told.get(partition) ?? 0)) reader.report(text);
      }
    }
  }

  /**
   * Tells what came after these places, then all that comes; without them only that. Says how far the log is. Throws ApiProblem ReportsGone
   * where something in between is not held any more.
   */
  subscribe(reader: ReportReader, from: string | undefined): string {
    const { standings } = this.#outcomes;
    const told = from === undefined ? new Map<number, number>() : placesOf(from, standings.length);
    const missed = [...told].flatMap(([partition, seqNum]) => {
      const bodies = this.#outcomes.heldAfter(partition, seqNum);
      if (bodies === null) throw gone();
      return bodies.flatMap((body) => this.#text(body, partition, reader.accountID) ?? []);
    });
    for (const text of missed) reader.report(text);
    const others = this.#readers.get(reader.accountID) ?? new Map<ReportReader, Places>();
    this.#readers.set(reader.accountID, others.set(reader, told));
    return standings.map(({ partition, seqNum }) => `${partition}:${seqNum}`).join(",");
  }

  unsubscribe(reader: ReportReader): void {
    const others = this.#readers.get(reader.accountID);
    others?.delete(reader);
    if (others?.size === 0) this.#readers.delete(reader.accountID);
  }

  /** The accounts in a body that somebody reads for. */
  #concerned({ events }: FoldedBody): Set<number> {
    const accounts = events.flatMap(accountsOf);
    return new Set(accounts.filter((accountID) => this.#readers.has(accountID)));
  }

  #text(body: FoldedBody, partition: number, accountID: number): string | null {
    const reports = reportsOf(body, partition, accountID, this.#reference);
    return reports === null ? null : JSON.stringify(reports);
  }
}

function accountsOf(event: Event): number[] {
  if (event.kind === "Trade") return [event.makerAccountID, event.takerAccountID];
  return "accountID" in event ? [event.accountID] : [];
}

/** The text has the form of a Position. Throws ApiProblem. */
function placesOf(text: string, partitionCount: number): Places {
  const places = new Map<number, number>();
  for (const part of text.split(",")) {
    const [partition = -1, seqNum = -1] = part.split(":").map(Number);
    const isGood = partition < partitionCount && Number.isSafeInteger(seqNum);
    if (!isGood || places.has(partition)) {
      throw new ApiProblem("InvalidRequest", "The request does not have the form that it should", {
        errors: [{ pointer: "/from", detail: "each partition of this log once, at most" }],
      });
    }
    places.set(partition, seqNum);
  }
  return places;
}

function gone(): ApiProblem {
  return new ApiProblem(
    "ReportsGone",
    "What came since is not held any more: read orders and fills, and go on from their position",
  );
}
