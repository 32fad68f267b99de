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

/** Bytes of the block that a version of the schema gives the template, as an expression of `version`. */
export function lengthExpression(message: Message): string {
  const older = message.blocks.slice(1).toReversed();
  const first = `${message.sinceVersion > 0 ? `version < ${message.sinceVersion} ? 0 : ` : ""}${firstLength(message)}`;
  return older.reduceRight(
    (otherwise, { version, length }) => `version >= ${version} ? ${length} : ${otherwise}`,
    first,
  );
}

/** A function that says the bytes of the block that a message takes. */
export function writeBlockLength(message: Message): string {
  const { name, blocks } = message;
  const checks = blocks.slice(1).toReversed();
  const lines = checks.map(({ version, length }) => {
    const fields = message.fields.filter(({ sinceVersion }) => sinceVersion === version);
    const says = fields.map(
      (field) => `(message.${field.name} ?? ${zeroOf(field)}) !== ${zeroOf(field)}`,
    );
    return `  if (${says.join(" || ")}) return ${length};`;
  });
  return `
/** Bytes of the block of the least version that has all that the message says. */
export function blockLengthOf${name}(message: ${name}): number {
${lines.join("\n")}
  return ${firstLength(message)};
}
`;
}

/** The version that a block of `blockLength` bytes is of. */
export function versionExpression({ blocks, sinceVersion }: Message): string {
  return blocks
    .slice(1)
    .reduce(
      (otherwise, { version, length }) => `blockLength === ${length} ? ${version} : ${otherwise}`,
      String(sinceVersion),
    );
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
