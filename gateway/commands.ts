import { AsyncLocalStorage } from "node:async_hooks";

import { frame } from "../schema/frame.ts";
import type { CancelOnDisconnect } from "../schema/generated/cancel-on-disconnect.ts";
import type { FeeSchedule } from "../schema/generated/fee-schedule.ts";
import type { KeyDefinition } from "../schema/generated/key-definition.ts";
import type { NewOrderList } from "../schema/generated/new-order-list.ts";
import type { NewOrderSingle } from "../schema/generated/new-order-single.ts";
import type { OrderCancelReplaceRequest } from "../schema/generated/order-cancel-replace-request.ts";
import type { OrderCancelRequest } from "../schema/generated/order-cancel-request.ts";
import type { OrderMassCancelRequest } from "../schema/generated/order-mass-cancel-request.ts";
import { BusinessRejectReasonName } from "../schema/generated/enums.ts";
import type { AccountLimits } from "../schema/generated/account-limits.ts";
import type { ActivateSemantics } from "../schema/generated/activate-semantics.ts";
import type { AccountDefinition } from "../schema/generated/account-definition.ts";
import type { SecurityDefinition } from "../schema/generated/security-definition.ts";
import type { SecurityStatus } from "../schema/generated/security-status.ts";
import { partitionOf, symbolHash } from "../schema/hash.ts";
import { symbolHashOf } from "../schema/identity/order-id.ts";
import { newestVersionOf } from "../schema/order-list.ts";
import { hashOfRequest } from "../schema/request-hash.ts";
import { viewOf } from "../schema/wire.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { LogError } from "../ports/log/log.ts";
import type { AppendRecord } from "../ports/log/log.ts";
import { noTracer } from "../ports/telemetry/tracer.ts";
import type { Span, Tracer } from "../ports/telemetry/tracer.ts";
import { refusal } from "./order-answers.ts";
import type { Outcomes, Submitted } from "./outcomes.ts";
import { ApiProblem } from "./problems.ts";
import type { Turn } from "./turns.ts";

/** The parts of a command that this file adds: times, the hash of the rest, the number of the attempt. */
type Stamps = "sendingTime" | "validUntil" | "requestHash" | "attempt";

type Stamped =
  | NewOrderSingle
  | NewOrderList
  | OrderCancelRequest
  | OrderCancelReplaceRequest
  | OrderMassCancelRequest
  | SecurityDefinition
  | SecurityStatus
  | AccountDefinition
  | AccountLimits
  | FeeSchedule
  | CancelOnDisconnect
  | ActivateSemantics
  | KeyDefinition;

type Unstamped<Command> = Command extends Stamped ? Omit<Command, Stamps> : never;

export type UnstampedCommand = Unstamped<Stamped>;

export interface CommandsOptions {
  readonly outcomes: Outcomes;
  readonly clock: Clock;
  readonly tracer?: Tracer;
  readonly partitionCount: number;
  /** A command that is applied later than this after it was sent, is refused. At most 60,000. */
  readonly validForMs: number;
  /** Commands that wait for the log or for their outcome at most, also those given up; cancels may pass it by as many as `cancelsInFlightMax`. */
  readonly inFlightMax: number;
  readonly cancelsInFlightMax: number;
  /** Up to which version of the schema a partition reads commands now. */
  schemaVersionOf(partition: number): number;
}

/** Puts commands on the log and tells what they came to. Throws ApiProblem Overloaded, Closing, NewerVersion or LogUnavailable. */
export class Commands {
  readonly #options: CommandsOptions;
  /** Of the request at hand, where its sender has several on their way. */
  readonly #turns = new AsyncLocalStorage<Turn>();
  #inFlight = 0;
  #closing = false;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** To the partition of the symbol, which is the key. */
  toSymbol(symbol: string, command: UnstampedCommand): Promise<Submitted> {
    const partition = partitionOf(symbolHash(symbol), this.#options.partitionCount);
    return this.#submit(partition, Buffer.from(symbol, "latin1"), command);
  }

  /** To the partition that the orderID names. */
  toOrder(orderID: string, command: UnstampedCommand): Promise<Submitted> {
    const partition = partitionOf(symbolHashOf(orderID), this.#options.partitionCount);
    return this.#submit(partition, null, command);
  }

  toPartition(partition: number, command: UnstampedCommand): Promise<Submitted> {
    return this.#submit(partition, null, command);
  }

  /** To every partition, one result each; not atomic. */
  toAll(command: UnstampedCommand): Promise<readonly Submitted[]> {
    const partitions = Array.from({ length: this.#options.partitionCount }, (_, index) => index);
    return Promise.all(partitions.map((partition) => this.#submit(partition, null, command)));
  }

  /** A command that stands on the log already, with times of its own. */
  async again(partition: number, make: (times: CommandTimes) => Uint8Array): Promise<Submitted> {
    this.#admit(false);
    return this.#append(partition, { key: null, value: make(this.#times()) }, null);
  }

  /** What `run` puts onto the log waits for its turn, and passes it on once it is on its way. */
  inTurn<Value>(turn: Turn, run: () => Promise<Value>): Promise<Value> {
    return this.#turns.run(turn, run);
  }

  /** From now on commands are refused; those on their way are answered. */
  refuseMore(): void {
    this.#closing = true;
  }

  /** Resolves when none is on its way any more: each was answered or given up. */
  async drain(): Promise<void> {
    while (this.#inFlight > 0) await this.#options.clock.sleep(drainPollMs);
  }

  async #submit(
    partition: number,
    key: Uint8Array | null,
    command: UnstampedCommand,
  ): Promise<Submitted> {
    const turn = this.#turns.getStore();
    if (turn !== undefined) await turn.mine;
    this.#admit(isCancel(command));
    const value = this.#encode(command);
    if (versionOf(command, value) > this.#options.schemaVersionOf(partition)) {
      throw new ApiProblem(
        "NewerVersion",
        "It says what the semantics that are active do not have",
      );
    }
    const submitted = this.#append(partition, { key, value }, command);
    turn?.pass();
    return submitted;
  }

  /** `command` is what a trace tells of the record; null where nothing is. */
  async #append(
    partition: number,
    record: AppendRecord,
    command: UnstampedCommand | null,
  ): Promise<Submitted> {
    this.#inFlight++;
    try {
      const span = command === null ? null : this.#startAppend(command);
      const submitted = await this.#options.outcomes.submit(partition, record, span);
      refuseUnread(submitted);
      return submitted;
    } catch (error) {
      if (!(error instanceof LogError)) throw error;
      throw logUnavailable(error);
    } finally {
      this.#inFlight--;
    }
  }

  #admit(isAllowedMore: boolean): void {
    if (this.#closing) {
      throw new ApiProblem("Closing", "The venue is closing and takes no more commands", later);
    }
    const { inFlightMax, cancelsInFlightMax, outcomes } = this.#options;
    const most = isAllowedMore ? inFlightMax + cancelsInFlightMax : inFlightMax;
    if (this.#inFlight + outcomes.unreportedCount >= most) {
      throw new ApiProblem("Overloaded", "Too many commands wait for their outcome", later);
    }
  }

  /** Null unless the request is traced. */
  #startAppend(command: UnstampedCommand): Span | null {
    const { tracer = noTracer } = this.#options;
    const { current } = tracer;
    if (current === null) return null;
    const attributes = { command: command.kind, ...identities(command) };
    current.set(attributes);
    return tracer.startSpan("orders append", current.traceparent, { kind: "producer", attributes });
  }

  #times(): CommandTimes {
    const sendingTime = this.#options.clock.now();
    return { sendingTime, validUntil: sendingTime + this.#options.validForMs };
  }

  #encode(command: UnstampedCommand): Uint8Array {
    const stamped = { ...command, ...this.#times(), attempt: 0, requestHash: noHash };
    return frame({ ...stamped, requestHash: hashOfRequest(stamped) });
  }
}

/** The newest version of the schema in which the command, or one of its items, is written. */
function versionOf(command: UnstampedCommand, value: Uint8Array): number {
  const ofItems = command.kind === "NewOrderList" ? newestVersionOf(command.items) : 0;
  return Math.max(viewOf(value).getUint16(6, true), ofItems);
}

/** Throws the refusal of a command that the engine did not look into: nothing in its outcome names the command. */
function refuseUnread({ body, partition }: Submitted): void {
  const event = body?.events.find((each) => each.kind === "BusinessMessageReject");
  if (body === null || event?.kind !== "BusinessMessageReject" || event.refTemplateId !== 0) return;
  throw refusal(BusinessRejectReasonName[event.businessRejectReason], { body, partition });
}

/** When a command is sent and until when it is wanted, in ms. */
export interface CommandTimes {
  readonly sendingTime: number;
  readonly validUntil: number;
}

const drainPollMs = 10;
const noHash = "0000000000000000";
const later = { headers: { "retry-after": "1" } };

function isCancel({ kind }: UnstampedCommand): boolean {
  return (
    kind === "OrderCancelRequest" ||
    kind === "OrderMassCancelRequest" ||
    kind === "CancelOnDisconnect"
  );
}

function identities(command: UnstampedCommand): Record<string, string> {
  return {
    ...("clOrdID" in command ? { clOrdID: command.clOrdID } : {}),
    ...("orderID" in command ? { orderID: command.orderID } : {}),
  };
}

function logUnavailable(cause: LogError): ApiProblem {
  const problem = new ApiProblem(
    "LogUnavailable",
    "The log did not confirm the command, which may stand on it or not: look the order up, or send the same clOrdID again",
    later,
  );
  problem.cause = cause;
  return problem;
}
