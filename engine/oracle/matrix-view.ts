import {
  BusinessRejectReasonName,
  CancelReason,
  CancelReasonName,
  CxlRejReasonName,
  OrdRejReasonName,
  OrdStatusName,
  TradingStateName,
} from "../../schema/generated/enums.ts";
import type { OrderCanceled } from "../../schema/generated/order-canceled.ts";
import type { OrderReplaced } from "../../schema/generated/order-replaced.ts";
import type { Event } from "../../schema/generated/records.ts";
import type { MatrixRow } from "./matrix.ts";
import { orderIDOf } from "./scenario.ts";

/** An order as its owner knows it from what was sent. */
interface KnownOrder {
  /** The ClOrdID that stands: of the order, or of the last replace that was accepted. */
  clOrdID: string;
  orderQty: number;
  cumQty: number;
  leavesQty: number;
  ordStatus: string;
}

interface Request {
  readonly clOrdID: string;
  readonly origClOrdID: string;
}

const nothing: MatrixRow = {
  received: "",
  sent: "",
  execType: "",
  ordStatus: "",
  orderQty: "",
  cumQty: "",
  leavesQty: "",
  lastQty: "",
  comment: "",
};

/** A client's side of a matrix: which messages its orders are named by, and the rows that events come to. */
export class MatrixView {
  readonly #accountID: number;
  /** By ClOrdID the number of the order that it names. */
  readonly #numbers = new Map<string, number>();
  readonly #requests = new Map<string, Request>();
  readonly #orders = new Map<string, KnownOrder>();

  constructor(accountID: number) {
    this.#accountID = accountID;
  }

  /** The number of an order that is entered under a ClOrdID: the same for the same. */
  enter(clOrdID: string): number {
    const number = this.#numbers.get(clOrdID) ?? this.#numbers.size + 1;
    this.#numbers.set(clOrdID, number);
    return number;
  }

  /** The order that a ClOrdID names, or one that nobody has. */
  orderOf(clOrdID: string): number {
    return this.#numbers.get(clOrdID) ?? 999;
  }

  /** The commandID of a request; its ClOrdID names the order from now on. */
  command(clOrdID: string, origClOrdID: string): string {
    const commandID = `000000c1-0000-8000-8000-${clOrdID.charCodeAt(0).toString(16).padStart(12, "0")}`;
    this.#requests.set(commandID, { clOrdID, origClOrdID });
    this.#numbers.set(clOrdID, this.orderOf(origClOrdID));
    return commandID;
  }

  received(message: string, comment: string): MatrixRow {
    return { ...nothing, received: message, comment };
  }

  /** What a read of the order says: what the events about it have come to. */
  status(clOrdID: string): MatrixRow {
    const orderID = orderIDOf(this.orderOf(clOrdID));
    if (this.#orders.has(orderID)) return this.#standing(orderID, "OrderStatus");
    return { ...this.#execution(clOrdID, "OrderStatus", "Rejected"), comment: "UnknownOrder" };
  }

  /** What the client, and everybody, is sent. */
  sent(events: readonly Event[]): MatrixRow[] {
    const request = events.length === 0 ? null : this.#requestOf(events);
    return events.flatMap((event) => this.#row(event, request));
  }

  #row(event: Event, request: Request | null): MatrixRow[] {
    if (event.kind === "SecurityStatusChanged") {
      return [
        { ...nothing, sent: "Security Status", comment: TradingStateName[event.tradingState] },
      ];
    }
    if (event.kind === "Trade" || event.kind === "SelfTradePrevented") {
      return [
        ...this.#quantities(event, event.takerOrderID, event.takerLeavesQty),
        ...this.#quantities(event, event.makerOrderID, event.makerLeavesQty),
      ];
    }
    if (!("accountID" in event) || event.accountID !== this.#accountID) return [];
    switch (event.kind) {
      case "OrderAccepted":
        return [this.#accepted(event)];
      case "OrderRejected":
        return [
          {
            ...this.#execution(event.clOrdID, "Rejected", "Rejected"),
            orderQty: `${event.orderQty}`,
            cumQty: "0",
            leavesQty: "0",
            lastQty: "0",
            comment: OrdRejReasonName[event.ordRejReason],
          },
        ];
      case "OrderReplaced":
        return [this.#replaced(event)];
      case "OrderCanceled":
        return [this.#canceled(event, request)];
      case "OrderTriggered":
        return [this.#standing(event.orderID, "Triggered")];
      case "OrderCancelReject":
        return [
          this.#cancelReject(event.orderID, event.commandID, CxlRejReasonName[event.cxlRejReason]),
        ];
      case "Duplicate":
        return [
          {
            ...nothing,
            sent: "Duplicate",
            comment: event.conflict
              ? "another request under this ClOrdID"
              : "the first one's outcome stands",
          },
        ];
      case "BusinessMessageReject":
        return [
          {
            ...nothing,
            sent: "Business Message Reject",
            comment: BusinessRejectReasonName[event.businessRejectReason],
          },
        ];
      default:
        return [];
    }
  }

  #accepted({ orderID, clOrdID, orderQty }: Event & { kind: "OrderAccepted" }): MatrixRow {
    const order = { clOrdID, orderQty, cumQty: 0, leavesQty: orderQty, ordStatus: "New" };
    this.#orders.set(orderID, order);
    return this.#standing(orderID, "New");
  }

  #quantities(
    event: Event & { kind: "Trade" | "SelfTradePrevented" },
    orderID: string,
    leavesQty: number,
  ): MatrixRow[] {
    const order = this.#orders.get(orderID);
    if (order === undefined) return [];
    order.leavesQty = leavesQty;
    if (event.kind === "SelfTradePrevented") {
      const comment = `${event.preventedQty} prevented`;
      return [{ ...this.#standing(orderID, "Restated"), comment }];
    }
    const status = orderID === event.makerOrderID ? event.makerOrdStatus : event.takerOrdStatus;
    order.cumQty += event.lastQty;
    order.ordStatus = OrdStatusName[status];
    return [{ ...this.#standing(orderID, "Trade"), lastQty: `${event.lastQty}` }];
  }

  #replaced({
    orderID,
    clOrdID,
    orderQty,
    leavesQty,
    cumQty,
    keptPriority,
  }: OrderReplaced): MatrixRow {
    const before = this.#orders.get(orderID)?.clOrdID ?? "";
    const ordStatus = cumQty > 0 ? "PartiallyFilled" : "New";
    this.#orders.set(orderID, { clOrdID, orderQty, cumQty, leavesQty, ordStatus });
    const sent = `Execution(${clOrdID},${before})`;
    const comment = keptPriority ? "keeps its place" : "loses its place";
    return { ...this.#standing(orderID, "Replaced"), sent, comment };
  }

  #canceled({ orderID, cumQty, cancelReason }: OrderCanceled, request: Request | null): MatrixRow {
    const order = this.#orders.get(orderID);
    if (order === undefined) throw new Error("A matrix shows the orders that are canceled");
    const isExpired = cancelReason === CancelReason.Expired;
    order.cumQty = cumQty;
    order.leavesQty = 0;
    order.ordStatus = isExpired ? "Expired" : "Canceled";
    const row = this.#standing(orderID, order.ordStatus);
    const isAsked = request !== null && cancelReason === CancelReason.Requested;
    const sent = isAsked ? `Execution(${request.clOrdID},${order.clOrdID})` : row.sent;
    return { ...row, sent, comment: CancelReasonName[cancelReason] };
  }

  #cancelReject(orderID: string, commandID: string, comment: string): MatrixRow {
    const request = this.#requests.get(commandID);
    const order = this.#orders.get(orderID);
    const names = `${request?.clOrdID ?? ""},${request?.origClOrdID ?? ""}`;
    return {
      ...nothing,
      sent: `Cancel Reject(${names})`,
      ordStatus: order?.ordStatus ?? "Rejected",
      comment,
    };
  }

  #standing(orderID: string, execType: string): MatrixRow {
    const order = this.#orders.get(orderID);
    if (order === undefined) throw new Error("A matrix shows orders that were accepted");
    const { clOrdID, ordStatus, orderQty, cumQty, leavesQty } = order;
    return {
      ...this.#execution(clOrdID, execType, ordStatus),
      orderQty: `${orderQty}`,
      cumQty: `${cumQty}`,
      leavesQty: `${leavesQty}`,
      lastQty: "0",
    };
  }

  #execution(clOrdID: string, execType: string, ordStatus: string): MatrixRow {
    return { ...nothing, sent: `Execution(${clOrdID})`, execType, ordStatus };
  }

  /** OrderCanceled does not name its request: it is the last one that was made of the order. */
  #requestOf(events: readonly Event[]): Request | null {
    const canceled = events.find((event) => event.kind === "OrderCanceled");
    if (canceled === undefined) return null;
    const ofOrder = [...this.#requests.values()].filter(
      ({ clOrdID }) => orderIDOf(this.orderOf(clOrdID)) === canceled.orderID,
    );
    return ofOrder.at(-1) ?? null;
  }
}
