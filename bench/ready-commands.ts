import { CommandBuffer } from "../engine/core/command-buffer.ts";
import { Engine } from "../engine/core/engine.ts";
import { EventBuffer } from "../engine/core/event-buffer.ts";
import { OrderStreamCommands } from "../ops/order-stream-commands.ts";
import { commandBytesMax, commandOf, passLimits } from "./compiled-stream.ts";
import type { CompiledStream } from "./compiled-stream.ts";

/** An engine that has a stream's warm-up behind it, and the commands that come next, written out one behind the other. */
export class ReadyCommands {
  readonly count: number;
  readonly #compiled: CompiledStream;
  readonly #idWindowMs: number;
  readonly #source = new OrderStreamCommands();
  readonly #buffer: CommandBuffer;
  readonly #out = new EventBuffer();
  #engine: Engine;
  /** seqNum of the first of the commands that are ready. */
  #firstSeqNum = 0;

  /** At most `countMax` commands. */
  constructor(compiled: CompiledStream, idWindowMs: number, countMax: number) {
    this.#compiled = compiled;
    this.#idWindowMs = idWindowMs;
    this.count = Math.min(countMax, compiled.messageCount - compiled.warmUpCount);
    this.#buffer = new CommandBuffer(this.count * commandBytesMax);
    this.#engine = this.#warmEngine();
    for (let index = 0; index < this.count; index++) {
      const { bytes } = commandOf(this.#source, compiled, compiled.warmUpCount + index);
      this.#buffer.bytes.set(bytes, index * commandBytesMax);
    }
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** From the warm-up's end again. */
  restart(): void {
    this.#engine = this.#warmEngine();
  }

  /** Applies the command of that index; each in its turn. */
  apply(index: number): void {
    const seqNum = this.#firstSeqNum + index;
    const time = this.#source.time(seqNum);
    this.#out.reset();
    const at = index * commandBytesMax;
    this.#engine.apply(this.#buffer, at, seqNum, time, seqNum, this.#out);
  }

  #warmEngine(): Engine {
    const compiled = this.#compiled;
    const engine = new Engine(passLimits(compiled.messageCount, this.#idWindowMs));
    const source = new OrderStreamCommands();
    let seqNum = 0;
    const apply = (command: CommandBuffer): void => {
      seqNum++;
      this.#out.reset();
      engine.apply(command, 0, seqNum, source.time(seqNum), seqNum, this.#out);
    };
    for (const opening of source.opening()) apply(opening);
    for (let index = 0; index < compiled.warmUpCount; index++) {
      apply(commandOf(source, compiled, index));
    }
    this.#firstSeqNum = seqNum + 1;
    return engine;
  }
}
