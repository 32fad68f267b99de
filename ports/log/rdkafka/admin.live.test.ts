import { expect, test } from "bun:test";

import { liveStore } from "../../live-store.ts";
import { Admin, AdminError } from "./admin.ts";
import { ErrorCode } from "./client.ts";
import { openLibrary } from "./library.ts";

const brokers = liveStore("KAFKA_BROKERS", "Kafka");

if (brokers === null) {
  test.skip("Kafka is missing: start it with `bun run services up`", () => {});
} else {
  test("an instance that is closed is asked nothing more: its memory is gone", async () => {
    const settings = { "bootstrap.servers": brokers, log_level: "0" };
    const admin = new Admin(openLibrary([process.env["RDKAFKA_SO"] ?? ""]), settings);
    admin.close();
    const [answer] = await Promise.allSettled([admin.endOffset("orders", 0)]);
    expect(answer).toMatchObject({ status: "rejected", reason: { code: ErrorCode.Destroyed } });
    expect(answer.status === "rejected" && answer.reason).toBeInstanceOf(AdminError);
  });
}
