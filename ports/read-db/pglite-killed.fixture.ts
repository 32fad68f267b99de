/** Writes a row into the folder given, says so, and waits to be killed: run by read-db-pglite.test.ts. */
import { foldPositions } from "../../schema/postgres/tables.ts";
import { openPglite } from "./read-db-pglite.ts";

const [dataDir] = process.argv.slice(2);
if (dataDir === undefined) throw new Error("Give the folder");
const readDb = await openPglite({ dataDir });
await readDb.migrate();
await readDb.run((db) =>
  db
    .insert(foldPositions)
    .values({ partition: 0, offset: 7, epoch: 1, seqNum: 3, bodyHash: "00000000000000ab" }),
);
await Bun.write(Bun.stdout, "written");
setInterval(() => {}, 1000);
