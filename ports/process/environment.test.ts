import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { ConfigurationError, Environment } from "./environment.ts";
import type { EnvironmentValues } from "./environment.ts";
import { readListener } from "./listener.ts";

const name = { name: "NAME", meaning: "what to call it", fallback: null };
const count = { name: "COUNT", meaning: "how many", fallback: "2" };
const place = { name: "PLACE_URL", meaning: "where", fallback: null };
const secret = { name: "SECRET_FILE", meaning: "file with it", fallback: null };

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "orderbook-environment-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Problems that reading finds. */
function problems(
  values: EnvironmentValues,
  readIt: (environment: Environment) => unknown,
): readonly string[] {
  const environment = new Environment(values);
  readIt(environment);
  try {
    environment.finish();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
}

function secretFile(text: string, mode = 0o400): string {
  const path = join(folder, crypto.randomUUID());
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

describe("the environment", () => {
  test("gives what is set, and what holds where nothing is", () => {
    const environment = new Environment({ NAME: "one" });
    expect(environment.text(name)).toBe("one");
    expect(environment.integer(count, { min: 1, max: 5 })).toBe(2);
    environment.finish();
  });

  test("names every missing and wrong variable at once", () => {
    const found = problems({ COUNT: "many", PLACE_URL: "ftp://there" }, (environment) => {
      environment.text(name);
      environment.integer(count, { min: 1, max: 5 });
      environment.url(place, ["https:"]);
    });
    expect(found).toEqual([
      "NAME is missing: what to call it",
      'COUNT is "many", it must be an integer from 1 to 5',
      "PLACE_URL is no URL with https:",
    ]);
  });

  test("takes no number out of its bounds or in another spelling", () => {
    for (const COUNT of ["0", "6", "-1", "1.5", "1e0", "0x2", " 2"]) {
      const found = problems({ COUNT }, (environment) =>
        environment.integer(count, { min: 1, max: 5 }),
      );
      expect(found.length).toBe(1);
    }
  });

  test("takes no password in a URL", () => {
    const found = problems({ PLACE_URL: "https://me:secret@there" }, (environment) =>
      environment.url(place, ["https:"]),
    );
    expect(found).toEqual(["PLACE_URL holds a password: give it in a file of its own"]);
    expect(found.join()).not.toContain("secret@");
  });
});

describe("a secret", () => {
  test("comes from a file, without the line break at its end", () => {
    const environment = new Environment({ SECRET_FILE: secretFile("correct horse battery\n") });
    expect(environment.secret(secret)).toBe("correct horse battery");
    environment.finish();
  });

  const refused: readonly [what: string, text: string, mode: number, why: string][] = [
    ["is empty", "\n", 0o400, "is empty"],
    ["is a store's default", "minioadmin", 0o400, "well-known password"],
    ["is one that people mean to change", "ChangeMe", 0o400, "well-known password"],
    ["is short", "hunter2", 0o400, "fewer than 12 characters"],
    ["can be read by others", "correct horse battery", 0o644, "others may read"],
  ];
  for (const [what, text, mode, why] of refused) {
    test(`is refused when it ${what}, without being shown`, () => {
      const [problem, ...rest] = problems({ SECRET_FILE: secretFile(text, mode) }, (environment) =>
        environment.secret(secret),
      );
      expect(problem).toContain(why);
      expect(problem).toStartWith("SECRET_FILE ");
      if (text.trim() !== "") expect(problem).not.toContain(text.trim());
      expect(rest).toEqual([]);
    });
  }

  test("is refused when its file is not there", () => {
    const [problem] = problems({ SECRET_FILE: join(folder, "nowhere") }, (environment) =>
      environment.secret(secret),
    );
    expect(problem).toContain("ENOENT");
  });

  test("is refused in the environment itself, where child processes and other users see it", () => {
    const found = problems(
      { SECRET: "correct horse battery", SECRET_FILE: secretFile("correct horse battery") },
      (environment) => environment.secret(secret),
    );
    expect(found).toEqual(["SECRET is not read: write it to a file and name that in SECRET_FILE"]);
  });
});

describe("a listener", () => {
  const variables = {
    host: { name: "HOST", meaning: "address", fallback: "127.0.0.1" },
    port: { name: "PORT", meaning: "port", fallback: "8080" },
  };

  test("is on loopback unless told otherwise", () => {
    const environment = new Environment({});
    expect(readListener(environment, variables)).toEqual({
      hostname: "127.0.0.1",
      port: 8080,
      tls: null,
    });
    environment.finish();
  });

  test("item 22: is refused off loopback without a certificate and its key", () => {
    for (const HOST of ["0.0.0.0", "::", "192.168.1.4", "example.org", "127.0.0.1.example.org"]) {
      const found = problems({ HOST }, (environment) => readListener(environment, variables));
      expect(found.join()).toContain("TLS_CERTIFICATE_FILE");
    }
    const certificate = secretFile("certificate");
    const found = problems({ HOST: "0.0.0.0", TLS_CERTIFICATE_FILE: certificate }, (environment) =>
      readListener(environment, variables),
    );
    expect(found[0]).toBe("TLS_KEY_FILE is missing");
  });

  test("is taken off loopback with both", () => {
    const environment = new Environment({
      HOST: "0.0.0.0",
      TLS_CERTIFICATE_FILE: secretFile("certificate"),
      TLS_KEY_FILE: secretFile("key"),
    });
    expect(readListener(environment, variables).tls).not.toBeNull();
    environment.finish();
  });
});
