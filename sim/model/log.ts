import { foldRecord, unread } from "./fold.ts";
import type { Variant } from "./variants.ts";
import type { Folded, FoldState, OutputRecord } from "./world.ts";

/**
 * What stands on order-events. Logs grow like the branches of one tree: two of them with the same records are one object, with one `id`,
 * and what they come to is worked out once.
 */
export class Log {
  readonly id: number;
  readonly list: readonly OutputRecord[];
  /** The fold from the first record, and each body where it was folded, by seqNum - 1. */
  readonly truth: FoldState;
  readonly history: readonly Folded[];
  readonly #tree: Tree;
  readonly #grown = new Map<string, Log>();

  private constructor(tree: Tree, parts: Pick<Log, "list" | "truth" | "history">) {
    this.#tree = tree;
    this.id = tree.count++;
    this.list = parts.list;
    this.truth = parts.truth;
    this.history = parts.history;
  }

  /** A tree of its own; `variant` is how its fold is broken. */
  static empty(variant: Variant | null): Log {
    const tree: Tree = { count: 0, variant, root: null };
    tree.root = new Log(tree, { list: [], truth: unread, history: [] });
    return tree.root;
  }

  append(record: OutputRecord): Log {
    const known = this.#grown.get(record.text);
    if (known !== undefined) return known;
    const truth = foldRecord(this.truth, record, this.#tree.variant);
    const { position, pending } = truth;
    const applied = position !== null && position !== this.truth.position;
    const history = applied ? [...this.history, { position, pending }] : this.history;
    const grown = new Log(this.#tree, { list: [...this.list, record], truth, history });
    this.#grown.set(record.text, grown);
    return grown;
  }

  /** Its first records. */
  cutTo(end: number): Log {
    let log = this.#tree.root ?? this;
    for (const record of this.list.slice(0, end)) log = log.append(record);
    return log;
  }
}

interface Tree {
  count: number;
  root: Log | null;
  readonly variant: Variant | null;
}
