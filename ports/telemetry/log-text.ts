/** Characters of one value in a log line, and of a stack trace. */
const charsMax = 1024;
const secretCharsMin = 8;
const causesMax = 4;

/** JSON Web Tokens, bearer credentials, private keys, and passwords in URLs, wherever they stand in a text. */
const credentials: readonly (readonly [RegExp, string])[] = [
  [/eyJ[\w-]{6,}\.[\w-]*(\.[\w-]*)?/g, "[token]"],
  [/\bBearer\s+[^\s"',;]+/gi, "Bearer [token]"],
  [
    /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    "[private key]",
  ],
  [/(\w:\/\/[^\s/:@]*:)[^\s/@]+@/g, "$1[password]@"],
];

/** Names of fields whose values are never written, whatever they look like. */
const secretName =
  /^(authorization|cookie|set-cookie|.*token|.*password|.*secret|privateKey|accessKey|secretKey)$/i;

/** Characters that make a terminal or a reader show something else than what stands there. JSON escapes those below a space itself. */
const deceiving = /[\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** Makes fields and messages fit to be written: without credentials, without the given secrets, not too long. */
export class LogText {
  readonly #secrets: readonly string[];

  /** Secrets shorter than 8 characters are none. */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets.filter(({ length }) => length >= secretCharsMin);
  }

  clean(text: string): string {
    let clean = text;
    for (const secret of this.#secrets) clean = clean.replaceAll(secret, "[secret]");
    for (const [pattern, instead] of credentials) clean = clean.replace(pattern, instead);
    return clean.length <= charsMax ? clean : `${clean.slice(0, charsMax)}…`;
  }

  /** Names of secrets blanked, errors taken apart, nested values as JSON. */
  fields(fields: object): Record<string, unknown> {
    const logged: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(fields)) {
      logged[name] = secretName.test(name) ? "[redacted]" : this.#value(value);
    }
    return logged;
  }

  #value(value: unknown): unknown {
    if (value === null || value === undefined) return value;
    if (typeof value === "number" || typeof value === "boolean") return value;
    if (typeof value === "string") return this.clean(value);
    if (value instanceof Error) return this.#error(value, causesMax);
    return this.clean(jsonOf(value));
  }

  #error(error: Error, causesLeft: number): Record<string, unknown> {
    const { name, message, stack, cause } = error;
    const { code } = error as { readonly code?: unknown };
    return {
      name,
      message: this.clean(message),
      ...(code === undefined ? {} : { code: this.#value(code) }),
      ...(stack === undefined ? {} : { stack: this.clean(stack) }),
      ...(cause instanceof Error && causesLeft > 0
        ? { cause: this.#error(cause, causesLeft - 1) }
        : {}),
    };
  }
}

/** A line of JSON with deceiving characters escaped. */
export function safeLine(line: string): string {
  return line.replace(
    deceiving,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** Empty for what has no JSON, such as a function. */
function jsonOf(value: unknown): string {
  const json = JSON.stringify(value, (name, part: unknown) => {
    if (secretName.test(name)) return "[redacted]";
    return typeof part === "bigint" ? String(part) : part;
  }) as string | undefined;
  return json ?? "";
}
