import { completes, completionKey } from "./completion.ts";
import { Promised } from "./promises.ts";
import { describeStep } from "./story.ts";
import { stepsOf } from "./steps.ts";
import { take } from "./take.ts";
import { Variant } from "./variants.ts";
import { firstWorld, keyOf } from "./world.ts";
import type { Budget, World } from "./world.ts";

export interface ExploreOptions {
  readonly budget: Budget;
  /** One thing done wrong; null is the protocol. */
  readonly variant: Variant | null;
  /** Gives up, incomplete, beyond so many. */
  readonly stateCountMax?: number;
}

export interface Explored {
  readonly states: number;
  /** Steps from the first state to the farthest. */
  readonly depth: number;
  /** Whether all that can happen within the budget was looked at. */
  readonly complete: boolean;
  readonly violation: Violation | null;
}

export interface Violation {
  readonly promise: Promised;
  /** One of the shortest ways there, a line a step. */
  readonly trace: readonly string[];
}

/** Goes through every interleaving of what may happen within the budget, breadth first, until a promise is broken. */
export function explore(options: ExploreOptions): Explored {
  return new Exploration(options).run();
}

interface Found {
  readonly index: number;
  readonly world: World;
}

class Exploration {
  readonly #options: ExploreOptions;
  readonly #keys = new Set<string>();
  readonly #completing = new Set<string>();
  /** How each state was first reached: from which state, by which of its steps. */
  readonly #parents: number[] = [-1];
  readonly #ordinals: number[] = [0];
  #next: Found[] = [];

  constructor(options: ExploreOptions) {
    this.#options = options;
  }

  run(): Explored {
    const { budget, stateCountMax = Number.MAX_SAFE_INTEGER } = this.#options;
    const world = firstWorld(budget, this.#options.variant);
    this.#keys.add(this.#keyOf(world));
    let level: Found[] = [{ index: 0, world }];
    for (let depth = 0; ; depth++) {
      for (const found of level) {
        const violation = this.#expand(found);
        if (violation !== null) return this.#result(depth, false, violation);
        if (this.#keys.size > stateCountMax) return this.#result(depth, false, null);
      }
      if (this.#next.length === 0) return this.#result(depth, true, null);
      level = this.#next;
      this.#next = [];
    }
  }

  #result(depth: number, complete: boolean, violation: Violation | null): Explored {
    return { states: this.#keys.size, depth, complete, violation };
  }

  #expand({ index, world }: Found): Violation | null {
    const { variant } = this.#options;
    const steps = stepsOf(world, variant);
    for (let ordinal = 0; ordinal < steps.length; ordinal++) {
      const step = steps[ordinal];
      if (step === undefined) continue;
      const taken = take(world, step, variant);
      if (taken.world === world && taken.broken === null) continue;
      const found = this.#visit(taken.world, index, ordinal);
      const promise = taken.broken ?? (found === null ? null : this.#brokenLater(taken.world));
      if (promise !== null)
        return { promise, trace: [...this.#trace(index), describeStep(world, step)] };
      if (found !== null) this.#next.push(found);
    }
    return null;
  }

  /** Null when it has been here. */
  #visit(world: World, parent: number, ordinal: number): Found | null {
    const { size: count } = this.#keys;
    this.#keys.add(this.#keyOf(world));
    if (this.#keys.size === count) return null;
    this.#parents.push(parent);
    this.#ordinals.push(ordinal);
    return { index: this.#keys.size - 1, world };
  }

  #keyOf(world: World): string {
    return keyOf(world, this.#options.variant === Variant.UnmarkedSemantics);
  }

  /** A broken variant must break what holds in every state, not only lead to an end. */
  #brokenLater(world: World): Promised | null {
    if (this.#options.variant !== null) return null;
    const key = completionKey(world);
    if (this.#completing.has(key)) return null;
    this.#completing.add(key);
    return completes(world) ? null : Promised.Completes;
  }

  #trace(end: number): string[] {
    const path: number[] = [];
    for (let index = end; index > 0; index = this.#parents[index] ?? -1) path.unshift(index);
    let world = firstWorld(this.#options.budget, this.#options.variant);
    return path.map((index) => {
      const step = stepsOf(world, this.#options.variant)[this.#ordinals[index] ?? -1];
      if (step === undefined) throw new RangeError(`State ${index} cannot be reached again`);
      const line = describeStep(world, step);
      world = take(world, step, this.#options.variant).world;
      return line;
    });
  }
}
