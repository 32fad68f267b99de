import type { Environment, Variable } from "../process/environment.ts";
import type { ClickhouseOptions } from "./analytics-clickhouse.ts";

const url = {
  name: "CLICKHOUSE_URL",
  meaning: "ClickHouse over HTTP; without it there are no analytics",
  fallback: "",
} as const;

export const clickhouseVariables = {
  url,
  user: {
    name: "CLICKHOUSE_USER",
    meaning: "user that defines and writes the database `orderbook`",
    fallback: "orderbook",
  },
  password: {
    name: "CLICKHOUSE_PASSWORD_FILE",
    meaning: "file with that user's password",
    fallback: "",
  },
  analyst: {
    name: "CLICKHOUSE_ANALYST_USER",
    meaning: "user that reads it",
    fallback: "analyst",
  },
  analystPassword: {
    name: "CLICKHOUSE_ANALYST_PASSWORD_FILE",
    meaning: "file with the reading user's password",
    fallback: "",
  },
} as const satisfies Record<string, Variable>;

/** For who writes; null without a URL. */
export function readClickhouseWriter(environment: Environment): ClickhouseOptions | null {
  const address = environment.url(url, ["http:", "https:"]);
  if (address === "") return null;
  return {
    url: address,
    user: environment.text(clickhouseVariables.user),
    password: environment.secret({ ...clickhouseVariables.password, fallback: null }),
    analyst: readAnalyst(environment),
  };
}

/** For who only reads: it never gets the writer's password. Null without a URL. */
export function readClickhouseReader(environment: Environment): ClickhouseOptions | null {
  const address = environment.url(url, ["http:", "https:"]);
  if (address === "") return null;
  const analyst = readAnalyst(environment);
  return { url: address, ...analyst, analyst };
}

function readAnalyst(environment: Environment): ClickhouseOptions["analyst"] {
  return {
    user: environment.text(clickhouseVariables.analyst),
    password: environment.secret({ ...clickhouseVariables.analystPassword, fallback: null }),
  };
}
