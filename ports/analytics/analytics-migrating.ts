import type { Analytics } from "./analytics.ts";

/**
 * A store that brings its schema to the newest version with the first call that reaches it: a server that is away at the start holds up nothing else.
 * A call that finds it away rejects with AnalyticsError `Unavailable`, as ever, and the next one tries again.
 */
export function migratingAnalytics(store: Analytics): Analytics {
  let migrated: Promise<void> | null = null;
  const whenMigrated = async (): Promise<void> => {
    migrated ??= store.migrate().catch((error: unknown) => {
      migrated = null;
      throw error;
    });
    await migrated;
  };
  return {
    connection: store.connection,
    migrate: whenMigrated,
    reset: () => store.reset(),
    insert: async (block) => {
      await whenMigrated();
      await store.insert(block);
    },
    query: async <Row>(sql: string, params?: Readonly<Record<string, string | number>>) => {
      await whenMigrated();
      return store.query<Row>(sql, params);
    },
    ping: () => store.ping(),
    close: () => store.close(),
  };
}
