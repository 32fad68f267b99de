import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { exportJWK, generateKeyPair, importJWK, SignJWT } from "jose";
import type { CryptoKey, JWK } from "jose";

/** An Ed25519 key pair that signs tokens for one account. */
export interface SigningKey {
  readonly keyID: string;
  readonly accountID: number;
  /** Raw public key, base64url, as the admin API takes it. */
  readonly publicKey: string;
  readonly privateKey: CryptoKey;
}

export type Scope = "read" | "trade" | "admin";

const tokenDays = 30;

/** The key of that name out of `folder` (made and kept with mode 0600 the first time), or a passing one where there is no folder. */
export async function signingKey(
  folder: string | null,
  keyID: string,
  accountID: number,
): Promise<SigningKey> {
  const jwk = folder === null ? await newKey() : await keptKey(folder, keyID);
  const privateKey = await importJWK(jwk, "EdDSA");
  if (privateKey instanceof Uint8Array || jwk.x === undefined) {
    throw new Error(`The key ${keyID} is not an Ed25519 key pair`);
  }
  return { keyID, accountID, publicKey: jwk.x, privateKey };
}

/** A bearer token for the key's account, good for 30 days. */
export function mintToken(key: SigningKey, scopes: readonly Scope[]): Promise<string> {
  return new SignJWT({ scope: scopes.join(" ") })
    .setProtectedHeader({ alg: "EdDSA", kid: key.keyID, typ: "JWT" })
    .setIssuer("orderbook")
    .setAudience("orderbook")
    .setSubject(String(key.accountID))
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${tokenDays}d`)
    .sign(key.privateKey);
}

async function keptKey(folder: string, keyID: string): Promise<JWK> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, `${keyID}.jwk.json`);
  try {
    return JSON.parse(readFileSync(path, "utf8")) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") {
      throw new Error(`Cannot read the key ${path}`, { cause: error });
    }
  }
  const jwk = await newKey();
  writeFileSync(path, JSON.stringify(jwk), { mode: 0o600, flag: "wx" });
  return jwk;
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair("EdDSA", { crv: "Ed25519", extractable: true });
  return exportJWK(privateKey);
}
