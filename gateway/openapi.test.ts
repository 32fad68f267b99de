import { afterAll, beforeAll, expect, test } from "bun:test";

import { ProblemStatus } from "../schema/http/problem.ts";
import { TestVenue } from "./venue.fixture.ts";

interface Operation {
  readonly operationId?: string;
  readonly security?: readonly object[];
  readonly parameters?: readonly {
    readonly name: string;
    readonly in: string;
    readonly required?: boolean;
  }[];
  readonly requestBody?: object;
  readonly responses: Readonly<
    Record<string, { readonly description: string; readonly content?: object }>
  >;
}

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, object>> };
}

let venue: TestVenue;
let document: Document;

beforeAll(async () => {
  venue = await TestVenue.open();
  const { body } = await venue.request("GET", "/openapi.json", { token: null });
  document = body as unknown as Document;
});

afterAll(() => venue.close());

function operations(): [string, Operation][] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, Operation] => [
      `${method} ${path}`,
      operation,
    ]),
  );
}

test("the document is OpenAPI 3.1 with named schemas, and every reference leads somewhere", () => {
  expect(document.openapi).toBe("3.1.0");
  expect(Object.keys(document.components.schemas)).toContain("NewOrderRequest");
  const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
  expect(references.length).toBeGreaterThan(50);
  for (const reference of references) {
    const name = /#\/components\/schemas\/(\w+)"/.exec(reference)?.[1] ?? reference;
    expect(Object.keys(document.components.schemas)).toContain(name);
  }
});

test("every operation has an id of its own, an answer, and problems in their form", () => {
  const ids = operations().map(([, { operationId }]) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  for (const [name, { responses }] of operations()) {
    const statuses = Object.keys(responses).map(Number);
    expect({ name, answers: statuses.some((status) => status < 400) }).toEqual({
      name,
      answers: true,
    });
    for (const [status, { content }] of Object.entries(responses)) {
      if (Number(status) < 400 || name === "get /readyz") continue;
      expect(content).toHaveProperty(["application/problem+json"]);
    }
  }
});

test("every code stands with some operation, under its status", () => {
  const described = operations().flatMap(([, { responses }]) =>
    Object.entries(responses).flatMap(([status, { description }]) =>
      description.split(", ").map((code) => `${code} ${status}`),
    ),
  );
  // Said by the server before a route is found, or by query to who is not the gateway.
  const elsewhere = ["MethodNotAllowed", "Forbidden"];
  for (const [code, status] of Object.entries(ProblemStatus)) {
    if (!elsewhere.includes(code)) expect(described).toContain(`${code} ${status}`);
  }
});

test("operations with a scope name the token and its refusals", () => {
  for (const [name, { security, responses }] of operations()) {
    const statuses = Object.keys(responses);
    const secured = security !== undefined;
    expect({ name, says401: statuses.includes("401") }).toEqual({ name, says401: secured });
  }
});

test("path parameters are required and named as in the path", () => {
  for (const [name, { parameters = [] }] of operations()) {
    const named = parameters.filter((parameter) => parameter.in === "path");
    const inPath = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    expect(named.map((parameter) => parameter.name)).toEqual(inPath as string[]);
    expect(named.every(({ required }) => required === true)).toBe(true);
  }
});
