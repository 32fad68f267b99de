/** A literal or a comment of a source: its text without quotes or slashes, and where it starts. */
export interface Piece {
  readonly text: string;
  readonly index: number;
}

/** `code` has the source's length and lines, with everything that is no code blanked out. */
export interface MaskedSource {
  readonly text: string;
  readonly code: string;
  readonly strings: readonly Piece[];
  readonly comments: readonly Piece[];
}

/** Where a slash cannot be a division: it starts a regular expression. */
const beforeRegex =
  /(?:^|[([{,;=:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|do|else|void|await))\s*$/;

/** Tells code from strings, templates, regular expressions and comments, which is all that the house rules need of a parser. */
export function maskSource(text: string): MaskedSource {
  return new Masker(text).run();
}

class Masker {
  readonly #text: string;
  readonly #code: string[];
  readonly #strings: Piece[] = [];
  readonly #comments: Piece[] = [];
  /** Depth of braces at which each open template's `${` ends. */
  readonly #templates: number[] = [];
  #depth = 0;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    this.#code = text.split("");
  }

  run(): MaskedSource {
    while (this.#at < this.#text.length) this.#step();
    return {
      text: this.#text,
      code: this.#code.join(""),
      strings: this.#strings,
      comments: this.#comments,
    };
  }

  #step(): void {
    const text = this.#text;
    const char = text[this.#at];
    const next = text[this.#at + 1];
    if (char === "/" && next === "/") return this.#comment(text.indexOf("\n", this.#at), 0);
    if (char === "/" && next === "*") return this.#comment(text.indexOf("*/", this.#at + 2), 2);
    if (char === '"' || char === "'") return this.#quoted(char);
    if (char === "`") return this.#template();
    if (char === "/" && beforeRegex.test(text.slice(Math.max(0, this.#at - 40), this.#at))) {
      return this.#regex();
    }
    if (char === "{") this.#depth++;
    if (char === "}") {
      this.#depth--;
      if (this.#templates.at(-1) === this.#depth) {
        this.#templates.pop();
        return this.#template();
      }
    }
    this.#at++;
  }

  #comment(found: number, closing: number): void {
    const end = found < 0 ? this.#text.length : found;
    this.#comments.push({ text: this.#text.slice(this.#at + 2, end), index: this.#at });
    this.#blank(Math.min(this.#text.length, end + closing));
  }

  #quoted(quote: string): void {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== quote && this.#text[end] !== "\n") {
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    this.#strings.push({ text: this.#text.slice(this.#at + 1, end), index: this.#at });
    this.#blank(end + 1);
  }

  /** From a backquote, or from the brace that ends a `${}`, up to the next `${` or the end. */
  #template(): void {
    let end = this.#at + 1;
    while (end < this.#text.length && this.#text[end] !== "`") {
      if (this.#text[end] === "$" && this.#text[end + 1] === "{") {
        this.#strings.push({ text: this.#text.slice(this.#at + 1, end), index: this.#at });
        this.#blank(end + 2);
        this.#templates.push(this.#depth++);
        return;
      }
      end += this.#text[end] === "\\" ? 2 : 1;
    }
    this.#strings.push({ text: this.#text.slice(this.#at + 1, end), index: this.#at });
    this.#blank(end + 1);
  }

  #regex(): void {
    let end = this.#at + 1;
    let inClass = false;
    while (end < this.#text.length && this.#text[end] !== "\n") {
      const char = this.#text[end];
      if (char === "[") inClass = true;
      if (char === "]") inClass = false;
      if (char === "/" && !inClass) break;
      end += char === "\\" ? 2 : 1;
    }
    this.#blank(end + 1);
  }

  #blank(end: number): void {
    for (; this.#at < end && this.#at < this.#text.length; this.#at++) {
      if (this.#text[this.#at] !== "\n") this.#code[this.#at] = " ";
    }
  }
}
