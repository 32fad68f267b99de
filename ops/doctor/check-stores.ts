import { Client } from "minio";
import { createClient } from "redis";

import type { ClickhouseOptions } from "../../ports/analytics/analytics-clickhouse.ts";
import type { MinioOptions } from "../../ports/snapshot/snapshot-minio.ts";
import { well, wrong } from "./finding.ts";
import type { Finding } from "./finding.ts";

/** Oldest versions that the project is tested on. */
const oldest = { redis: 7, postgres: 15, clickhouse: 26.7 } as const;
const timeoutMs = 3000;

/** The bucket, and that a put of a name that stands is refused: snapshots rely on it. */
export async function checkMinio(options: MinioOptions): Promise<readonly Finding[]> {
  const { bucket, endpoint } = options;
  const client = minioClient(options);
  if (!(await client.bucketExists(bucket))) {
    const mend = "make it, or name another in MINIO_BUCKET";
    return [wrong("minio", `answers at ${endpoint}, but has no bucket ${bucket}`, mend)];
  }
  const name = `${options.prefix ?? ""}doctor-${crypto.randomUUID()}`;
  await client.putObject(bucket, name, "1");
  const overwritten = await putAgain(client, bucket, name);
  await client.removeObject(bucket, name);
  if (!overwritten)
    return [well("minio", `bucket ${bucket} at ${endpoint}, create-only puts hold`)];
  const mend = "use a store that honours If-None-Match on puts";
  return [wrong("minio", "a create-only put wrote over what was there", mend)];
}

/** Ping, version, and that nothing is thrown out when memory is short. */
export async function checkRedis({ url }: { readonly url: string }): Promise<readonly Finding[]> {
  const socket = { connectTimeout: timeoutMs, reconnectStrategy: false as const };
  const client = createClient({ url, socket });
  client.on("error", () => {});
  try {
    await client.connect();
    const version = /redis_version:(\S+)/.exec(await client.info("server"))?.[1] ?? "?";
    const policy = /maxmemory_policy:(\S+)/.exec(await client.info("memory"))?.[1] ?? "?";
    return [
      versionFinding("redis", version, oldest.redis),
      policy === "noeviction"
        ? well("redis", "evicts nothing")
        : wrong("redis", `maxmemory-policy is ${policy}`, "set maxmemory-policy noeviction"),
    ];
  } finally {
    client.destroy();
  }
}

export async function checkPostgres({
  url,
}: {
  readonly url: string;
}): Promise<readonly Finding[]> {
  const sql = new Bun.SQL(url, { max: 1, connectionTimeout: timeoutMs / 1000 });
  try {
    const [row] = (await sql`
      SELECT current_setting('server_version') AS version,
             current_setting('server_encoding') AS encoding,
             current_setting('statement_timeout') AS timeout,
             has_schema_privilege('public', 'CREATE') AS may_create`) as {
      version: string;
      encoding: string;
      timeout: string;
      may_create: boolean;
    }[];
    if (row === undefined) throw new Error("no answer to a query");
    return [
      versionFinding("postgres", row.version, oldest.postgres),
      row.encoding === "UTF8"
        ? well("postgres", "encoding UTF8")
        : wrong("postgres", `encoding ${row.encoding}`, "make the database with ENCODING 'UTF8'"),
      row.timeout === "0"
        ? wrong("postgres", "statements may run for ever", "set statement_timeout, say to 60s")
        : well("postgres", `statement_timeout ${row.timeout}`),
      row.may_create
        ? well("postgres", "the projector may bring its tables up to date")
        : wrong(
            "postgres",
            "the user may not make tables",
            "grant CREATE on schema public to the projector's user",
          ),
    ];
  } finally {
    await sql.close();
  }
}

/** Both users, and that the reading one is held to the venue's database. */
export async function checkClickhouse(options: ClickhouseOptions): Promise<readonly Finding[]> {
  const { url, user, password, analyst } = options;
  const version = await clickhouseQuery(url, { user, password }, "SELECT version()");
  const read = await clickhouseQuery(url, analyst, "SELECT 1");
  const peek = await clickhouseQuery(url, analyst, "SELECT * FROM file('/etc/hostname', 'Raw')");
  return [
    version.ok
      ? versionFinding("clickhouse", version.text, oldest.clickhouse)
      : wrong(
          "clickhouse",
          `${user} is refused: ${version.text}`,
          "check CLICKHOUSE_PASSWORD_FILE",
        ),
    read.ok
      ? well("clickhouse", `${analyst.user} may read`)
      : wrong(
          "clickhouse",
          `${analyst.user} is refused: ${read.text}`,
          "check CLICKHOUSE_ANALYST_PASSWORD_FILE",
        ),
    peek.ok
      ? wrong(
          "clickhouse",
          `${analyst.user} may read files of the server`,
          "grant it SELECT ON orderbook.* and nothing else",
        )
      : well("clickhouse", `${analyst.user} reads nothing but the venue's database`),
  ];
}

function versionFinding(subject: string, version: string, least: number): Finding {
  if (parseFloat(version) >= least) return well(subject, `version ${version}`);
  const mend = `the project is tested on ${least} and later: upgrade`;
  return wrong(subject, `version ${version}`, mend);
}

function minioClient({ endpoint, accessKey, secretKey }: MinioOptions): Client {
  const { hostname, port, protocol } = new URL(endpoint);
  const useSSL = protocol === "https:";
  const place = { endPoint: hostname, port: Number(port) || (useSSL ? 443 : 80), useSSL };
  return new Client({ ...place, accessKey, secretKey });
}

async function putAgain(client: Client, bucket: string, name: string): Promise<boolean> {
  try {
    await client.putObject(bucket, name, "2", 1, { "If-None-Match": "*" });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === "PreconditionFailed") return false;
    throw error;
  }
}

async function clickhouseQuery(
  url: string,
  { user, password }: { readonly user: string; readonly password: string },
  query: string,
): Promise<{ ok: boolean; text: string }> {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "X-ClickHouse-User": user, "X-ClickHouse-Key": password },
    body: query,
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = (await answer.text()).trim();
  return { ok: answer.ok, text: text.split("\n")[0] ?? "" };
}
