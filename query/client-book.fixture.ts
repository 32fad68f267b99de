import { StreamMessage } from "../schema/http/reads-stream.ts";
import type { StreamDelta, StreamSnapshot } from "../schema/http/reads-stream.ts";
import { formatDecimal } from "../schema/units.ts";
import type { Book } from "./book.ts";
import type { StreamSocket } from "./stream-connection.ts";

/** What a client knows of a book: it only reads the stream, as a client in another language would from its description. */
export class ClientBook {
  readonly bids = new Map<string, string>();
  readonly asks = new Map<string, string>();
  seqNum = -1;
  snapshotCount = 0;
  deltaCount = 0;

  /** Throws on a hole, and on a checksum that is not this book's. */
  take(message: StreamSnapshot | StreamDelta): void {
    if (message.type === "snapshot") {
      this.bids.clear();
      this.asks.clear();
      this.snapshotCount++;
    } else {
      if (message.prevSeq !== this.seqNum) {
        throw new Error(`A hole: ${message.prevSeq} after ${this.seqNum}`);
      }
      this.deltaCount++;
    }
    this.seqNum = message.seqNum;
    change(this.bids, message.bids);
    change(this.asks, message.asks);
    if (this.checksum() !== message.checksum) throw new Error("Another checksum");
  }

  /** Best first. */
  levels(): { bids: [string, string][]; asks: [string, string][] } {
    const byPrice = (a: [string, string], b: [string, string]) => Number(a[0]) - Number(b[0]);
    return { bids: [...this.bids].sort(byPrice).reverse(), asks: [...this.asks].sort(byPrice) };
  }

  checksum(): number {
    const { bids, asks } = this.levels();
    const levels = [...bids.slice(0, 25), ...asks.slice(0, 25)];
    return Bun.hash.crc32(levels.map((level) => level.join(":")).join(","));
  }
}

function change(side: Map<string, string>, levels: readonly (readonly [string, string])[]): void {
  for (const [price, orderQty] of levels) {
    if (orderQty === "0") side.delete(price);
    else side.set(price, orderQty);
  }
}

/** A book's levels as the stream writes them. */
export function levelTexts({ bids, asks, terms }: Book) {
  const texts = (ladder: Book["bids"]): [string, string][] =>
    Array.from(ladder.levels(Infinity), ({ price, orderQty }) => [
      formatDecimal(price, terms.priceExponent),
      formatDecimal(orderQty, terms.qtyExponent),
    ]);
  return { bids: texts(bids), asks: texts(asks) };
}

/** A socket whose queue fills up when the test says so. Messages are checked against the schema. */
export class TestSocket implements StreamSocket {
  readonly messages: StreamMessage[] = [];
  closed: { code: number; reason: string } | null = null;
  full = false;
  /** Messages sent while the queue was full: they would lie in memory. */
  queuedCount = 0;

  send(text: string): number {
    this.messages.push(StreamMessage.parse(JSON.parse(text)));
    if (!this.full) return text.length;
    this.queuedCount++;
    return -1;
  }

  close(code: number, reason: string): void {
    this.closed = { code, reason };
  }

  /** Messages since the last call. */
  take(): StreamMessage[] {
    return this.messages.splice(0);
  }
}
