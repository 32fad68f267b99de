import { NewOrderSingleLayout } from "../../schema/generated/new-order-single.ts";
import { OrderCancelReplaceRequestLayout } from "../../schema/generated/order-cancel-replace-request.ts";
import { OrderCancelRequestLayout } from "../../schema/generated/order-cancel-request.ts";
import type { EventBuffer } from "./event-buffer.ts";
import { cancelPlain } from "./plain-cancel.ts";
import { enterPlain } from "./plain-order.ts";
import { replacePlain } from "./plain-replace.ts";
import type { PartitionState } from "./state.ts";

/** A command whose block starts at word `block`, where there is a straight way for it; false, and nothing is changed, where there is none. */
export const applyPlain = (
  state: PartitionState,
  templateId: number,
  commands: Int32Array,
  block: number,
  out: EventBuffer,
): boolean => {
  switch (templateId) {
    case NewOrderSingleLayout.templateId:
      return enterPlain(state, commands, block, out);
    case OrderCancelRequestLayout.templateId:
      return cancelPlain(state, commands, block, out);
    case OrderCancelReplaceRequestLayout.templateId:
      return replacePlain(state, commands, block, out);
    default:
      return false;
  }
};
