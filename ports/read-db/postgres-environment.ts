import type { Environment, Variable } from "../process/environment.ts";
import type { PostgresOptions } from "./read-db-postgres.ts";

export const postgresVariables = {
  url: {
    name: "POSTGRES_URL",
    meaning:
      "`postgres://user@host:port/database`; `?sslmode=verify-full` where the server speaks TLS",
    fallback: null,
  },
  password: {
    name: "POSTGRES_PASSWORD_FILE",
    meaning: "file with that user's password",
    fallback: null,
  },
} as const satisfies Record<string, Variable>;

export function readPostgres(environment: Environment): PostgresOptions {
  const address = environment.url(postgresVariables.url, ["postgres:", "postgresql:"]);
  const password = environment.secret(postgresVariables.password);
  if (address === "" || password === "") return { url: "" };
  const url = new URL(address);
  url.password = encodeURIComponent(password);
  return { url: url.href };
}
