import { bodyHeaderBytes } from "../../schema/body.ts";
import type { Engine } from "../core/engine.ts";
import { EventBuffer } from "../core/event-buffer.ts";
import type { StreamRecord } from "./command-stream.ts";
import type { Subject } from "./comparison.ts";

/** The core as an engine under comparison; `engine` may be exchanged in the middle of a stream. */
export class CoreSubject implements Subject {
  engine: Engine;
  readonly #out = new EventBuffer();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  apply({ bytes, command, commandOffset, appendTime, seqNum }: StreamRecord): Uint8Array {
    const out = this.#out;
    out.reset();
    if (typeof command === "string") {
      this.engine.applyUnreadable(command, commandOffset, appendTime, seqNum, out);
    } else {
      const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      this.engine.apply(view, bytes.byteLength, commandOffset, appendTime, seqNum, out);
    }
    return out.bytes.subarray(bodyHeaderBytes, out.length);
  }
}
