import { CommandBuffer } from "../engine/core/command-buffer.ts";
import {
  AccountStatus,
  OrdType,
  SelfTradePrevention,
  Side,
  TimeInForce,
  TradingState,
} from "../schema/generated/enums.ts";
import { crcBytes } from "../schema/frame.ts";
import { NewOrderSingleLayout } from "../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout } from "../schema/generated/order-cancel-replace-request.ts";
import { OrderCancelRequestLayout } from "../schema/generated/order-cancel-request.ts";
import { encodedBytes, encodeMessage, headerBytes } from "../schema/generated/records.ts";
import type { Command } from "../schema/generated/records.ts";
import { symbolHash } from "../schema/hash.ts";
import { writeUint53 } from "../schema/wire.ts";

const symbol = "STREAM";
const startTime = 1_446_303_600_000;
const zeroUuid = "00000000-0000-0000-0000-000000000000";

/** Offset of the last four bytes of a Uuid: they hold the number of the order or command, most significant byte first. */
const numberOffset = 12;

/**
 * The engine's commands for an order stream. Each kind is encoded once and then only changed where two differ. Buys are on one
 * account and sells on another, so that self-trade prevention never steps in.
 */
export class OrderStreamCommands {
  readonly #newOrder = frameOf(newOrderSingle());
  readonly #cancel = frameOf(orderCancelRequest());
  readonly #replace = frameOf(orderCancelReplaceRequest());
  #commandNumber = 0;

  /** Append time of a command, ms. */
  time(seqNum: number): number {
    return startTime + seqNum;
  }

  /** Accounts and instrument. */
  opening(): CommandBuffer[] {
    return [accountDefinition(1), accountDefinition(2), securityDefinition()].map(frameOf);
  }

  /** `side` as in the stream: 0 = buy, 1 = sell. */
  newOrder(
    order: number,
    side: number,
    price: number,
    orderQty: number,
    isIoc: boolean,
  ): CommandBuffer {
    const { view } = this.#newOrder;
    this.#stamp(view, side);
    const block = headerBytes;
    view.setUint32(block + NewOrderSingleLayout.orderID + numberOffset, order);
    view.setUint8(block + NewOrderSingleLayout.side, side === 0 ? Side.Buy : Side.Sell);
    view.setInt32(block + NewOrderSingleLayout.price, price, true);
    writeUint53(view, block + NewOrderSingleLayout.orderQty, orderQty);
    view.setUint8(
      block + NewOrderSingleLayout.timeInForce,
      isIoc ? TimeInForce.IOC : TimeInForce.GTC,
    );
    return this.#newOrder;
  }

  cancel(order: number, side: number): CommandBuffer {
    const { view } = this.#cancel;
    this.#stamp(view, side);
    view.setUint32(
      headerBytes + OrderCancelRequestLayout.commandID + numberOffset,
      this.#commandNumber,
    );
    view.setUint32(headerBytes + OrderCancelRequestLayout.orderID + numberOffset, order);
    return this.#cancel;
  }

  replace(order: number, side: number, price: number, orderQty: number): CommandBuffer {
    const { view } = this.#replace;
    this.#stamp(view, side);
    const block = headerBytes;
    view.setUint32(
      block + OrderCancelReplaceRequestLayout.commandID + numberOffset,
      this.#commandNumber,
    );
    view.setUint32(block + OrderCancelReplaceRequestLayout.orderID + numberOffset, order);
    view.setInt32(block + OrderCancelReplaceRequestLayout.price, price, true);
    writeUint53(view, block + OrderCancelReplaceRequestLayout.orderQty, orderQty);
    return this.#replace;
  }

  /** The number of the order whose orderID stands at `at`. */
  numberAt(view: DataView, at: number): number {
    return view.getUint32(at + numberOffset);
  }

  #stamp(view: DataView, side: number): void {
    this.#commandNumber += 1;
    view.setUint32(headerBytes + NewOrderSingleLayout.accountID, 1 + side, true);
  }
}

/** A record without its CRC, which an engine does not look at. */
function frameOf(command: Command): CommandBuffer {
  const commands = new CommandBuffer(encodedBytes(command) + crcBytes);
  encodeMessage(command, commands.view, 0);
  return commands;
}

/** The engine's time is at most a minute after the sending time: far enough ahead for the longest stream. */
const shared = {
  sendingTime: startTime + 2 ** 33,
  validUntil: 0,
  requestHash: "0000000000000000",
  accountID: 1,
  attempt: 0,
} as const;

/** Distinct from each other and from every orderID in the first bytes. */
function commandID(first: string): string {
  return first + zeroUuid.slice(first.length);
}

function orderID(): string {
  return symbolHash(symbol).toString(16).padStart(8, "0") + zeroUuid.slice(8);
}

function newOrderSingle(): Command {
  return {
    kind: "NewOrderSingle",
    ...shared,
    orderID: orderID(),
    side: Side.Buy,
    ordType: OrdType.Limit,
    symbol,
    orderQty: 1,
    cashOrderQty: 0n,
    price: 1,
    timeInForce: TimeInForce.GTC,
    selfTradePrevention: SelfTradePrevention.Default,
    execInst: 0,
    expireTime: 0,
    clOrdID: "",
  };
}

function orderCancelRequest(): Command {
  return { kind: "OrderCancelRequest", ...shared, commandID: commandID("01"), orderID: orderID() };
}

function orderCancelReplaceRequest(): Command {
  return {
    kind: "OrderCancelReplaceRequest",
    ...shared,
    commandID: commandID("02"),
    losePriority: true,
    orderID: orderID(),
    orderQty: 1,
    price: 1,
    clOrdID: "",
  };
}

function accountDefinition(accountID: number): Command {
  return {
    kind: "AccountDefinition",
    ...shared,
    accountID,
    commandID: commandID(`03000${accountID}`),
    accountStatus: AccountStatus.Active,
    name: accountID === 1 ? "buys" : "sells",
  };
}

function securityDefinition(): Command {
  return {
    kind: "SecurityDefinition",
    ...shared,
    commandID: commandID("04"),
    accountID: 0,
    priceExponent: 0,
    qtyExponent: 0,
    symbol,
    baseCurrency: "SHARE",
    quoteCurrency: "TICK",
    tickSize: 1,
    selfTradePrevention: SelfTradePrevention.CancelNewest,
    lotSize: 1,
    minOrderQty: 0,
    maxOrderQty: 0,
    tradingState: TradingState.Open,
  };
}
