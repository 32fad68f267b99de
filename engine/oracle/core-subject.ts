import { bodyHeaderBytes } from "../../schema/body.ts";
import { CommandBuffer } from "../core/command-buffer.ts";
import type { Engine } from "../core/engine.ts";
import { EventBuffer } from "../core/event-buffer.ts";
import { isSetAside, readRecord } from "./command-stream.ts";
import type { StreamRecord } from "./command-stream.ts";
import type { Subject } from "./comparison.ts";

/** The core as an engine under comparison; `engine` may be exchanged in the middle of a stream. */
export class CoreSubject implements Subject {
  engine: Engine;
  readonly #commands = new CommandBuffer();
  readonly #out = new EventBuffer();

  constructor(engine: Engine) {
    this.engine = engine;
  }

  apply(record: StreamRecord): Uint8Array {
    const { bytes, commandOffset, appendTime, seqNum } = record;
    const out = this.#out;
    const isAside = isSetAside(this.engine, record);
    const command = readRecord(bytes, this.engine.schemaVersion);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    out.reset();
    if (isAside) {
      this.engine.applyUnreadable("Quarantined", commandOffset, appendTime, seqNum, out);
    } else if (typeof command === "string") {
      this.engine.applyUnreadable(command, commandOffset, appendTime, seqNum, out);
    } else if (command.kind === "NewerOrder") {
      this.engine.applyNewer(view, commandOffset, appendTime, seqNum, out);
    } else {
      this.#commands.load(bytes);
      this.engine.prepare(this.#commands, 0, 8, 1);
      this.engine.apply(this.#commands, 0, commandOffset, appendTime, seqNum, out);
    }
    return out.bytes.subarray(bodyHeaderBytes, out.length);
  }
}
