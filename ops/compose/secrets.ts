import { chmodSync, chownSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { usersConfig } from "../../ports/analytics/clickhouse-config.ts";
import { signingKey } from "../keys.ts";
import { run } from "../services/commands.ts";
import { redisConfiguration } from "../services/redis.ts";

/**
 * Makes what the containers of compose.yaml know each other by: `bun ops/compose/secrets.ts FOLDER`. Passwords are random and made once; each file can
 * be read by the one user that needs it. There is no default password anywhere.
 */
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the folder for the secrets");

/** User ids of the images. */
const users = { bun: 1000, redis: 999, clickhouse: 101, grafana: 472 } as const;
const certificateDays = 825;
const hosts = ["gateway", "query", "localhost"];

if (existsSync(join(folder, "complete"))) {
  console.log("The secrets are there already.");
} else {
  await makeSecrets(folder);
  console.log(`The secrets are made, in ${folder}.`);
}

async function makeSecrets(root: string): Promise<void> {
  const passwords = {
    minio: randomSecret(),
    redis: randomSecret(),
    postgres: randomSecret(),
    query: randomSecret(),
    "clickhouse-writer": randomSecret(),
    "clickhouse-analyst": randomSecret(),
  };
  for (const [name, password] of Object.entries(passwords)) {
    write(root, `services/${name}`, password, users.bun);
  }
  // PostgreSQL and MinIO read theirs as root.
  write(root, "stores/postgres", passwords.postgres, 0);
  write(root, "stores/grafana", randomSecret(), users.grafana);
  write(root, "stores/minio.env", minioEnvironment(passwords.minio), 0);
  const { redis } = passwords;
  const configuration = redisConfiguration({ bind: "0.0.0.0", dir: "/data", requirepass: redis });
  write(root, "stores/redis.conf", configuration, users.redis);
  const credentials = {
    writer: passwords["clickhouse-writer"],
    analyst: passwords["clickhouse-analyst"],
  };
  write(root, "stores/clickhouse-users.xml", usersConfig(credentials, "::/0"), users.clickhouse);
  await writeOperator(root);
  await writeCertificate(root);
  writeFileSync(join(root, "complete"), "");
}

function minioEnvironment(password: string): string {
  return `MINIO_ROOT_USER=orderbook\nMINIO_ROOT_PASSWORD=${password}\nMINIO_BROWSER=off\n`;
}

/** The private half stays in the folder `keys`, for who administers the venue. */
async function writeOperator(root: string): Promise<void> {
  const { keyID, publicKey } = await signingKey(join(root, "keys"), "operator", 0);
  const jwk = { kty: "OKP", crv: "Ed25519", kid: keyID, x: publicKey };
  write(root, "services/operator.jwk.json", JSON.stringify(jwk), users.bun);
  own(join(root, "keys"), users.bun);
  own(join(root, "keys", "operator.jwk.json"), users.bun);
}

/** Signed by itself: whoever has one of an authority puts it in its place. */
async function writeCertificate(root: string): Promise<void> {
  const tls = join(root, "tls");
  mkdirSync(tls, { recursive: true });
  const [certificate, key] = [join(tls, "certificate.pem"), join(tls, "key.pem")];
  const names = [...hosts.map((host) => `DNS:${host}`), "IP:127.0.0.1"].join(",");
  await run([
    "openssl",
    "req",
    "-x509",
    "-newkey",
    "ec",
    "-pkeyopt",
    "ec_paramgen_curve:prime256v1",
    "-nodes",
    "-days",
    String(certificateDays),
    "-subj",
    "/CN=orderbook",
    "-addext",
    `subjectAltName=${names}`,
    "-keyout",
    key,
    "-out",
    certificate,
  ]);
  chmodSync(certificate, 0o444);
  chmodSync(key, 0o400);
  own(key, users.bun);
}

function write(root: string, name: string, text: string, user: number): void {
  const path = join(root, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text, { mode: 0o400 });
  own(path, user);
}

/** Outside a container nobody but this user is to read them. */
function own(path: string, user: number): void {
  if (process.getuid?.() === 0) chownSync(path, user, user);
}

function randomSecret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url");
}
