const bytesInLine = 16;

/** Bytes as people read them: place, sixteen bytes, and what is printable of them, a line each. */
export function hexDump(bytes: Uint8Array): string {
  const lines: string[] = [];
  for (let at = 0; at < bytes.length; at += bytesInLine) {
    lines.push(dumpLine(at, bytes.subarray(at, at + bytesInLine)));
  }
  return lines.join("\n");
}

function dumpLine(at: number, bytes: Uint8Array): string {
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0"));
  const halves = [hex.slice(0, 8).join(" "), hex.slice(8).join(" ")];
  const place = at.toString(16).padStart(4, "0");
  return `${place}  ${halves.join("  ").padEnd(3 * bytesInLine)}  ${printable(bytes)}`;
}

function printable(bytes: Uint8Array): string {
  return [...bytes]
    .map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·"))
    .join("");
}

/** The bytes of a base64 text. */
export function bytesOfBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}
