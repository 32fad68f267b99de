import { expect, test } from "bun:test";

import { Turns } from "./turns.ts";

test("turns come in the order in which they were taken, whoever passes first", async () => {
  const turns = new Turns();
  const [first, second, third] = [turns.take(), turns.take(), turns.take()];
  const came: string[] = [];
  const all = [
    second.mine.then(() => came.push("second")),
    third.mine.then(() => came.push("third")),
    first.mine.then(() => came.push("first")),
  ];
  second.pass();
  third.pass();
  await first.mine;
  expect(came).toEqual(["first"]);
  first.pass();
  await Promise.all(all);
  expect(came).toEqual(["first", "second", "third"]);
});
