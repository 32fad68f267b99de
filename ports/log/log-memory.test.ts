import { createMemoryLog } from "./log-memory.ts";
import { logConformance } from "./log.conformance.ts";

logConformance("The memory log", {
  persistent: false,
  stampsByClock: true,
  create: async () => ({
    open: async (partitionCount, clock) => createMemoryLog({ partitionCount, clock }),
    dispose: async () => {},
  }),
});
