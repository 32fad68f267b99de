import type { EntryRequest } from "../schema/http/entry.ts";
import { ApiProblem } from "./problems.ts";
import { checkedKey } from "./repeats.ts";

type Op = EntryRequest["op"];

/** Where each operation's route is: `:orderID` stands for the request's own. */
const routes: Readonly<Record<Op, readonly [method: string, path: string]>> = {
  placeOrder: ["POST", "/v1/orders"],
  replaceOrder: ["PATCH", "/v1/orders/:orderID"],
  cancelOrder: ["DELETE", "/v1/orders/:orderID"],
  cancelOrders: ["DELETE", "/v1/orders"],
  placeOrderList: ["POST", "/v1/order-lists"],
  setDeadManTimer: ["PUT", "/v1/dead-man-timer"],
};

const place = "http://order-entry";

/** What of an answer's headers a client of a connection is told. */
const toldHeaders = [
  "idempotency-replayed",
  "location",
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "x-orderbook-position",
];

/** The request over HTTP that asks for the same; the routes check all of it. Throws ApiProblem. */
export function httpRequestOf(request: EntryRequest, token: string): Request {
  const [method, path] = routes[request.op];
  const { idempotencyKey, query = {}, body } = request;
  const url = new URL(place + withOrderID(path, request));
  for (const [name, value] of Object.entries(query)) url.searchParams.append(name, value);
  const headers = new Headers({ authorization: `Bearer ${token}` });
  if (idempotencyKey !== undefined) headers.set("idempotency-key", checkedKey(idempotencyKey));
  if (body === undefined) return new Request(url, { method, headers });
  const text = JSON.stringify(body);
  headers.set("content-type", "application/json");
  headers.set("content-length", String(Buffer.byteLength(text)));
  return new Request(url, { method, headers, body: text });
}

function withOrderID(path: string, { path: given }: EntryRequest): string {
  const isNamed = path.includes(":orderID");
  if (isNamed !== (given !== undefined)) {
    const detail = isNamed ? "this operation has one" : "this operation has none";
    throw new ApiProblem("InvalidRequest", "The request does not have the form that it should", {
      errors: [{ pointer: "/path", detail }],
    });
  }
  return path.replace(":orderID", encodeURIComponent(given?.orderID ?? ""));
}

/** An answer over HTTP as the text of a message. */
export async function answerText(id: string, response: Response): Promise<string> {
  const headers = Object.fromEntries(
    toldHeaders.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value] as const];
    }),
  );
  const body = await response.text();
  const head = { type: "answer", id, status: response.status, headers };
  // The body is JSON already, and is not to be read and written once more.
  return `${JSON.stringify(head).slice(0, -1)},"body":${body}}`;
}

/** A problem that no route has answered. */
export function problemText(
  type: "answer" | "timer",
  id: string | null,
  problem: ApiProblem,
): string {
  const { status, body, details } = problem;
  const headers = { ...details.headers };
  return JSON.stringify({ type, id, status, headers, body });
}
