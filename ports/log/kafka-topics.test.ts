import { describe, expect, test } from "bun:test";

import { topicSettings, wrongSettings } from "./kafka-topics.ts";

function settings(changed: Record<string, string> = {}, minInsync = 1): Map<string, string> {
  return new Map(Object.entries({ ...topicSettings(minInsync), ...changed }));
}

describe("a topic's settings", () => {
  test("are right as we make them, on one broker and on three", () => {
    expect(wrongSettings(settings(), 1)).toEqual([]);
    expect(wrongSettings(settings({}, 2), 3)).toEqual([]);
    expect(wrongSettings(settings({}, 3), 3)).toEqual([]);
  });

  test("are wrong where an acked record may stand on one broker of several", () => {
    expect(wrongSettings(settings({}, 1), 3)).toEqual(["min.insync.replicas is 1 of 3, below 2"]);
  });

  test("are wrong where records would be lost, restamped or refused", () => {
    for (const [name, value] of Object.entries({
      "cleanup.policy": "compact",
      "retention.ms": "604800000",
      "retention.bytes": "1073741824",
      "message.timestamp.type": "CreateTime",
      "unclean.leader.election.enable": "true",
      "max.message.bytes": "1024",
    })) {
      const [problem, ...others] = wrongSettings(settings({ [name]: value }), 1);
      expect(problem).toStartWith(`${name} is ${value}`);
      expect(others).toEqual([]);
    }
  });
});
