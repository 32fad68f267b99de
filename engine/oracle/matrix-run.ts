import { frame } from "../../schema/frame.ts";
import {
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../../schema/generated/enums.ts";
import type { Command, Event } from "../../schema/generated/records.ts";
import { Engine } from "../core/engine.ts";
import { divergenceAt } from "./comparison.ts";
import { CoreSubject } from "./core-subject.ts";
import type { Matrix, MatrixRow } from "./matrix.ts";
import { MatrixView } from "./matrix-view.ts";
import { Scenario } from "./scenario.ts";

/** Runs what a matrix receives through the oracle and the core. Throws where they differ, and where a message cannot be read. */
export function runMatrix({ received }: Matrix): MatrixRow[] {
  const run = new MatrixRun();
  return received.flatMap(({ message, comment }) => run.receive(message, comment));
}

/** The small venue of the table tests, with the core beside the oracle. */
class TwinScenario extends Scenario {
  readonly #core = new CoreSubject(new Engine());

  constructor() {
    super();
    for (const accountID of [client, other]) this.account({ accountID });
    this.define();
  }

  override send(command: Command): readonly Event[] {
    const events = super.send(command);
    const { seqNum, time: appendTime } = this;
    const record = {
      bytes: frame(command),
      commandOffset: 100 + seqNum,
      appendTime,
      seqNum,
    };
    const divergence = divergenceAt(record, events, this.#core);
    if (divergence === null) return events;
    throw new Error(`The core differs from the oracle at seqNum ${seqNum}`);
  }
}

/** Whose messages a matrix shows; and who trades with them. */
const client = 1;
const other = 2;

const millisecondsOf = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 };
const newOrderPattern =
  /^(New Order\((\w+)\)|another:) (Buy|Sell) (\d+) at (\d+)(?: (GTC|IOC|FOK|GTD))?(?: for (\d+) seconds)?(?: (Decrement))?$/;
const replacePattern = /^Replace Request\((\w+),(\w+)\)(?: (\d+))?(?: at (\d+))?$/;

class MatrixRun {
  readonly #scenario = new TwinScenario();
  readonly #view = new MatrixView(client);
  #otherCount = 0;

  receive(message: string, comment: string): MatrixRow[] {
    const [, asked] = /^Status Request\((\w+)\)$/.exec(message) ?? [];
    if (asked !== undefined) {
      return [this.#view.received(message, comment), this.#view.status(asked)];
    }
    const events = this.#events(message);
    return [this.#view.received(message, comment), ...this.#view.sent(events)];
  }

  #events(message: string): readonly Event[] {
    const order = newOrderPattern.exec(message);
    if (order !== null) return this.#newOrder(order);
    const replace = replacePattern.exec(message);
    if (replace !== null) return this.#replace(replace);
    const [, name, orig] = /^Cancel Request\((\w+),(\w+)\)$/.exec(message) ?? [];
    if (name !== undefined && orig !== undefined) {
      return this.#scenario.cancel(this.#view.orderOf(orig), {
        commandID: this.#view.command(name, orig),
      });
    }
    return this.#venue(message);
  }

  #newOrder(found: RegExpExecArray): readonly Event[] {
    const [, , name, side, orderQty, price, timeInForce = "GTC", seconds, mode] = found;
    const changes = {
      timeInForce: TimeInForce[timeInForce as keyof typeof TimeInForce],
      ...(seconds === undefined
        ? {}
        : { expireTime: this.#scenario.time + 1_000 * Number(seconds) }),
      ...(mode === undefined ? {} : { selfTradePrevention: SelfTradePrevention.Decrement }),
      clOrdID: name ?? "",
      requestHash: requestHashOf(Number(orderQty), Number(price)),
      accountID: name === undefined ? other : client,
    };
    const id = name === undefined ? 1_000 + this.#otherCount++ : this.#view.enter(name);
    const sideCode = side === "Buy" ? Side.Buy : Side.Sell;
    return this.#scenario.order(id, sideCode, Number(orderQty), Number(price), changes);
  }

  #replace(found: RegExpExecArray): readonly Event[] {
    const [, name = "", orig = "", orderQty = "0", price = "0"] = found;
    return this.#scenario.replace(this.#view.orderOf(orig), {
      commandID: this.#view.command(name, orig),
      clOrdID: name,
      orderQty: Number(orderQty),
      price: Number(price),
    });
  }

  #venue(message: string): readonly Event[] {
    const [, state] = /^the operator: (Open|Halt|CancelOnly|Closed)$/.exec(message) ?? [];
    if (state !== undefined)
      return this.#scenario.status(TradingState[state as keyof typeof TradingState]);
    if (message === "the operator: Mass Cancel Request")
      return this.#scenario.massCancel({ accountID: 0 });
    const [, count, unit] = /^(\d+) (seconds|minutes|hours) pass$/.exec(message) ?? [];
    if (count === undefined) throw new Error(`Not a message of a matrix: ${message}`);
    this.#scenario.time += Number(count) * millisecondsOf[unit as keyof typeof millisecondsOf];
    return this.#scenario.tick();
  }
}

/** 16 hex digits that differ where an order differs. */
function requestHashOf(orderQty: number, price: number): string {
  return `${orderQty.toString(16)}${price.toString(16).padStart(6, "0")}`.padStart(16, "0");
}
