import { ApiProblem } from "./problems.ts";

const depthMax = 8;
const forbiddenKeys: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * JSON as the edge takes it: what JSON.parse takes, less duplicate keys (of which it silently keeps the last), keys that reach
 * for a prototype, and more than eight levels. Throws ApiProblem.
 */
export function parseStrictJson(text: string): unknown {
  scan(text);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiProblem("MalformedJson", "The body is not JSON");
  }
}

/** Looks at keys and depth only; whatever is no JSON at all is left for JSON.parse to refuse. */
function scan(text: string): void {
  const open: (Set<string> | null)[] = [];
  let keyMayFollow = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case 0x7b: // {
      case 0x5b: // [
        keyMayFollow = text.charCodeAt(at) === 0x7b;
        open.push(keyMayFollow ? new Set() : null);
        if (open.length > depthMax) {
          throw new ApiProblem(
            "JsonTooDeep",
            `The body is nested more than ${depthMax} levels deep`,
          );
        }
        break;
      case 0x7d: // }
      case 0x5d: // ]
        open.pop();
        keyMayFollow = false;
        break;
      case 0x2c: // ,
        keyMayFollow = open.at(-1) instanceof Set;
        break;
      case 0x22: {
        const end = endOfString(text, at);
        const keys = open.at(-1);
        if (keyMayFollow && keys instanceof Set) takeKey(text.slice(at, end), keys);
        keyMayFollow = false;
        at = end - 1;
      }
    }
  }
}

/** Offset after the closing quote of the string that opens at `start`, or the end of the text. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x5c) at++;
    else if (code === 0x22) return at + 1;
  }
  return text.length;
}

function takeKey(quoted: string, keys: Set<string>): void {
  const key = quoted.includes("\\") ? unescaped(quoted) : quoted.slice(1, -1);
  if (forbiddenKeys.has(key)) {
    throw new ApiProblem("ForbiddenKey", `The key ${key} is not taken`);
  }
  if (keys.has(key)) throw new ApiProblem("DuplicateKey", "A key of the body stands twice");
  keys.add(key);
}

function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ApiProblem("MalformedJson", "The body is not JSON");
  }
}
