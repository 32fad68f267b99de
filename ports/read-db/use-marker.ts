import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";

const damaged = "damaged";
const bootIDFile = "/proc/sys/kernel/random/boot_id";

/**
 * A file beside a folder that is in use. A process that is killed leaves its writes with the operating system; a machine that goes
 * down loses those that were never synced. The file holds the boot of the machine, so that the next start can tell the two apart.
 */
export class UseMarker {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Why what the folder holds cannot be trusted; null when it can. */
  get doubt(): string | null {
    if (!existsSync(this.#path)) return null;
    const held = readFileSync(this.#path, "utf8");
    if (held === damaged) return "it was found damaged";
    if (held === "" || held !== bootID()) return "the machine went down while it was in use";
    return null;
  }

  set(): void {
    writeFileSync(this.#path, bootID(), { mode: 0o600 });
  }

  setDamaged(): void {
    writeFileSync(this.#path, damaged, { mode: 0o600 });
  }

  clear(): void {
    rmSync(this.#path, { force: true });
  }
}

/** Empty where the system does not tell: then every unclean end counts as a crash of the machine. */
function bootID(): string {
  return existsSync(bootIDFile) ? readFileSync(bootIDFile, "utf8").trim() : "";
}
