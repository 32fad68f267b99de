import { NewOrderSingleLayout as New } from "../../schema/generated/new-order-single.ts";
import { headerBytes } from "../../schema/generated/records.ts";
import { readUint53 } from "../../schema/wire.ts";
import { uint53At } from "./command-buffer.ts";
import { ExtraDouble } from "./order-extras.ts";
import { hasExtraBit, orderShift, OrderWord } from "./order-pool.ts";
import type { OrderPool } from "./order-pool.ts";

/** The connection that a NewOrderSingle names, its block from word `block` on; 0 = none. */
export const namedConnection = (commands: Int32Array, block: number): number => {
  const blockLength = commands[block - 2]! & 0xffff;
  if (blockLength < New.blockLengthV10) return 0;
  return uint53At(commands, block + (New.connectionID >>> 2));
};

/** The connection that brought an open order and asked for a dead-man timer; 0 = none. */
export const connectionOf = ({ hot, extras }: OrderPool, slot: number): number => {
  const traits = hot.wordsOf(slot)[(slot << orderShift) + OrderWord.traits]!;
  return (traits & hasExtraBit) === 0 ? 0 : extras.doubleOf(slot, ExtraDouble.connectionID);
};

/** As namedConnection, of a command as bytes: its block starts at byte `block`. */
export const connectionIn = (command: DataView, block: number): number => {
  const blockLength = command.getUint16(block - headerBytes, true);
  return blockLength < New.blockLengthV10 ? 0 : readUint53(command, block + New.connectionID);
};
