/** What the generator reads out of an SBE 1.0 message schema: the part of the standard that messages.xml uses. */
export interface MessageSchema {
  readonly id: number;
  readonly version: number;
  readonly enums: readonly EnumType[];
  readonly sets: readonly SetType[];
  readonly messages: readonly Message[];
}

export interface EnumType {
  readonly name: string;
  readonly primitive: string;
  readonly values: readonly EnumValue[];
}

export interface EnumValue {
  readonly name: string;
  readonly value: number;
  /** Of the schema that brought it. */
  readonly sinceVersion: number;
}

export interface SetType {
  readonly name: string;
  readonly primitive: string;
  readonly choices: readonly { readonly name: string; readonly bit: number }[];
}

export interface Message {
  readonly name: string;
  readonly id: number;
  /** Of the schema that brought it. */
  readonly sinceVersion: number;
  /** Of its newest version. */
  readonly blockLength: number;
  /** Each version that made its block longer, the first one first. */
  readonly blocks: readonly { readonly version: number; readonly length: number }[];
  /** Every version that a message of it may be written in, oldest first: its own, and those of its newer fields and values. */
  readonly versions: readonly number[];
  readonly description: string;
  readonly fields: readonly Field[];
  /** Name of the one variable part behind the block, and the most bytes that it may have. */
  readonly data: { readonly name: string; readonly bytesMax: number } | null;
}

export interface Field {
  readonly name: string;
  readonly sinceVersion: number;
  readonly offset: number;
  readonly bytes: number;
  readonly description: string;
  readonly type: FieldType;
}

export type FieldType =
  | {
      readonly kind: "integer";
      readonly primitive: string;
      readonly low: number;
      readonly high: number;
    }
  | { readonly kind: "uint53" }
  | { readonly kind: "hash64" | "uuid" | "wide" | "boolean" }
  | { readonly kind: "text" | "hex"; readonly length: number }
  | {
      readonly kind: "enum";
      readonly name: string;
      readonly primitive: string;
      readonly values: readonly EnumValue[];
    }
  | {
      readonly kind: "set";
      readonly name: string;
      readonly primitive: string;
      readonly mask: number;
    };

interface Tag {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly text: string;
  readonly children: readonly Tag[];
}

const ranges: Readonly<Record<string, readonly [number, number, number]>> = {
  uint8: [1, 0, 0xff],
  int8: [1, -0x80, 0x7f],
  uint16: [2, 0, 0xffff],
  int16: [2, -0x8000, 0x7fff],
  uint32: [4, 0, 0xffffffff],
  int32: [4, -0x80000000, 0x7fffffff],
};

/** Reads a message schema; throws on what the generator does not understand or on fields that overlap. */
export function readMessageSchema(xml: string): MessageSchema {
  const root = parseXml(xml);
  const types = root.children.filter((tag) => tag.name === "types").flatMap((tag) => tag.children);
  const enums = types.filter((tag) => tag.name === "enum").map(readEnum);
  const sets = types.filter((tag) => tag.name === "set").map(readSet);
  const fieldTypes = new Map(types.map((tag) => [attribute(tag, "name"), readType(tag, sets)]));
  const dataMax = new Map(
    types.filter(isData).map((tag) => [attribute(tag, "name"), dataBytesMax(tag)]),
  );
  const messages = root.children
    .filter((tag) => tag.name === "sbe:message")
    .map((tag) => readMessage(tag, fieldTypes, dataMax));
  return { id: integer(root, "id"), version: integer(root, "version"), enums, sets, messages };
}

function readEnum(tag: Tag): EnumType {
  return {
    name: attribute(tag, "name"),
    primitive: attribute(tag, "encodingType"),
    values: tag.children.map((child) => ({
      name: attribute(child, "name"),
      value: Number(child.text),
      sinceVersion: Number(child.attributes["sinceVersion"] ?? 0),
    })),
  };
}

function readSet(tag: Tag): SetType {
  return {
    name: attribute(tag, "name"),
    primitive: attribute(tag, "encodingType"),
    choices: tag.children.map((child) => ({
      name: attribute(child, "name"),
      bit: Number(child.text),
    })),
  };
}

/** Type and bytes of a named type; null for composites that no block holds. */
function readType(tag: Tag, sets: readonly SetType[]): { type: FieldType; bytes: number } | null {
  const name = attribute(tag, "name");
  if (tag.name === "composite")
    return name === "Wide" ? { type: { kind: "wide" }, bytes: 16 } : null;
  if (tag.name === "enum") {
    const { primitive, values } = readEnum(tag);
    const type = { kind: "enum", name, primitive, values } as const;
    return { type: name === "Bool" ? { kind: "boolean" } : type, bytes: bytesOf(primitive) };
  }
  if (tag.name === "set") {
    const primitive = attribute(tag, "encodingType");
    const choices = sets.find((set) => set.name === name)?.choices ?? [];
    const mask = choices.reduce((bits, { bit }) => bits | (1 << bit), 0);
    return { type: { kind: "set", name, primitive, mask }, bytes: bytesOf(primitive) };
  }
  return readPlainType(tag, name);
}

function readPlainType(tag: Tag, name: string): { type: FieldType; bytes: number } {
  const primitive = attribute(tag, "primitiveType");
  const length = Number(tag.attributes["length"] ?? 1);
  if (primitive === "char") return { type: { kind: "text", length }, bytes: length };
  if (primitive === "uint8" && length > 1) {
    return { type: name === "Uuid" ? { kind: "uuid" } : { kind: "hex", length }, bytes: length };
  }
  const max = tag.attributes["maxValue"];
  if (primitive === "uint64" || primitive === "int64") {
    if (max === undefined) return { type: { kind: "hash64" }, bytes: 8 };
    if (max !== String(Number.MAX_SAFE_INTEGER))
      throw new Error(`${name}: 64 bits hold 2^53 - 1 at most`);
    return { type: { kind: "uint53" }, bytes: 8 };
  }
  return {
    type: integerType(primitive, tag.attributes["minValue"], max),
    bytes: bytesOf(primitive),
  };
}

function integerType(primitive: string, low?: string, high?: string): FieldType {
  const [, least, most] = range(primitive);
  return {
    kind: "integer",
    primitive,
    low: low === undefined ? least : Number(low),
    high: high === undefined ? most : Number(high),
  };
}

function readMessage(
  tag: Tag,
  types: ReadonlyMap<string, { type: FieldType; bytes: number } | null>,
  dataMax: ReadonlyMap<string, number>,
): Message {
  const name = attribute(tag, "name");
  const sinceVersion = Number(tag.attributes["sinceVersion"] ?? 0);
  const blockLength = integer(tag, "blockLength");
  const fields = tag.children
    .filter((child) => child.name === "field")
    .map((child) => readField(child, types, sinceVersion));
  checkPlaces(name, fields, blockLength);
  const data = tag.children.find((child) => child.name === "data");
  return {
    name,
    id: integer(tag, "id"),
    sinceVersion,
    blockLength,
    blocks: blocksOf(fields, sinceVersion, blockLength),
    versions: versionsOf(fields, sinceVersion),
    description: tag.attributes["description"] ?? "",
    fields,
    data:
      data === undefined
        ? null
        : { name: attribute(data, "name"), bytesMax: dataMax.get(attribute(data, "type")) ?? 0 },
  };
}

function readField(
  tag: Tag,
  types: ReadonlyMap<string, { type: FieldType; bytes: number } | null>,
  sinceVersion: number,
): Field {
  const typeName = attribute(tag, "type");
  const found =
    typeName in ranges
      ? { type: integerType(typeName), bytes: bytesOf(typeName) }
      : types.get(typeName);
  if (found === undefined || found === null) throw new Error(`Unknown type ${typeName}`);
  return {
    name: attribute(tag, "name"),
    sinceVersion: Math.max(sinceVersion, Number(tag.attributes["sinceVersion"] ?? 0)),
    offset: integer(tag, "offset"),
    description: tag.attributes["description"] ?? "",
    ...found,
  };
}

/** A version's block ends where the first field of a newer one starts. */
function blocksOf(
  fields: readonly Field[],
  sinceVersion: number,
  blockLength: number,
): { version: number; length: number }[] {
  const versions = [...new Set([sinceVersion, ...fields.map((field) => field.sinceVersion)])];
  return versions.map((version) => ({
    version,
    length: fields.find((field) => field.sinceVersion > version)?.offset ?? blockLength,
  }));
}

/** Those of its fields and of their values, from its own on. */
function versionsOf(fields: readonly Field[], sinceVersion: number): number[] {
  const ofFields = fields.map((field) => field.sinceVersion);
  const ofValues = fields.flatMap(({ type }) =>
    type.kind === "enum" ? type.values.map((value) => value.sinceVersion) : [],
  );
  const newer = [...ofFields, ...ofValues].filter((version) => version > sinceVersion);
  return [...new Set([sinceVersion, ...newer])].sort((left, right) => left - right);
}

function checkPlaces(message: string, fields: readonly Field[], blockLength: number): void {
  let end = 0;
  let version = 0;
  for (const field of fields) {
    if (field.sinceVersion < version)
      throw new Error(`${message}.${field.name} stands behind a field of a newer version`);
    version = field.sinceVersion;
    if (field.offset < end)
      throw new Error(`${message}.${field.name} overlaps the field before it`);
    end = field.offset + field.bytes;
  }
  if (end > blockLength) throw new Error(`${message} is longer than its blockLength`);
}

function isData(tag: Tag): boolean {
  return (
    tag.name === "composite" && tag.children.some((child) => child.attributes["name"] === "varData")
  );
}

function dataBytesMax(tag: Tag): number {
  return Number(
    tag.children.find((child) => child.attributes["name"] === "length")?.attributes["maxValue"],
  );
}

function bytesOf(primitive: string): number {
  return range(primitive)[0];
}

function range(primitive: string): readonly [number, number, number] {
  const found = ranges[primitive];
  if (found === undefined) throw new Error(`Unknown primitive type ${primitive}`);
  return found;
}

function integer(tag: Tag, name: string): number {
  const value = Number(attribute(tag, name));
  if (!Number.isInteger(value)) throw new Error(`${tag.name}: ${name} is no integer`);
  return value;
}

function attribute(tag: Tag, name: string): string {
  const value = tag.attributes[name];
  if (value === undefined) throw new Error(`${tag.name}: ${name} is missing`);
  return value;
}

/** Elements, attributes and text: enough for a message schema, no entities, no CDATA. */
function parseXml(xml: string): Tag {
  type Open = { name: string; attributes: Record<string, string>; text: string; children: Tag[] };
  const root: Open = { name: "", attributes: {}, text: "", children: [] };
  const open: Open[] = [root];
  const plain = xml.replace(/<!--[\s\S]*?-->/g, "").replace(/<\?[\s\S]*?\?>/g, "");
  for (const [, closing, name = "", attributes = "", empty, text = ""] of plain.matchAll(
    /<(\/?)([\w:]+)([^>]*?)(\/?)>([^<]*)/g,
  )) {
    const top = open.at(-1) ?? root;
    if (closing === "/") {
      if (top.name !== name) throw new Error(`</${name}> closes <${top.name}>`);
      open.pop();
      continue;
    }
    const pairs = [...attributes.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, key, value]) => [
      key,
      value,
    ]);
    const tag: Open = {
      name,
      attributes: Object.fromEntries(pairs),
      text: text.trim(),
      children: [],
    };
    top.children.push(tag);
    if (empty !== "/") open.push(tag);
  }
  const [document] = root.children;
  if (document === undefined || open.length !== 1)
    throw new Error("The message schema is not well-formed");
  return document;
}
