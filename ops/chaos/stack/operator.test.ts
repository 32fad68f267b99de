import { expect, test } from "bun:test";

import { SeededRandom } from "../../seeded-random.ts";
import { VenueClient } from "../../venue-client.ts";
import { Journal } from "../journal.ts";
import { LetterAudit } from "./letter-audit.ts";
import { Operator } from "./operator.ts";

/** A venue that confirms whatever an operator asks for, and writes nothing down. */
function forgetfulVenue() {
  return Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    routes: {
      "/v1/admin/dead-letters": Response.json({
        deadLetters: [{ deadLetterID: "0:4", deadReason: "Undecodable" }],
      }),
      "/v1/admin/dead-letters/:id/discard": Response.json({}),
    },
  });
}

test("reports a discard that was confirmed and stands nowhere", async () => {
  const venue = forgetfulVenue();
  const admin = new VenueClient(`http://127.0.0.1:${venue.port}`, null);
  const operator = new Operator(admin, new Journal());
  await operator.resolveOne(new SeededRandom(1));
  await venue.stop(true);
  const letters = new LetterAudit(0);
  expect(operator.check([letters]).map(({ promise }) => promise)).toEqual(["OperatorIsHeard"]);
  letters.resolutions.set(4, {
    kind: "DeadLetterResolved",
    partition: 0,
    deadResolution: 2,
    seqNum: 4,
    resolvedAt: 0,
    orderID: "00000000-0000-0000-0000-000000000000",
    commandOffset: 0,
    operator: "operator",
    reason: "chaos",
  });
  expect(operator.check([letters])).toEqual([]);
});
