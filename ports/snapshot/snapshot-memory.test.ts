import { createMemorySnapshots } from "./snapshot-memory.ts";
import { snapshotConformance } from "./snapshot.conformance.ts";

snapshotConformance("The memory store", async () => ({
  store: createMemorySnapshots(),
  dispose: async () => {},
}));
