import { hash } from "node:crypto";

import { errors, importJWK, jwtVerify } from "jose";
import type { CryptoKey, JWTHeaderParameters, JWTPayload } from "jose";

import type { ScopeText } from "../schema/http/admin.ts";
import { KeyAlgorithmName, KeyStatus, Scopes } from "../schema/generated/enums.ts";
import type { KeyAlgorithm } from "../schema/generated/enums.ts";
import type { Clock } from "../ports/clock/clock.ts";
import { ApiProblem } from "./problems.ts";
import type { Key } from "./reference.ts";

/** Who a request comes from: the account of the key that signed its token. 0 is the operator. */
export interface Principal {
  /** Of the key that signed the token. */
  readonly keyID: string;
  readonly accountID: number;
  /** Bit mask of Scopes: what the token asks for and the key allows. */
  readonly scopes: number;
}

export interface AuthOptions {
  readonly clock: Clock;
  key(keyID: string): Key | undefined;
}

interface VerifiedToken {
  readonly principal: Principal;
  readonly key: Key;
  /** Seconds since 1970. */
  readonly exp: number;
}

const tokenCountMax = 10_000;
const tokenLengthMax = 4096;
const clockToleranceS = 5;
const tokenAgeMaxS = 31 * 24 * 3600;

/** Verifies bearer tokens against the registered keys. A token's signature is paid for once, its expiry and its key's standing each time. */
export class Auth {
  readonly #options: AuthOptions;
  readonly #verified = new Map<string, VerifiedToken>();
  readonly #imported = new WeakMap<Key, Promise<CryptoKey>>();

  constructor(options: AuthOptions) {
    this.#options = options;
  }

  /** Throws ApiProblem Unauthorized without a valid token, InsufficientScope when the token lacks the scope. */
  async require(headers: Headers, scope: ScopeText): Promise<Principal> {
    const principal = await this.#authenticate(bearer(headers));
    if ((principal.scopes & Scopes[scope]) === 0) {
      throw new ApiProblem("InsufficientScope", `This needs the scope ${scope}`);
    }
    return principal;
  }

  async #authenticate(token: string): Promise<Principal> {
    const digest = hash("sha256", token, "base64");
    const known = this.#verified.get(digest);
    if (known !== undefined && this.#stillHolds(known)) return known.principal;
    this.#verified.delete(digest);
    const verified = await this.#verify(token);
    const [oldest] = this.#verified.keys();
    if (this.#verified.size >= tokenCountMax && oldest !== undefined) this.#verified.delete(oldest);
    this.#verified.set(digest, verified);
    return verified.principal;
  }

  #stillHolds({ key, exp }: VerifiedToken): boolean {
    const nowS = this.#options.clock.now() / 1000;
    return this.#options.key(key.keyID) === key && nowS < exp + clockToleranceS;
  }

  async #verify(token: string): Promise<VerifiedToken> {
    let key: Key | null = null;
    try {
      const { payload } = await jwtVerify(
        token,
        (header) => {
          key = this.#keyOf(header);
          return this.#imported.get(key) ?? this.#import(key);
        },
        {
          algorithms: ["EdDSA", "ES256"],
          issuer: "orderbook",
          audience: "orderbook",
          typ: "JWT",
          requiredClaims: ["exp", "iat", "sub", "jti"],
          maxTokenAge: tokenAgeMaxS,
          clockTolerance: clockToleranceS,
          currentDate: new Date(this.#options.clock.now()),
        },
      );
      if (key === null) throw unauthorized("The token names no key");
      return verifiedToken(payload, key);
    } catch (error) {
      if (!(error instanceof errors.JOSEError)) throw error;
      throw unauthorized(sayWhy(error));
    }
  }

  #keyOf(header: JWTHeaderParameters): Key {
    if (foreignKeyHeaders.some((name) => name in header)) {
      throw unauthorized("The token brings a key of its own");
    }
    const key = header.kid === undefined ? undefined : this.#options.key(header.kid);
    if (key === undefined || key.keyStatus !== KeyStatus.Active) {
      throw unauthorized("The token's key is not registered");
    }
    if (KeyAlgorithmName[key.keyAlgorithm] !== header.alg) {
      throw unauthorized("The token's algorithm is not its key's");
    }
    return key;
  }

  #import(key: Key): Promise<CryptoKey> {
    const bytes = Buffer.from(key.publicKey, "hex");
    const imported = importPublicKey(key.keyAlgorithm, bytes).catch((cause: unknown) => {
      throw new errors.JWKInvalid("The registered key is no point of its curve", { cause });
    });
    this.#imported.set(key, imported);
    return imported;
  }
}

const foreignKeyHeaders = ["jku", "jwk", "x5u", "x5c", "crit"];

/** Bytes as KeyDefinition has them (32 used by Ed25519; x then y of P-256). Rejects where they are no point of the curve. */
export async function importPublicKey(
  algorithm: KeyAlgorithm,
  bytes: Uint8Array,
): Promise<CryptoKey> {
  const part = (start: number): string =>
    Buffer.from(bytes.subarray(start, start + 32)).toString("base64url");
  const imported =
    KeyAlgorithmName[algorithm] === "EdDSA"
      ? await importJWK({ kty: "OKP", crv: "Ed25519", x: part(0) }, "EdDSA")
      : await importJWK({ kty: "EC", crv: "P-256", x: part(0), y: part(32) }, "ES256");
  if (imported instanceof Uint8Array) throw new Error("A public key is no secret");
  return imported;
}

function bearer(headers: Headers): string {
  const header = headers.get("authorization");
  if (header === null) throw unauthorized("This needs a bearer token");
  const token = /^Bearer ([A-Za-z0-9._-]+)$/i.exec(header)?.[1];
  if (token === undefined || token.length > tokenLengthMax) {
    throw unauthorized("The authorization header holds no bearer token");
  }
  return token;
}

/** jose checks a claim's form only where it needs it: the rest is checked here. */
function verifiedToken(payload: JWTPayload, key: Key): VerifiedToken {
  const { aud, sub, exp, iat, jti } = payload;
  if (typeof aud !== "string" || typeof jti !== "string" || jti === "") {
    throw unauthorized("A claim of the token does not have its form");
  }
  if (!Number.isSafeInteger(exp) || !Number.isSafeInteger(iat)) {
    throw unauthorized("A time of the token is no whole number of seconds");
  }
  if (sub !== String(key.accountID))
    throw unauthorized("The token's subject is not its key's account");
  const scopes = scopesOf(payload["scope"]) & key.scopes;
  const { keyID, accountID } = key;
  return { principal: { keyID, accountID, scopes }, key, exp: exp as number };
}

function scopesOf(claim: unknown): number {
  if (typeof claim !== "string") return 0;
  const names = claim.split(" ");
  let scopes = 0;
  for (const [name, bit] of Object.entries(Scopes)) if (names.includes(name)) scopes |= bit;
  return scopes;
}

function sayWhy(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return "The token has expired";
  if (error instanceof errors.JWTClaimValidationFailed) {
    return `The token's claim ${error.claim} does not hold`;
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return "The token's signature does not hold";
  }
  return "The token is not valid";
}

function unauthorized(detail: string): ApiProblem {
  return new ApiProblem("Unauthorized", detail, {
    headers: { "www-authenticate": 'Bearer realm="orderbook"' },
  });
}
