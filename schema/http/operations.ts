import { z } from "zod";

import { Count } from "./scalars.ts";

export const Health = z.strictObject({ status: z.literal("ok") }).meta({ id: "Health" });

/** Ready: commands are taken and answered. Stalled: the owner of a partition has been silent, or its outcomes cannot be folded. */
export const Readiness = z
  .strictObject({
    status: z.enum(["ready", "starting", "stalled", "closing"]),
    reads: z.boolean().meta({ description: "Whether the read side serves" }),
    partitions: z.array(
      z.strictObject({
        partition: Count,
        seqNum: Count.meta({ description: "Last outcome folded" }),
        failure: z.string().optional(),
      }),
    ),
  })
  .meta({ id: "Readiness" });

export type Readiness = z.infer<typeof Readiness>;
