import type { Context } from "hono";
import type { z } from "zod";

import { formatPosition } from "./position.ts";
import type { PositionList } from "./position.ts";
import { invalidRequest, parseRequest, Problem } from "./problem.ts";

/** The query string's parameters, checked. A parameter that stands twice is refused. */
export function readQuery<Schema extends z.ZodType>(
  context: Context,
  schema: Schema,
): z.output<Schema> {
  const values = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URL(context.req.url).searchParams) {
    if (name in values) {
      throw invalidRequest([{ pointer: `/${name.slice(0, 64)}`, detail: "Stands twice" }]);
    }
    values[name] = value;
  }
  return parseRequest(schema, values);
}

/** The account that the gateway has authenticated; throws Problem Unauthorized without one. */
export function readAccount(context: Context): number {
  const text = context.req.header("x-orderbook-account") ?? "";
  const accountID = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(accountID <= accountIDMax)) throw new Problem("Unauthorized", "A bearer token is needed");
  return accountID;
}

const accountIDMax = 2 ** 31 - 1;

/** Answers an account's own data: nobody may keep it. */
export function answerPrivate(body: object, positions: string): Response {
  return Response.json(body, {
    headers: { "x-orderbook-position": positions, "cache-control": "no-store" },
  });
}

/** Answers public data, or 304 where the client holds this version already. */
export function answerPublic(
  context: Context,
  answer: { body: () => object; position: string; version: string | null },
): Response {
  const headers = new Headers({
    "x-orderbook-position": answer.position,
    "cache-control": "no-cache",
  });
  if (answer.version === null) return Response.json(answer.body(), { headers });
  const etag = `W/"${answer.version}"`;
  headers.set("etag", etag);
  if (holds(context.req.header("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers });
  }
  return Response.json(answer.body(), { headers });
}

/** Position of every partition, also of those with nothing yet. */
export function wholePosition(positions: PositionList, partitionCount: number): string {
  const all = Array.from({ length: partitionCount }, (_, partition): [number, number] => [
    partition,
    positions.get(partition) ?? 0,
  ]);
  return formatPosition(new Map(all));
}

/** Weak comparison, as RFC 9110 has it for If-None-Match. */
function holds(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  const opaque = etag.slice(2);
  return header
    .split(",")
    .map((part) => part.trim())
    .some((part) => part === "*" || part === etag || part === opaque);
}
