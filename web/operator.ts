import type { ListedAccount, ListedInstrument, ListedPartition } from "../schema/http/admin.ts";
import type { ListedDeadLetter } from "../schema/http/dead-letters.ts";
import type { Readiness } from "../schema/http/operations.ts";
import { AsidePanel } from "./aside-panel.ts";
import { keyIDOf, operatorTokenOf } from "./credentials.ts";
import { grouped } from "./decimals.ts";
import { element, setText, timeOfDay } from "./elements.ts";
import { LetterPanel } from "./letter-panel.ts";
import { LettersPanel } from "./letters-panel.ts";
import { PartitionsPanel } from "./partitions-panel.ts";
import { SignIn } from "./sign-in.ts";
import { StatesPanel } from "./states-panel.ts";
import { switchTheme } from "./theme.ts";
import {
  accountQuestion,
  accountState,
  instrumentQuestion,
  instrumentState,
} from "./state-questions.ts";
import { refusalText, VenueApi } from "./venue-api.ts";
import type { Refusal, VenueAnswer } from "./venue-api.ts";

const lookEveryMs = 2000;
const nobody: ReadonlySet<number> = new Set([401, 403]);

/** What one look at the venue brings. */
interface Lists {
  readonly deadLetters: readonly ListedDeadLetter[];
  readonly partitions: readonly ListedPartition[];
  readonly instruments: readonly ListedInstrument[];
  readonly accounts: readonly ListedAccount[];
}

/** The operator's page: looks at the venue again and again, and wires what is done to the admin API. */
class OperatorDesk {
  readonly #signIn = new SignIn({ onToken: (token) => this.#enter(token) });
  readonly #letters = new LettersPanel({ onPick: (id) => this.#pick(id) });
  readonly #letter = new LetterPanel({
    api: () => this.#api,
    instruments: () => this.#instruments,
    onActed: () => void this.#look(),
    onClosed: (id) => {
      this.#letters.mark(null);
      this.#letters.focus(id);
    },
  });
  readonly #partitions = new PartitionsPanel({ onSuspect: (place) => this.#aside.suspect(place) });
  readonly #aside = new AsidePanel({ api: () => this.#api, onActed: () => void this.#look() });
  readonly #instrumentStates = new StatesPanel({
    id: "instruments",
    none: "none is listed yet",
    question: instrumentQuestion(() => this.#api),
    onActed: () => void this.#look(),
  });
  readonly #accountStates = new StatesPanel({
    id: "accounts",
    none: "none is open yet",
    question: accountQuestion(() => this.#api),
    onActed: () => void this.#look(),
  });
  #api = new VenueApi(null);
  #instruments: readonly ListedInstrument[] = [];
  #signedIn = false;
  #looking = false;
  #round = 0;

  run(): void {
    element("theme", HTMLButtonElement).addEventListener("click", switchTheme);
    addEventListener("hashchange", () => this.#begin());
    document.addEventListener("visibilitychange", () => void this.#lookIfSeen());
    setInterval(() => void this.#lookIfSeen(), lookEveryMs);
    this.#begin();
  }

  #begin(): void {
    const token = operatorTokenOf(location.hash);
    if (token === null) return this.#leave("This page needs the operator's token.");
    this.#enter(token);
  }

  #enter(token: string): void {
    this.#api = new VenueApi(token);
    this.#signedIn = true;
    this.#signIn.hide();
    setText(element("signed-in", HTMLElement), `signed in as ${keyIDOf(token)}`);
    void this.#look();
  }

  #leave(why: string): void {
    this.#signedIn = false;
    setText(element("signed-in", HTMLElement), "");
    setText(element("connection", HTMLElement), "not signed in");
    this.#signIn.show(why);
  }

  #pick(deadLetterID: string): void {
    this.#letters.mark(deadLetterID);
    void this.#letter.open(deadLetterID);
  }

  async #lookIfSeen(): Promise<void> {
    if (document.visibilityState === "visible" && !this.#looking) await this.#look();
  }

  /** Reads everything anew. A look that was overtaken by a later one is dropped. */
  async #look(): Promise<void> {
    if (!this.#signedIn) return;
    const api = this.#api;
    const round = ++this.#round;
    this.#looking = true;
    const [readiness, ...answers] = await Promise.all([
      api.readiness(),
      api.get<Pick<Lists, "deadLetters">>("/v1/admin/dead-letters"),
      api.get<Pick<Lists, "partitions">>("/v1/admin/partitions"),
      api.get<Pick<Lists, "instruments">>("/v1/admin/instruments"),
      api.get<Pick<Lists, "accounts">>("/v1/admin/accounts"),
    ]);
    if (round !== this.#round) return;
    this.#looking = false;
    const refusal = answers.find((answer) => !answer.ok)?.refusal;
    if (refusal !== undefined && nobody.has(refusal.status)) {
      return this.#leave(refusalText({ refusal }));
    }
    this.#showConnection(answers, refusal);
    showReadiness(readiness);
    const bodies = answers.map((answer) => (answer.ok ? answer.body : {}));
    this.#show(Object.assign({}, ...bodies) as Partial<Lists>);
  }

  #show({ deadLetters, partitions, instruments, accounts }: Partial<Lists>): void {
    if (instruments !== undefined) {
      this.#instruments = instruments;
      this.#instrumentStates.show(instruments.map(instrumentState));
    }
    if (accounts !== undefined) this.#accountStates.show(accounts.map(accountState));
    if (partitions !== undefined) {
      this.#partitions.show(partitions);
      this.#aside.offer(partitions.length);
      showWaiting(partitions);
    }
    if (deadLetters === undefined) return;
    this.#letters.show(deadLetters);
    this.#letter.update(deadLetters);
    showOpenCount(deadLetters.filter(({ resolved }) => resolved === undefined).length);
  }

  /** What could not be read stays as it was seen last: the line at the foot says so. */
  #showConnection(answers: readonly VenueAnswer<unknown>[], refusal: Refusal | undefined): void {
    const isLost = refusal?.status === 0;
    const line = element("connection", HTMLElement);
    setText(line, isLost ? "lost" : "live");
    line.dataset["state"] = isLost ? "lost" : "live";
    const trouble = refusal === undefined ? "" : `${refusalText({ refusal })} ${stale}`;
    setText(element("trouble", HTMLElement), trouble);
    if (isLost) return;
    setText(element("last-look", HTMLElement), timeOfDay(new Date().toISOString()));
    const slowest = Math.max(...answers.map(({ ms }) => ms));
    setText(element("answer-ms", HTMLElement), `${slowest.toFixed(0)} ms`);
  }
}

const stale = "Shown as last seen; looking again every two seconds.";

function showReadiness(readiness: Readiness | null): void {
  const status = element("venue-status", HTMLElement);
  const state = readiness?.status ?? "no answer";
  setText(status, state);
  status.dataset["state"] = state === "ready" ? "live" : "lost";
  const reads = element("venue-reads", HTMLElement);
  setText(reads, readiness === null ? "—" : readiness.reads ? "up" : "away");
  reads.dataset["alert"] = String(readiness?.reads === false);
}

function showOpenCount(count: number): void {
  const open = element("open-count", HTMLElement);
  setText(open, String(count));
  open.dataset["alert"] = String(count > 0);
  document.title = `${count > 0 ? `(${count}) ` : ""}operator · orderbook`;
}

/** Of all partitions that this is known of. */
function showWaiting(partitions: readonly ListedPartition[]): void {
  const waiting = partitions.reduce((total, { waitingCount = 0 }) => total + waitingCount, 0);
  const isKnown = partitions.every(({ waitingCount }) => waitingCount !== undefined);
  const count = grouped(String(waiting));
  setText(element("waiting-count", HTMLElement), isKnown ? count : `${count} or more`);
}

new OperatorDesk().run();
