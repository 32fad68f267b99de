/** What a ClickHouse of our own is told: files that stand in its folder, so that no password is ever an argument. */
export interface ClickhouseCredentials {
  readonly writer: string;
  readonly analyst: string;
}

/**
 * The server's own settings. The library opens its listener in a session of the user `default`, who has no password and could
 * close the listener again. So only requests that name one of our users in a header have a handler at all; basic authentication, which
 * a parameter could override, must be one of ours to the letter. The server tells `startID` on /start.
 */
export function serverConfig(options: {
  readonly credentials: ClickhouseCredentials;
  readonly users: string;
  readonly temporary: string;
  readonly startID: string;
}): string {
  const { credentials, users, temporary, startID } = options;
  return `<clickhouse>
  <logger><level>none</level></logger>
  <users_config>${escapeXml(users)}</users_config>
  <tmp_path>${escapeXml(temporary)}/</tmp_path>
  <mark_cache_size>67108864</mark_cache_size>
  <max_server_memory_usage>2000000000</max_server_memory_usage>
  <max_concurrent_queries>64</max_concurrent_queries>
  <http_handlers>
    <rule><url>/ping</url><handler><type>ping</type></handler></rule>
    <rule><url>/start</url><handler><type>static</type><status>200</status><response_content>${startID}</response_content></handler></rule>
    ${queryRule("X-ClickHouse-User", "regex:(writer|analyst)")}
    ${queryRule("Authorization", basic("writer", credentials.writer))}
    ${queryRule("Authorization", basic("analyst", credentials.analyst))}
  </http_handlers>
</clickhouse>
`;
}

function basic(name: string, password: string): string {
  return `Basic ${btoa(`${name}:${password}`)}`;
}

function queryRule(header: string, value: string): string {
  const handler = "<type>dynamic_query_handler</type><query_param_name>query</query_param_name>";
  return `<rule><headers><${header}>${value}</${header}></headers><handler>${handler}</handler></rule>`;
}

/**
 * Users and grants; `network` says where both may come from. The analyst has no grant outside our database: readonly alone would still let file() read this machine and
 * url() reach others.
 */
export function usersConfig(credentials: ClickhouseCredentials, network = loopback): string {
  return `<clickhouse>
  <profiles>
    <default><async_insert>0</async_insert></default>
    <analyst>
      <readonly>2</readonly>
      <max_execution_time>30</max_execution_time>
      <max_result_rows>1000000</max_result_rows>
      <max_memory_usage>1000000000</max_memory_usage>
      <output_format_json_quote_decimals>1</output_format_json_quote_decimals>
      <output_format_json_quote_64bit_integers>1</output_format_json_quote_64bit_integers>
      <constraints>
        <max_execution_time><min>1</min><max>30</max></max_execution_time>
        <max_result_rows><min>1</min><max>1000000</max></max_result_rows>
        <max_memory_usage><min>1</min><max>1000000000</max></max_memory_usage>
      </constraints>
    </analyst>
  </profiles>
  <quotas><default></default></quotas>
  <users>
${user("default", { password: "", profile: "default", grants: opening })}
${user("writer", { password: credentials.writer, profile: "default", grants: writing, network })}
${user("analyst", { password: credentials.analyst, profile: "analyst", grants: reading, network })}
  </users>
</clickhouse>
`;
}

const loopback = "127.0.0.1";
const opening = ["SYSTEM LISTEN ON *.*", "SELECT ON system.numbers"];
const reading = ["SELECT ON orderbook.*"];
const writing = [
  "SELECT, INSERT, ALTER, TRUNCATE, OPTIMIZE, CREATE, DROP ON orderbook.*",
  "TABLE ENGINE ON MergeTree",
  "TABLE ENGINE ON ReplacingMergeTree",
  "TABLE ENGINE ON AggregatingMergeTree",
  "TABLE ENGINE ON Atomic",
];

interface User {
  readonly password: string;
  readonly profile: string;
  readonly grants: readonly string[];
  /** Where the user may come from. */
  readonly network?: string;
}

function user(name: string, { password, profile, grants, network = loopback }: User): string {
  return `    <${name}>
      ${secret(password)}
      <profile>${profile}</profile>
      <quota>default</quota>
      <networks><ip>${network}</ip></networks>
      <grants>${grants.map((grant) => `<query>GRANT ${grant}</query>`).join("")}</grants>
    </${name}>`;
}

function secret(password: string): string {
  if (password === "") return "<password></password>";
  const hash = new Bun.CryptoHasher("sha256").update(password).digest("hex");
  return `<password_sha256_hex>${hash}</password_sha256_hex>`;
}

function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
