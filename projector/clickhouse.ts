import type { Analytics } from "../ports/analytics/analytics.ts";
import type { FoldPosition } from "../ports/log/fold.ts";
import { foldPositionRow } from "./analytics-rows.ts";
import { AnalyticsBlockRows } from "./analytics-block.ts";
import { AnalyticsSource } from "./analytics-source.ts";
import type { BlockIntent } from "./analytics-source.ts";
import type { PlacedBody } from "./postgres.ts";
import { traceparentsOf } from "./store-watch.ts";
import type { StoreWatch } from "./store-watch.ts";

const blockSeqNums = 4096;

/** Bounds of a block that is put together while the fold is behind. */
const longBlock = { seqNums: 16 * blockSeqNums, rows: 50_000 };

/**
 * Folds the bodies of one partition into ClickHouse. A block ends at a TimeTick or at a seqNum divisible by 4096, so the log alone
 * decides its bounds: sent again it has the same token and counts once. Where several such blocks are at hand they go as one, whose
 * bounds are written down first. The position stands in ClickHouse too, after the rows.
 */
export class ClickhouseFold {
  readonly #analytics: Analytics;
  readonly #partition: number;
  readonly #watch: StoreWatch | null;
  #position: FoldPosition | null = null;
  #block: AnalyticsBlockRows;
  /** Log time of the first body that waits in the block in hand, and the trace contexts of the sampled ones. */
  #waitingSince: number | null = null;
  #traceparents: string[] = [];
  /** Bounds that a long block was sent with, perhaps in vain. */
  #intent: BlockIntent | null = null;
  /** First seqNum of the block in hand, and last seqNum folded into it. */
  #first = 1;
  #folded = 0;
  /** Ends that the log sets within the block in hand. */
  #endCount = 0;
  /** False until a block of this run stands: one of an earlier run may have been sent with the log's own bounds, unconfirmed. */
  #mayBeLong = false;
  /** The last body of a block that is being sent. */
  #sending: FoldPosition | null = null;

  constructor(analytics: Analytics, partition: number, watch: StoreWatch | null = null) {
    this.#analytics = analytics;
    this.#partition = partition;
    this.#watch = watch;
    this.#block = new AnalyticsBlockRows(partition);
  }

  /** Of the last body of the last block that stands. */
  get position(): FoldPosition | null {
    return this.#position;
  }

  /** Log time, in milliseconds, of the oldest body that does not stand yet; null where none waits. */
  get waitingSince(): number | null {
    return this.#waitingSince;
  }

  /** Reads where the fold goes on, and what it must know of the past. */
  async load(): Promise<FoldPosition | null> {
    const source = new AnalyticsSource(this.#analytics, this.#partition);
    const saved = await source.position();
    const block = new AnalyticsBlockRows(this.#partition);
    if (saved !== null) {
      const instruments = await source.instruments();
      block.restore(instruments, await source.openOrders(saved.seqNum, instruments));
    }
    this.#intent = await source.blockIntent();
    this.#block = block;
    this.#position = saved;
    this.#folded = saved?.seqNum ?? 0;
    this.#first = this.#folded + 1;
    this.#endCount = 0;
    this.#mayBeLong = false;
    this.#sending = null;
    this.#forgetWaiting();
    return saved;
  }

  /**
   * Applies the next bodies, and sends the blocks that they complete. After AnalyticsError `Unavailable` the same call may be made
   * again. While the fold is `behind`, complete blocks are held back to make a long one.
   */
  async apply(bodies: readonly PlacedBody[], behind: boolean): Promise<void> {
    await this.#send();
    const lastEnd = bodies.findLast(endsBlock)?.position.seqNum ?? null;
    for (const body of bodies) {
      const { position } = body;
      if (position.seqNum <= this.#folded) continue;
      this.#block.add(body);
      this.#waitingSince ??= body.transactTime;
      if (body.headers !== undefined) this.#traceparents.push(...traceparentsOf([body]));
      this.#folded = position.seqNum;
      if (endsBlock(body)) this.#endCount += 1;
      if (!this.#endsHere(body, { lastEnd, behind })) continue;
      this.#sending = position;
      await this.#send();
    }
  }

  #endsHere(body: PlacedBody, batch: { lastEnd: number | null; behind: boolean }): boolean {
    const { seqNum } = body.position;
    const intent = this.#intent;
    if (intent !== null && seqNum < intent.firstSeqNum) return endsBlock(body);
    if (intent !== null && seqNum <= intent.lastSeqNum) return seqNum === intent.lastSeqNum;
    if (!this.#mayBeLong) return endsBlock(body);
    if (seqNum !== batch.lastEnd) return false;
    const isLong = seqNum - this.#first >= longBlock.seqNums || this.#block.count >= longBlock.rows;
    return isLong || !batch.behind;
  }

  /** A block without rows leaves no trace, not even its position: the next one with rows brings it. */
  async #send(): Promise<void> {
    const end = this.#sending;
    if (end === null) return;
    if (this.#block.count > 0) await this.#insertWatched(end);
    this.#position = end;
    this.#block.clear();
    this.#first = end.seqNum + 1;
    this.#endCount = 0;
    this.#sending = null;
    this.#forgetWaiting();
  }

  #forgetWaiting(): void {
    this.#waitingSince = null;
    this.#traceparents = [];
  }

  #insertWatched(end: FoldPosition): Promise<void> {
    if (this.#watch === null) return this.#insert(end);
    return this.#watch.during({ traceparents: this.#traceparents, end }, () => this.#insert(end));
  }

  async #insert(end: FoldPosition): Promise<void> {
    const partition = this.#partition;
    const bounds = { firstSeqNum: this.#first, lastSeqNum: end.seqNum };
    const token = `${partition}-${bounds.firstSeqNum}-${bounds.lastSeqNum}`;
    if (this.#endCount > 1) {
      await this.#insertRow("block_intents", token, { partition, ...bounds });
      this.#intent = bounds;
    }
    await Promise.all(
      this.#block.filled.map(([table, rows]) =>
        this.#analytics.insert({ table, deduplicationToken: `${token}-${table}`, rows }),
      ),
    );
    await this.#insertRow("fold_positions", token, foldPositionRow(partition, end));
    this.#mayBeLong = true;
  }

  async #insertRow(
    table: string,
    token: string,
    row: Readonly<Record<string, string | number>>,
  ): Promise<void> {
    const deduplicationToken = `${token}-${table}`;
    await this.#analytics.insert({ table, deduplicationToken, rows: [row] });
  }
}

/** Where the log itself ends a block. */
function endsBlock(body: PlacedBody): boolean {
  const { events, position } = body;
  return position.seqNum % blockSeqNums === 0 || events.some(({ kind }) => kind === "TimeTicked");
}
