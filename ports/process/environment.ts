import { existsSync } from "node:fs";

import { readSecretFile } from "./secret-file.ts";

/** A variable of the environment, as docs/OPERATING.md describes it. */
export interface Variable {
  readonly name: string;
  /** For people. */
  readonly meaning: string;
  /** What holds where it is not given; null: it must be given. Empty: nothing. */
  readonly fallback: string | null;
}

/** The environment of a process, or what a test gives in its place. */
export type EnvironmentValues = Readonly<Record<string, string | undefined>>;

/** The configuration cannot be used. Each problem names its variable. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
  readonly problems: readonly string[];
  constructor(problems: readonly string[]) {
    super(problems.join("\n"));
    this.problems = problems;
  }
}

/**
 * Reads variables and notes what is missing or wrong, so that one start tells everything at once: call `finish` before using what was
 * read. A wrong variable reads as something harmless until then.
 */
export class Environment {
  readonly #values: EnvironmentValues;
  readonly #problems: string[] = [];
  readonly #secrets: string[] = [];

  constructor(values: EnvironmentValues) {
    this.#values = values;
  }

  /** Every secret read so far and later on: what no line of a log may show. */
  get secrets(): readonly string[] {
    return this.#secrets;
  }

  text(variable: Variable): string {
    const given = this.#values[variable.name];
    if (given !== undefined && given !== "") return given;
    if (variable.fallback === null) this.reject(variable, `is missing: ${variable.meaning}`);
    return variable.fallback ?? "";
  }

  integer(variable: Variable, bounds: { min: number; max: number }): number {
    const text = this.text(variable);
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= bounds.min && value <= bounds.max) return value;
    const range = `an integer from ${bounds.min} to ${bounds.max}`;
    if (text !== "") this.reject(variable, `is "${text}", it must be ${range}`);
    return bounds.min;
  }

  /** A share from 0 to 1. */
  ratio(variable: Variable): number {
    const text = this.text(variable);
    const value = Number(text);
    if (/^[01](\.\d+)?$/.test(text) && value <= 1) return value;
    this.reject(variable, `is "${text}", it must be a share from 0 to 1`);
    return 0;
  }

  oneOf<Choice extends string>(
    variable: Variable,
    choices: readonly [Choice, ...Choice[]],
  ): Choice {
    const text = this.text(variable);
    const chosen = choices.find((choice) => choice === text);
    if (chosen !== undefined) return chosen;
    if (text !== "") this.reject(variable, `is "${text}", it must be one of ${choices.join(", ")}`);
    return choices[0];
  }

  /** A URL of one of the protocols ("https:"), without a password in it: those come from files. Empty where it may be left out. */
  url(variable: Variable, protocols: readonly string[]): string {
    const text = this.text(variable);
    if (text === "") return "";
    const url = URL.parse(text);
    if (url === null || !protocols.includes(url.protocol)) {
      this.reject(variable, `is no URL with ${protocols.join(" or ")}`);
      return "";
    }
    if (url.password !== "")
      this.reject(variable, "holds a password: give it in a file of its own");
    return text.replace(/\/$/, "");
  }

  /** Path of a file that is there; empty where it may be left out. */
  file(variable: Variable): string {
    const path = this.text(variable);
    if (path !== "" && !existsSync(path))
      this.reject(variable, `names ${path}, which is not there`);
    return path;
  }

  /** A password or key out of the file that the variable names; empty where it may be left out. */
  secret(variable: Variable): string {
    const path = this.text(variable);
    this.#refuseInline(variable);
    if (path === "") return "";
    const read = readSecretFile(path);
    if (!read.ok) {
      this.reject(variable, read.problem);
      return "";
    }
    this.#secrets.push(read.secret);
    return read.secret;
  }

  /** Notes a problem that a caller found. */
  reject(variable: Pick<Variable, "name">, problem: string): void {
    this.#problems.push(`${variable.name} ${problem}`);
  }

  /** Throws ConfigurationError with every problem noted so far. */
  finish(): void {
    if (this.#problems.length > 0) throw new ConfigurationError(this.#problems);
  }

  /** The environment of a process can be read by others and is inherited: no secret stands in it. */
  #refuseInline({ name }: Variable): void {
    const inline = name.replace(/_FILE$/, "");
    if (this.#values[inline] === undefined) return;
    this.reject({ name: inline }, `is not read: write it to a file and name that in ${name}`);
  }
}
