import type { LogRecord } from "../ports/log/log.ts";
import { ManualClock } from "../ports/clock/clock-manual.ts";
import { decodeFrame, frame } from "../schema/frame.ts";
import type { DeadLetter } from "../schema/generated/dead-letter.ts";
import { DeadReasonName } from "../schema/generated/enums.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import type { AnyMessage, Command } from "../schema/generated/records.ts";
import type { RetryLetter } from "../schema/generated/retry-letter.ts";
import { Topic } from "../schema/topics.ts";
import { accountDefinition, newOrderSingle, securityDefinition } from "./commands.fixture.ts";
import type { EngineHost, EngineHostOptions } from "./host.ts";
import { Partition, until } from "./partition.fixture.ts";
import type { TestHost } from "./partition.fixture.ts";

export const symbol = "LATE-USD";
export const accountID = 7;

/** A partition on a clock that tests move, with an account and no instrument. */
export class LetterRig {
  readonly clock = new ManualClock();
  readonly made = new Partition({ clock: this.clock });

  constructor() {
    this.send(accountDefinition(accountID));
  }

  host(options: Partial<EngineHostOptions> = {}): TestHost {
    return this.made.host(options);
  }

  async serve(options: Partial<EngineHostOptions> = {}): Promise<TestHost> {
    const started = this.host(options);
    await started.host.start();
    return started;
  }

  send(...commands: readonly (Command | Uint8Array)[]): void {
    this.made.append(commands);
  }

  /** An order for the instrument that is not there yet. */
  order(changes: Partial<Omit<NewOrderSingle, "kind">> = {}): NewOrderSingle {
    const sendingTime = this.clock.now();
    const times = { sendingTime, validUntil: sendingTime + 60_000 };
    return newOrderSingle({ symbol, accountID, price: 100 }, { ...times, ...changes });
  }

  list(): void {
    this.send({ ...securityDefinition(symbol), sendingTime: this.clock.now() });
  }

  tick(): void {
    this.send({ kind: "TimeTick", sendingTime: this.clock.now() });
  }

  /** Every command so far has its outcome, and every letter of theirs stands. */
  async settled({ host }: { readonly host: EngineHost }): Promise<void> {
    await this.caughtUp(host);
    const wanted = this.told().filter((line) =>
      /^(Deferred|DeadLettered|unread)/.test(line),
    ).length;
    await until(() => letterCount(host) >= wanted);
  }

  /** Lets the back-off end, once the relay sleeps on it, and waits for what comes of it. */
  async backOff(started: TestHost, ms: number): Promise<void> {
    const before = this.made.orders.length;
    await until(() => started.host.stats!.relay.waitingCount > 0);
    this.clock.advance(ms);
    await until(() => this.made.orders.length > before);
    await this.caughtUp(started.host);
  }

  /** Every command so far has its outcome; more may come meanwhile. */
  async caughtUp(host: EngineHost): Promise<void> {
    const last = this.made.orders.at(-1)?.offset ?? -1;
    await until(() => host.stats!.commandOffset >= last);
    await until(() => host.stats!.foldedSeqNum === host.stats!.seqNum);
  }

  /** What the partition's orders came to, in words. */
  told(): string[] {
    return this.made.bodies().flatMap(({ events }) =>
      events.flatMap((event) => {
        switch (event.kind) {
          case "Deferred":
            return [`Deferred at ${event.attempt}`];
          case "DeadLettered":
            return [`DeadLettered after ${event.attempts} ${DeadReasonName[event.deadReason]}`];
          case "OrderAccepted":
            return [`OrderAccepted of ${event.firstSeqNum}`];
          case "OrderRejected":
            return [`OrderRejected ${event.ordRejReason}`];
          case "Duplicate":
            return [`Duplicate ${event.decision}`];
          case "BusinessMessageReject":
            return event.refTemplateId === 0 ? [`unread ${event.businessRejectReason}`] : [];
          default:
            return [];
        }
      }),
    );
  }

  retryLetters(topic: Topic): RetryLetter[] {
    return this.#messages(topic).filter((message) => message.kind === "RetryLetter");
  }

  deadLetters(): DeadLetter[] {
    return this.#messages(Topic.DeadLetters).filter((message) => message.kind === "DeadLetter");
  }

  /** By their names, copies left out. */
  deadLetterNames(): string[] {
    return [
      ...new Set(this.deadLetters().map(({ partition, seqNum }) => `${partition}:${seqNum}`)),
    ];
  }

  #messages(topic: Topic): AnyMessage[] {
    return this.made.disk.records[topic].map(({ value }) => {
      const decoded = decodeFrame(value);
      if (!decoded.ok) throw new Error(decoded.error);
      return decoded.message;
    });
  }
}

function letterCount(host: EngineHost): number {
  const { retryLetterCount = 0, deadLetters = [] } = host.stats?.relay ?? {};
  return deadLetters.reduce((total, { count }) => total + count, retryLetterCount);
}

export function recordOf(made: Partition, offset: number): LogRecord {
  const record = made.orders.find((each) => each.offset === offset);
  if (record === undefined) throw new Error(`There is no command at ${offset}`);
  return record;
}

export function quarantineFrame(commandOffset: number, commandHash: string): Uint8Array {
  const said = { operator: "operator", reason: "it breaks the engine" };
  return frame({ kind: "Quarantine", partition: 0, commandOffset, commandHash, ...said });
}
