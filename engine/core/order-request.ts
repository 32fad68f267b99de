/** What a NewOrderSingle asks for, once its checks have read it. One object, filled anew for each; ids, hash and text stay in the message. */
export class OrderRequest {
  side = 0;
  isLimit = false;
  timeInForce = 0;
  /** GTC or GTD: what is left of it rests. */
  mayRest = false;
  /** Never Default: that takes the instrument's. */
  selfTradePrevention = 0;
  isPostOnly = false;
  price = 0;
  orderQty = 0;
  isByCash = false;
  expireTime = 0;
}
