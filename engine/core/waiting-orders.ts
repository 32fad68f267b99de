import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { readUuid } from "../../schema/wire.ts";
import { attemptOf, EntryDouble } from "./id-entry.ts";
import type { PartitionState } from "./state.ts";

/** A deferred order as those see it who bring it again. */
export interface WaitingOrder {
  readonly orderID: string;
  readonly firstSeqNum: number;
  /** Of its first attempt. */
  readonly commandOffset: number;
  /** At which it is deferred. */
  readonly attempt: number;
  readonly validUntil: number;
}

export const waitingOrders = ({ deferred, window }: PartitionState): WaitingOrder[] => {
  return deferred.inOrderOfEntry().map(({ entry, said, firstSeqNum, validUntil }) => {
    return {
      orderID: readUuid(said, New.orderID),
      firstSeqNum,
      commandOffset: window.doubleOf(entry, EntryDouble.commandOffset),
      attempt: attemptOf(window.outcomeOf(entry)),
      validUntil,
    };
  });
};
