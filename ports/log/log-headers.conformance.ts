import { expect, test } from "bun:test";

import { Topic } from "../../schema/topics.ts";
import type { Log, LogRecord } from "./log.ts";
import { bytes, collect, readAll, record, refuses, text } from "./log.probe.ts";

const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

/** What becomes of the headers beside records. `reopen` is null where the log does not outlive its closing. */
export function headerTests(log: () => Log, reopen: (() => Promise<void>) | null): void {
  test("gives headers back with their records, read and followed, and none to the others", async () => {
    const long = { traceparent, tracestate: "ü=".repeat(100), empty: "" };
    const records = [
      { ...record("plain"), key: bytes("k") },
      { ...record("traced"), key: bytes("k"), headers: { traceparent } },
      { ...record("long"), headers: long },
      { ...record(""), headers: { traceparent } },
    ];
    const followed = collect(log(), Topic.Orders, 0, 0, records.length);
    await log().append(Topic.Orders, 0, records);
    for (const stood of [await readAll(log(), Topic.Orders, 0), await followed]) {
      expect(stood.map(({ key, value, ...rest }) => ({ key, value, ...headersIn(rest) }))).toEqual(
        records,
      );
      expect(stood.map((each) => "headers" in each)).toEqual([false, true, true, true]);
    }
  });

  test("takes headers as they are at the call", async () => {
    const headers = { traceparent };
    const appended = log().append(Topic.Orders, 0, [{ ...record("a"), headers }]);
    headers.traceparent = "changed";
    await appended;
    const [stood] = await log().read(Topic.Orders, 0, 0, 1);
    expect(stood?.headers).toEqual({ traceparent });
  });

  test("keeps the order of records with and without headers", async () => {
    const names = Array.from({ length: 400 }, (_, index) => `${index}`);
    const appends = names.map((name, index) => {
      const traced = { ...record(name), headers: { traceparent: name } };
      return log().append(Topic.Orders, 1, [index % 3 === 0 ? traced : record(name)]);
    });
    await Promise.all(appends);
    const stood = await readAll(log(), Topic.Orders, 1);
    expect(stood.map(text)).toEqual(names);
    expect(stood.map(({ headers }) => headers?.["traceparent"] ?? null)).toEqual(
      names.map((name, index) => (index % 3 === 0 ? name : null)),
    );
  });

  test("refuses headers that are too long, and appends nothing of such a call", async () => {
    const headers = { traceparent: "x".repeat(1100) };
    const records = [record("a"), { ...record("b"), headers }];
    await refuses(log().append(Topic.Orders, 0, records), "RecordTooLarge");
    expect(await readAll(log(), Topic.Orders, 0)).toEqual([]);
  });

  if (reopen === null) return;
  test("still has the headers after close and open", async () => {
    const traced = { ...record("traced"), headers: { traceparent } };
    await log().append(Topic.Orders, 0, [traced, record("plain")]);
    await reopen();
    const stood = await readAll(log(), Topic.Orders, 0);
    expect(stood.map(({ headers }) => headers)).toEqual([{ traceparent }, undefined]);
  });
}

function headersIn({ headers }: Pick<LogRecord, "headers">): Pick<LogRecord, "headers"> {
  return headers === undefined ? {} : { headers };
}
