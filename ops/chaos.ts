import { stackChaos, stackUsage } from "./chaos/stack/stack-command.ts";
import { venueChaos, venueUsage } from "./chaos/venue-command.ts";

const [rig = "", ...args] = process.argv.slice(2);
process.exit(await run());

async function run(): Promise<number> {
  if (rig === "venue") return venueChaos(args);
  if (rig === "stack") return stackChaos(args);
  console.error(`Name what is killed: venue or stack\n${venueUsage}\n\n${stackUsage}`);
  return 2;
}
