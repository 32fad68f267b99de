import { Variant } from "./variants.ts";

/** What is set aside and has not come yet is written as the names of the commands: `1b` is command b at offset 1. */
export function quarantineName(commandOffset: number, command: string): string {
  return `${commandOffset}${command}`;
}

/** A Quarantine is void where its command is folded already. */
export function pendingWith(pending: string, name: string, seqNum: number): string {
  if (offsetOf(name) < seqNum) return pending;
  return [...new Set([...namesIn(pending), name])].toSorted().join("");
}

/** Whatever is pending for the command at this offset, or for one before it, is used up. */
export function pendingAfter(pending: string, commandOffset: number): string {
  if (pending === "") return pending;
  return namesIn(pending)
    .filter((name) => offsetOf(name) > commandOffset)
    .join("");
}

export function isSetAside(
  pending: string,
  at: { readonly commandOffset: number; readonly command: string },
  variant: Variant | null,
): boolean {
  if (pending === "") return false;
  const { commandOffset, command } = at;
  const names = namesIn(pending);
  if (variant === Variant.QuarantineByOffset) {
    return names.some((name) => offsetOf(name) === commandOffset);
  }
  return names.includes(quarantineName(commandOffset, command));
}

function namesIn(pending: string): readonly string[] {
  return pending.match(/\d+[a-z]/g) ?? [];
}

function offsetOf(name: string): number {
  return Number(name.slice(0, -1));
}
