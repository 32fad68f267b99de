import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { frame } from "../schema/frame.ts";
import { schemaVersion } from "../schema/generated/records.ts";
import { writeCodecs } from "../schema/sbe/codec-writer.ts";
import { readMessageSchema } from "../schema/sbe/message-schema.ts";
import type { Engine } from "./core/engine.ts";
import type { serialiseCapture } from "./core/snapshot.ts";
import type { Replica } from "./replica.ts";

/** The version of the schema, and the semantics that go with it, that the newer build has beside this one's. */
export const newerSchemaVersion = schemaVersion + 1;
export const newerSemanticsVersion = 2;
/** TimeInForce, which this build does not know. */
export const atTheClose = 7;

/** What this build's sources have become where one has changed them as the next release would. */
export interface NewerBuild {
  readonly Replica: typeof Replica;
  readonly Engine: typeof Engine;
  readonly serialiseCapture: typeof serialiseCapture;
  readonly frame: typeof frame;
  remove(): void;
}

/**
 * A copy of the sources with a longer block of two commands, a new value of an enumeration and a changed rule, each put in where a real one
 * would be: in messages.xml and in the list of semantics.
 */
export async function makeNewerBuild(): Promise<NewerBuild> {
  const root = join(import.meta.dirname, "..");
  const home = mkdtempSync(join(tmpdir(), "orderbook-newer-build-"));
  for (const folder of ["schema", "engine", "ports"]) {
    cpSync(join(root, folder), join(home, folder), { recursive: true });
  }
  change(home, "schema/messages.xml", newerMessages);
  change(home, "engine/core/semantics.ts", newerSemantics);
  const xml = readFileSync(join(home, "schema/messages.xml"), "utf8");
  for (const [name, text] of writeCodecs(readMessageSchema(xml))) {
    writeFileSync(join(home, "schema/generated", name), text);
  }
  const paths = ["engine/replica.ts", "engine/core/engine.ts", "engine/core/snapshot.ts"];
  const modules = await Promise.all(
    [...paths, "schema/frame.ts"].map((path) => import(join(home, path)) as Promise<object>),
  );
  const remove = (): void => rmSync(home, { recursive: true, force: true });
  return { ...(Object.assign({}, ...modules) as Omit<NewerBuild, "remove">), remove };
}

/** The schema as the next release might have it. */
function newerMessages(xml: string): string {
  const plain = '<validValue name="GTD">6</validValue>';
  const since = `sinceVersion="${newerSchemaVersion}"`;
  const value = `<validValue name="AtTheClose" ${since}>${atTheClose}</validValue>`;
  const numbered = exchange(
    xml,
    `id="1" version="${schemaVersion}"`,
    `id="1" version="${newerSchemaVersion}"`,
  );
  const grown = exchange(numbered, plain, `${plain}${value}`);
  return lengthen(lengthen(grown, "NewOrderSingle", "minQty"), "SecurityStatus", "haltReason");
}

/** With a field of eight bytes more at the end of a message's block. */
function lengthen(xml: string, name: string, field: string): string {
  const message = readMessageSchema(xml).messages.find((each) => each.name === name);
  if (message === undefined) throw new Error(`There is no message ${name}`);
  const { id, blockLength } = message;
  const head = `<sbe:message name="${name}" id="${id}" blockLength=`;
  const longer = exchange(xml, `${head}"${blockLength}"`, `${head}"${blockLength + 8}"`);
  const end = longer.indexOf("</sbe:message>", longer.indexOf(head));
  const added = `<field name="${field}" id="99" type="Qty" offset="${blockLength}" sinceVersion="${newerSchemaVersion}"/>`;
  return `${longer.slice(0, end)}${added}${longer.slice(end)}`;
}

/** Version 1 as it was, and one behind it. */
function newerSemantics(source: string): string {
  const frozen = exchange(source, "    schemaVersion,\n", `    schemaVersion: ${schemaVersion},\n`);
  const second = `  {
    semanticsVersion: ${newerSemanticsVersion},
    schemaVersion,
    rules: { scheduledStateCountMax: 1, deferredCountMax: 1_024 },
  },
`;
  return exchange(frozen, "  },\n];\n", `  },\n${second}];\n`);
}

function change(home: string, path: string, changed: (text: string) => string): void {
  const place = join(home, path);
  writeFileSync(place, changed(readFileSync(place, "utf8")));
}

function exchange(text: string, from: string, to: string): string {
  const parts = text.split(from);
  if (parts.length !== 2) throw new Error(`"${from}" stands ${parts.length - 1} times`);
  return parts.join(to);
}
