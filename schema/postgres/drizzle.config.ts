import type { Config } from "drizzle-kit";

/** `bun x drizzle-kit generate --config schema/postgres/drizzle.config.ts --name WHAT` writes the next migration. */
// drizzle-kit takes nothing else.
// oxlint-disable-next-line import/no-default-export
export default {
  dialect: "postgresql",
  schema: "./schema/postgres/tables.ts",
  out: "./schema/postgres/migrations",
} satisfies Config;
