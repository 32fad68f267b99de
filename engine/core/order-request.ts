import { ExecInst, OrdType, TimeInForce } from "../../schema/generated/enums.ts";
import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { readUint53 } from "../../schema/wire.ts";

/** What a NewOrderSingle asks for, read once. One object, filled anew for each; ids, hash and text stay in the message. */
export class OrderRequest {
  side = 0;
  isLimit = false;
  timeInForce = 0;
  /** GTC or GTD: what is left of it rests. */
  mayRest = false;
  selfTradePrevention = 0;
  isPostOnly = false;
  price = 0;
  orderQty = 0;
  isByCash = false;
  expireTime = 0;

  read(command: DataView, block: number): void {
    const timeInForce = command.getUint8(block + New.timeInForce);
    this.side = command.getUint8(block + New.side);
    this.isLimit = command.getUint8(block + New.ordType) === OrdType.Limit;
    this.timeInForce = timeInForce;
    this.mayRest = timeInForce === TimeInForce.GTC || timeInForce === TimeInForce.GTD;
    this.selfTradePrevention = command.getUint8(block + New.selfTradePrevention);
    this.isPostOnly = (command.getUint8(block + New.execInst) & ExecInst.postOnly) !== 0;
    this.price = command.getInt32(block + New.price, true);
    this.orderQty = readUint53(command, block + New.orderQty);
    this.isByCash = hasCash(command, block + New.cashOrderQty);
    this.expireTime = readUint53(command, block + New.expireTime);
  }
}

/** Whether the Wide at `at` is above zero; its highest word always is zero. */
function hasCash(command: DataView, at: number): boolean {
  const low = command.getInt32(at, true) | command.getInt32(at + 4, true);
  return (low | command.getInt32(at + 8, true)) !== 0;
}
