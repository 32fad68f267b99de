import type { ZodError, ZodType } from "zod";

import { ApiProblem } from "./problems.ts";
import type { FieldError } from "./problems.ts";
import { parseStrictJson } from "./strict-json.ts";

export const bodyBytesMax = 16 * 1024;
/** Of a list of as many orders as it may have. */
export const listBodyBytesMax = 64 * 1024;

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a JSON body of at most so many bytes. Throws ApiProblem. */
export async function readJsonText(request: Request, bytesMax = bodyBytesMax): Promise<string> {
  checkMediaType(request.headers);
  const bytes = await readBytes(request, bytesMax);
  try {
    return decoder.decode(bytes);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ApiProblem("InvalidUtf8", "The body is not UTF-8");
  }
}

/** A body's text as a value of the schema. Throws ApiProblem whose errors point at the fields. */
export function parseBody<Value>(text: string, schema: ZodType<Value>): Value {
  const parsed = schema.safeParse(parseStrictJson(text));
  if (!parsed.success) throw invalidRequest(parsed.error);
  return parsed.data;
}

/** Path parameters or a query string as a value of the schema; a parameter that stands twice is refused. Throws ApiProblem. */
export function parseParams<Value>(
  params: Iterable<readonly [string, string]>,
  schema: ZodType<Value>,
): Value {
  const record: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [name, value] of params) {
    if (name in record) {
      throw new ApiProblem("InvalidRequest", "A parameter stands twice", {
        errors: [{ pointer: pointerTo([name]), detail: "stands twice" }],
      });
    }
    record[name] = value;
  }
  const parsed = schema.safeParse({ ...record });
  if (!parsed.success) throw invalidRequest(parsed.error);
  return parsed.data;
}

export function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll("~", "~0").replaceAll("/", "~1")}`)
    .join("");
}

function invalidRequest(error: ZodError): ApiProblem {
  const errors = error.issues.flatMap((issue): FieldError[] =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => ({
          pointer: pointerTo([...issue.path, key.slice(0, namedMax)]),
          detail: "unknown field",
        }))
      : [{ pointer: pointerTo(issue.path), detail: issue.message }],
  );
  return new ApiProblem("InvalidRequest", "The request does not have the form that it should", {
    errors: errors.slice(0, errorCountMax),
  });
}

/** Echoes of what a client sent are cut. */
const namedMax = 64;
const errorCountMax = 20;

function checkMediaType(headers: Headers): void {
  const mediaType = headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;\s*charset\s*=\s*"?utf-8"?\s*)?$/i.test(mediaType)) {
    throw new ApiProblem("UnsupportedMediaType", "The body is to be application/json in UTF-8");
  }
  const coding = headers.get("content-encoding");
  if (coding !== null && coding !== "identity") {
    throw new ApiProblem("UnsupportedMediaType", "The body is to come uncompressed");
  }
}

async function readBytes(request: Request, bytesMax: number): Promise<Uint8Array> {
  const length = request.headers.get("content-length");
  if (length === null) return readCapped(request.body, bytesMax);
  if (Number(length) > bytesMax) throw tooLarge(bytesMax);
  const bytes = await request.bytes();
  if (bytes.byteLength > bytesMax) throw tooLarge(bytesMax);
  return bytes;
}

/** A body that does not say how long it is, is read no further than it may be long. */
async function readCapped(
  body: ReadableStream<Uint8Array> | null,
  bytesMax: number,
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array();
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of body) {
    length += part.byteLength;
    if (length > bytesMax) throw tooLarge(bytesMax);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(bytesMax: number): ApiProblem {
  return new ApiProblem("BodyTooLarge", `The body is longer than ${bytesMax} bytes`);
}
