import { OrdType } from "../../schema/generated/enums.ts";
import { OrderCancelReplaceRequestLayout as Replace } from "../../schema/generated/order-cancel-replace-request.ts";

/** What a NewOrderSingle asks for, once its checks have read it. One object, filled anew for each; ids, hash and text stay in the message. */
export class OrderRequest {
  side = 0;
  ordType = 0;
  /**
   * A limit or market order of the first version, so that it neither waits nor hides, where no band and no cap is looked at. What stands
   * below `expireTime` is only of others.
   */
  isPlain = true;
  isLimit = false;
  timeInForce = 0;
  /** GTC, GTD, Day or AtTheOpening: what is left of it rests. */
  mayRest = false;
  /** Never Default: that takes the instrument's. */
  selfTradePrevention = 0;
  isPostOnly = false;
  price = 0;
  orderQty = 0;
  isByCash = false;
  expireTime = 0;
  stopPx = 0;
  pegOffsetValue = 0;
  displayQty = 0;
  /** 0 = none. */
  connectionID = 0;

  /** Whether it waits for its trigger. */
  get isStop(): boolean {
    return this.ordType === OrdType.Stop || this.ordType === OrdType.StopLimit;
  }

  /** Whether it has a limit once it trades. */
  get hasLimit(): boolean {
    return this.isLimit || this.ordType === OrdType.StopLimit;
  }
}

/** losePriority of a replace in its word, where attempt stands before it. */
const losePriorityMask = 0xff0000;

/** Whether a replace, its block from word `block` on, gives its order's place up whatever it asks for. */
export const losesPriority = (commands: Int32Array, block: number): boolean =>
  (commands[block + (Replace.losePriority >>> 2)]! & losePriorityMask) !== 0;
