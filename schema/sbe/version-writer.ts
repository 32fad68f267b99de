/**
 * What a message that grew needs beside its first version: fields that may be absent, and a block of the least version that has all
 * that a message says. So a message that says nothing new keeps its old bytes.
 */
import type { Field, FieldType, Message } from "./message-schema.ts";

/** Fields of the first version. */
export function firstFields(message: Message): Field[] {
  return message.fields.filter(({ sinceVersion }) => sinceVersion === message.sinceVersion);
}

export function newerFields(message: Message): Field[] {
  return message.fields.filter(({ sinceVersion }) => sinceVersion > message.sinceVersion);
}

/** Bytes of the block of the first version. */
export function firstLength({ blocks }: Message): number {
  return blocks[0]?.length ?? 0;
}

/** Whether it is of an enumeration that has values newer than the field. */
export function isGrowing({ type, sinceVersion }: Field): boolean {
  return type.kind === "enum" && type.values.some((value) => value.sinceVersion > sinceVersion);
}

export function growingFields(message: Message): Field[] {
  return message.fields.filter(isGrowing);
}

/** Whether messages of it may be written in more than one version. */
export function hasVersions({ versions }: Message): boolean {
  return versions.length > 1;
}

/** Bytes of the block that a version of the schema gives the template, as an expression of `version`; 0 before its first one. */
export function lengthExpression(message: Message): string {
  const { sinceVersion } = message;
  const known = knownLengthExpression(message);
  return sinceVersion > 0 ? `version < ${sinceVersion} ? 0 : ${known}` : known;
}

function knownLengthExpression(message: Message): string {
  return message.blocks
    .slice(1)
    .reduce(
      (otherwise, { version, length }) => `version >= ${version} ? ${length} : ${otherwise}`,
      String(firstLength(message)),
    );
}

/** Functions that say in which version a message is written, and how many bytes its block takes. */
export function writeLeastVersion(message: Message): string {
  const { name, blocks, fields, sinceVersion } = message;
  const ofFields = blocks.slice(1).map(({ version }) => {
    const own = fields.filter((field) => field.sinceVersion === version);
    const says = own.map(
      (field) => `(message.${field.name} ?? ${zeroOf(field)}) !== ${zeroOf(field)}`,
    );
    return `${says.join(" || ")} ? ${version} : 0`;
  });
  const ofValues = growingFields(message).map((field) => {
    const ofValue = `versionOf${enumName(field)}(message.${field.name}`;
    if (field.sinceVersion === sinceVersion) return `${ofValue})`;
    return `(message.${field.name} ?? 0) === 0 ? 0 : ${ofValue} ?? 0)`;
  });
  const least = `
/** The least version of the schema that has all fields and values of the message. */
function leastVersion(message: ${name}): number {
  return Math.max(${[sinceVersion, ...ofFields, ...ofValues].join(", ")});
}
`;
  if (newerFields(message).length === 0) return least;
  return `${least}
function blockLengthIn(version: number): number {
  return ${knownLengthExpression(message)};
}

/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOf${name}(message: ${name}): number {
  return blockLengthIn(leastVersion(message));
}
`;
}

function enumName({ type, name }: Field): string {
  if (type.kind !== "enum") throw new Error(`${name} is no enumeration`);
  return type.name;
}

/** Statements about the fields of each newer version, each under its condition. */
export function underVersions(
  message: Message,
  blockLength: string,
  statement: (field: Field) => string,
): string {
  const { blocks, fields } = message;
  return blocks
    .slice(1)
    .map(({ version }, index) => {
      const own = fields.filter(({ sinceVersion }) => sinceVersion === version);
      return `  if (${blockLength} > ${blocks[index]?.length ?? 0}) {\n${own.map(statement).join("\n")}\n  }`;
    })
    .join("\n");
}

/** The value of a field that says nothing. */
export function zeroOf({ type }: Field): string {
  return zeroOfType(type);
}

function zeroOfType(type: FieldType): string {
  switch (type.kind) {
    case "wide":
      return "0n";
    case "boolean":
      return "false";
    case "text":
      return '""';
    case "hash64":
      return `"${"0".repeat(16)}"`;
    case "uuid":
      return '"00000000-0000-0000-0000-000000000000"';
    case "hex":
      return `"${"0".repeat(type.length * 2)}"`;
    default:
      return "0";
  }
}
