import { beforeAll, expect, spyOn, test } from "bun:test";
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from "jose";
import type { CryptoKey } from "jose";

import { ManualClock } from "../ports/clock/clock-manual.ts";
import { KeyAlgorithm, KeyStatus, Scopes } from "../schema/generated/enums.ts";
import { Auth } from "./auth.ts";
import { ApiProblem } from "./problems.ts";
import type { Key } from "./reference.ts";

interface Pair {
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
  readonly key: Key;
}

const start = Date.UTC(2026, 5, 1);
let alice: Pair;
let bob: Pair;
let curve: Pair;
let pem: string;
const keys = new Map<string, Key>();
const clock = new ManualClock(start);
const auth = new Auth({ clock, key: (keyID) => keys.get(keyID) });

beforeAll(async () => {
  alice = await pair("EdDSA", "alice-1", 1001);
  bob = await pair("EdDSA", "bob-1", 1002);
  curve = await pair("ES256", "curve-1", 1003);
  pem = await exportSPKI(alice.publicKey);
});

async function pair(algorithm: "EdDSA" | "ES256", keyID: string, accountID: number): Promise<Pair> {
  const { privateKey, publicKey } = await generateKeyPair(algorithm, {
    extractable: true,
    ...(algorithm === "EdDSA" ? { crv: "Ed25519" } : {}),
  });
  const { x = "", y = "" } = await exportJWK(publicKey);
  const bytes = Buffer.alloc(64);
  bytes.set(Buffer.from(x, "base64url"));
  bytes.set(Buffer.from(y, "base64url"), 32);
  const key: Key = {
    keyID,
    accountID,
    keyAlgorithm: KeyAlgorithm[algorithm],
    keyStatus: KeyStatus.Active,
    scopes: Scopes.read | Scopes.trade,
    publicKey: bytes.toString("hex"),
  };
  keys.set(keyID, key);
  return { privateKey, publicKey, key };
}

const nowS = start / 1000;
const goodClaims = {
  iss: "orderbook",
  aud: "orderbook",
  sub: "1001",
  jti: "one",
  iat: nowS - 10,
  exp: nowS + 3600,
  scope: "read trade",
};

/** Signed whatever it says, as an attacker or a broken client would. */
async function token(
  claims: Record<string, unknown>,
  header: Record<string, unknown> = {},
  privateKey: CryptoKey | Uint8Array = alice.privateKey,
): Promise<string> {
  const all = { alg: "EdDSA", kid: "alice-1", typ: "JWT", ...header };
  return new SignJWT({ ...goodClaims, ...claims }).setProtectedHeader(all).sign(privateKey);
}

function unsigned(header: object, claims: object | string = goodClaims): string {
  const part = (value: object | string): string =>
    Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
  return `${part(header)}.${part(claims)}.`;
}

async function codeFor(
  authorization: string | null,
  scope: "read" | "trade" | "admin" = "trade",
): Promise<string> {
  const headers = new Headers(authorization === null ? {} : { authorization });
  try {
    await auth.require(headers, scope);
    return "ok";
  } catch (error) {
    if (error instanceof ApiProblem) return error.code;
    throw error;
  }
}

const bearer = (text: string): string => `Bearer ${text}`;

test("a token of a registered key gives its account and scopes, for both algorithms", async () => {
  const headers = new Headers({ authorization: bearer(await token({})) });
  expect(await auth.require(headers, "trade")).toEqual({
    keyID: "alice-1",
    accountID: 1001,
    scopes: Scopes.read | Scopes.trade,
  });
  const es256 = await token({ sub: "1003" }, { alg: "ES256", kid: "curve-1" }, curve.privateKey);
  expect(await codeFor(bearer(es256))).toBe("ok");
});

const forged: [string, () => string | Promise<string>][] = [
  ["no token", () => ""],
  ["another scheme", () => "Basic YTpi"],
  ["no token after the scheme", () => "Bearer "],
  ["alg none", () => bearer(unsigned({ alg: "none", kid: "alice-1", typ: "JWT" }))],
  [
    "HS256 signed with the public key",
    async () => bearer(await token({}, { alg: "HS256" }, new TextEncoder().encode(pem))),
  ],
  [
    "the algorithm of another key",
    async () => bearer(await token({}, { alg: "ES256" }, curve.privateKey)),
  ],
  ["a kid that nobody has", async () => bearer(await token({}, { kid: "nobody" }))],
  ["a kid with a path", async () => bearer(await token({}, { kid: "../../etc/passwd" }))],
  ["a kid with SQL", async () => bearer(await token({}, { kid: "' OR 1=1 --" }))],
  ["a kid that every object has", async () => bearer(await token({}, { kid: "constructor" }))],
  ["no kid", async () => bearer(await token({}, { kid: undefined }))],
  ["no typ", async () => bearer(await token({}, { typ: undefined }))],
  ["another typ", async () => bearer(await token({}, { typ: "at+jwt" }))],
  ["jku", async () => bearer(await token({}, { jku: "https://example.com/keys" }))],
  ["x5u", async () => bearer(await token({}, { x5u: "https://example.com/cert" }))],
  [
    "a key of its own",
    async () => {
      const own = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
      return bearer(await token({}, { jwk: await exportJWK(own.publicKey) }, own.privateKey));
    },
  ],
  ["the signature of another key", async () => bearer(await token({}, {}, bob.privateKey))],
  ["the subject of another account", async () => bearer(await token({ sub: "1002" }))],
  ["no subject", async () => bearer(await token({ sub: undefined }))],
  ["aud missing", async () => bearer(await token({ aud: undefined }))],
  ["aud as a list", async () => bearer(await token({ aud: ["orderbook", "other"] }))],
  ["another aud", async () => bearer(await token({ aud: "other" }))],
  ["another iss", async () => bearer(await token({ iss: "other" }))],
  ["expired", async () => bearer(await token({ exp: nowS - 6 }))],
  ["exp missing", async () => bearer(await token({ exp: undefined }))],
  ["exp as text", async () => bearer(await token({ exp: "NaN" }))],
  ["exp as 1e308", async () => bearer(await token({ exp: 1e308 }))],
  ["exp with a fraction", async () => bearer(await token({ exp: nowS + 0.5 }))],
  ["nbf in the future", async () => bearer(await token({ nbf: nowS + 60 }))],
  ["iat missing", async () => bearer(await token({ iat: undefined }))],
  ["iat in the future", async () => bearer(await token({ iat: nowS + 60 }))],
  ["too old", async () => bearer(await token({ iat: nowS - 40 * 24 * 3600 }))],
  ["jti missing", async () => bearer(await token({ jti: undefined }))],
  ["jti empty", async () => bearer(await token({ jti: "" }))],
  [
    "claims that are no object",
    () => bearer(unsigned({ alg: "EdDSA", kid: "alice-1", typ: "JWT" }, "[]")),
  ],
  ["one letter changed", async () => bearer(flipped(await token({})))],
  ["no signature", async () => bearer((await token({})).replace(/[^.]*$/, ""))],
  ["too long", () => bearer("a".repeat(5000))],
];

function flipped(text: string): string {
  const at = text.indexOf(".") + 20;
  return text.slice(0, at) + (text[at] === "A" ? "B" : "A") + text.slice(at + 1);
}

test.each(forged)("a token is refused: %s", async (_, make) => {
  const authorization = await make();
  expect(await codeFor(authorization === "" ? null : authorization)).toBe("Unauthorized");
});

test("a scope is had only when the token asks for it and the key allows it", async () => {
  const reads = bearer(await token({ scope: "read" }));
  expect(await codeFor(reads, "read")).toBe("ok");
  expect(await codeFor(reads, "trade")).toBe("InsufficientScope");
  const all = bearer(await token({ scope: "read trade admin" }));
  expect(await codeFor(all, "admin")).toBe("InsufficientScope");
  for (const scope of [undefined, "", "tradex", ["trade"], { trade: true }]) {
    expect(await codeFor(bearer(await token({ scope })), "trade")).toBe("InsufficientScope");
  }
});

test("a verified token stops when it expires, and when its key is revoked or changed", async () => {
  const authorization = bearer(await token({ exp: nowS + 60 }));
  expect(await codeFor(authorization)).toBe("ok");
  clock.advance(64_000);
  expect(await codeFor(authorization)).toBe("ok");
  clock.advance(2_000);
  expect(await codeFor(authorization)).toBe("Unauthorized");
  clock.jump(-66_000);
  expect(await codeFor(authorization)).toBe("ok");
  keys.set("alice-1", { ...alice.key, keyStatus: KeyStatus.Revoked });
  expect(await codeFor(authorization)).toBe("Unauthorized");
  keys.set("alice-1", { ...alice.key, scopes: Scopes.read });
  expect(await codeFor(authorization)).toBe("InsufficientScope");
  keys.set("alice-1", alice.key);
});

test("a registered key that is no point of its curve refuses its tokens and breaks nothing", async () => {
  keys.set("curve-1", { ...curve.key, publicKey: "11".repeat(64) });
  const es256 = await token({ sub: "1003" }, { alg: "ES256", kid: "curve-1" }, curve.privateKey);
  expect(await codeFor(bearer(es256))).toBe("Unauthorized");
  keys.set("curve-1", curve.key);
});

test("a verified token costs no signature check again", async () => {
  const verify = spyOn(crypto.subtle, "verify");
  const authorization = bearer(await token({ jti: "counted" }));
  for (let count = 0; count < 100; count++) expect(await codeFor(authorization)).toBe("ok");
  expect(verify).toHaveBeenCalledTimes(1);
  verify.mockRestore();
});
