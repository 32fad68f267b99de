import type {
  EnumType,
  Field,
  FieldType,
  Message,
  MessageSchema,
  SetType,
} from "./message-schema.ts";
import { header, kebab, writeRecords } from "./records-writer.ts";
import {
  firstFields,
  firstLength,
  growingFields,
  hasVersions,
  isGrowing,
  newerFields,
  underVersions,
  writeLeastVersion,
  zeroOf,
} from "./version-writer.ts";

/** The TypeScript files of schema/generated, by name. */
export function writeCodecs(schema: MessageSchema): Map<string, string> {
  const files = new Map<string, string>();
  files.set("enums.ts", writeEnums(schema));
  for (const message of schema.messages) {
    files.set(`${kebab(message.name)}.ts`, writeMessage(message, schema));
  }
  files.set("records.ts", writeRecords(schema));
  return files;
}

function writeEnums({ enums, sets }: MessageSchema): string {
  const parts = enums.filter(({ name }) => name !== "Bool").map(writeEnum);
  return `${header}\n${[...parts, ...sets.map(writeSet)].join("\n")}`;
}

function writeEnum(type: EnumType): string {
  const { name, values } = type;
  const hasGrown = values.some(({ sinceVersion }) => sinceVersion > 0);
  const union = values.map((value) => JSON.stringify(value.name)).join(" | ");
  return `
export const ${name} = {
${values.map((value) => `  ${value.name}: ${value.value},`).join("\n")}
} as const;
export type ${name} = (typeof ${name})[keyof typeof ${name}];
export const ${name}Name: Readonly<Record<${name}, ${union}>> = {
${values.map((value) => `  ${value.value}: "${value.name}",`).join("\n")}
};
export function is${name}(value: number): value is ${name} {
  switch (value) {
${values.map(({ value }) => `    case ${value}:`).join("\n")}
      return true;
    default:
      return false;
  }
}
${hasGrown ? writeVersions(type) : ""}`;
}

/** Of an enumeration that has grown. */
function writeVersions({ name, values }: EnumType): string {
  const first = values.filter(({ sinceVersion }) => sinceVersion === 0);
  const newer = values.filter(({ sinceVersion }) => sinceVersion > 0);
  const known = first.map(({ value }) => `    case ${value}:\n`).join("");
  return `
/** Whether it is one of the values that a version of the schema has. */
export function is${name}In(value: number, version: number): value is ${name} {
  switch (value) {
${known === "" ? "" : `${known}      return true;\n`}${newer.map(({ value, sinceVersion }) => `    case ${value}:\n      return version >= ${sinceVersion};`).join("\n")}
    default:
      return false;
  }
}

/** The version of the schema that brought a value. */
export function versionOf${name}(value: number): number {
  switch (value) {
${newer.map(({ value, sinceVersion }) => `    case ${value}:\n      return ${sinceVersion};`).join("\n")}
    default:
      return 0;
  }
}
`;
}

function writeSet({ name, choices }: SetType): string {
  return `
/** Bit mask. */
export const ${name} = {
${choices.map((choice) => `  ${choice.name}: ${2 ** choice.bit},`).join("\n")}
} as const;
export type ${name} = number;
`;
}

function writeMessage(message: Message, schema: MessageSchema): string {
  const { name, description, data } = message;
  if (data !== null && newerFields(message).length > 0)
    throw new Error(`${name}: a block with data behind it cannot grow`);
  return `${header}
${writeImports(message)}
${description === "" ? "" : `/** ${description}. */\n`}export interface ${name} {
  readonly kind: "${name}";
${message.fields.map((field) => writeProperty(field, message)).join("\n")}
${data === null ? "" : `  readonly ${data.name}: Uint8Array;\n`}}

${writeLayout(message)}${hasVersions(message) ? writeLeastVersion(message) : ""}
${writeEncoder(message, schema)}
/** Every field holds a value of its type. */
export function valid${name}(view: DataView, block: number): boolean {
${writeValidity(message)}
}

${writeDecoder(message)}`;
}

function writeImports(message: Message): string {
  const { fields } = message;
  const named = [...new Set(fields.flatMap(({ type }) => ("name" in type ? [type] : [])))];
  const types = [...new Set(named.map((type) => type.name))].toSorted();
  const checks = [...new Set(named.filter(({ kind }) => kind === "enum").map((type) => type.name))];
  const grown = [
    ...new Set(growingFields(message).flatMap(({ type }) => ("name" in type ? [type.name] : []))),
  ];
  const imports = [
    ...checks.map((type) => `is${type}`),
    ...grown.flatMap((type) => [`is${type}In`, `versionOf${type}`]),
    ...types.map((type) => `type ${type}`),
  ];
  const fromEnums =
    imports.length > 0 ? `import { ${imports.join(", ")} } from "./enums.ts";\n` : "";
  return `${fields.some(({ type }) => type.kind === "wide") ? 'import { validWide } from "../wide.ts";\n' : ""}import * as wire from "../wire.ts";
${fromEnums}`;
}

function writeLayout(message: Message): string {
  const { name, id, sinceVersion, blocks, fields } = message;
  const newer = blocks
    .slice(1)
    .map(({ version, length }) => `  blockLengthV${version}: ${length},\n`)
    .join("");
  return `/** Template, bytes of the block in its first version, and where in it each field starts. */
export const ${name}Layout = {
  templateId: ${id},
  version: ${sinceVersion},
  blockLength: ${firstLength(message)},
${newer}${fields.map((field) => `  ${field.name}: ${field.offset},`).join("\n")}
} as const;
`;
}

function writeEncoder(message: Message, schema: MessageSchema): string {
  const { name, id, fields, data } = message;
  const grows = newerFields(message).length > 0;
  const length = grows ? "blockLength" : String(firstLength(message));
  const version = hasVersions(message) ? "version" : String(message.sinceVersion);
  return `/** Writes header and block${data === null ? "" : " and data"} at \`at\`; returns the offset after them. Throws when a field is outside its type. */
export function encode${name}(message: ${name}, view: DataView, at: number): number {
${fields.map((field) => writeAssertion(field, message)).join("\n")}
${hasVersions(message) ? "  const version = leastVersion(message);\n" : ""}${grows ? "  const blockLength = blockLengthIn(version);\n" : ""}  view.setUint16(at, ${length}, true);
  view.setUint16(at + 2, ${id}, true);
  view.setUint16(at + 4, ${schema.id}, true);
  view.setUint16(at + 6, ${version}, true);
  const block = at + 8;
  for (let index = 0; index < ${length}; index++) view.setUint8(block + index, 0);
${firstFields(message)
  .map((field) => `  ${writeStatement(field, `message.${field.name}`)}`)
  .join("\n")}
${underVersions(message, length, (field) => writeStatement(field, `message.${field.name} ?? ${zeroOf(field)}`))}
${data === null ? `  return block + ${length};` : writeData(data, firstLength(message))}
}
`;
}

function writeDecoder(message: Message): string {
  const { name, data } = message;
  const read = `{
    kind: "${name}",
${firstFields(message)
  .map((field) => `    ${field.name}: ${readExpression(field)},`)
  .join("\n")}
${data === null ? "" : `    ${data.name}: new Uint8Array(view.buffer, view.byteOffset + block + ${firstLength(message) + 4}, view.getUint32(block + ${firstLength(message)}, true)),\n`}  }`;
  const comment = `/** Call only behind its header and where valid${name} holds. */`;
  const signature = `export function decode${name}(view: DataView, block: number): ${name} {`;
  if (newerFields(message).length === 0) return `${comment}\n${signature}\n  return ${read};\n}\n`;
  const assign = (field: Field): string =>
    `    const ${field.name} = ${readExpression(field)};\n    if (${field.name} !== ${zeroOf(field)}) newer.${field.name} = ${field.name};`;
  return `${comment}
${signature}
  const message: ${name} = ${read};
  const blockLength = view.getUint16(block - 8, true);
  if (blockLength <= ${firstLength(message)}) return message;
  const newer: { -readonly [Key in keyof ${name}]?: ${name}[Key] } = {};
${underVersions(message, "blockLength", assign)}
  return { ...message, ...newer };
}
`;
}

function writeProperty({ name, type, description, sinceVersion }: Field, of: Message): string {
  const isNewer = sinceVersion > of.sinceVersion;
  const absent = isNewer
    ? `Since version ${sinceVersion} of the schema; absent = ${zeroName(type)}`
    : "";
  const said = [description, absent].filter((text) => text !== "").join(". ");
  const comment = said === "" ? "" : `  /** ${said}. */\n`;
  return `${comment}  readonly ${name}${isNewer ? "?" : ""}: ${typeName(type)};`;
}

function zeroName(type: FieldType): string {
  return type.kind === "text" ? "empty" : type.kind === "boolean" ? "false" : "0";
}

function typeName(type: FieldType): string {
  switch (type.kind) {
    case "integer":
    case "uint53":
      return "number";
    case "wide":
      return "bigint";
    case "boolean":
      return "boolean";
    case "enum":
    case "set":
      return type.name;
    default:
      return "string";
  }
}

function place(field: Field): string {
  return field.offset === 0 ? "block" : `block + ${field.offset}`;
}

function primitiveAccess(type: { primitive: string }): { suffix: string; endian: string } {
  const suffix = type.primitive.replace("uint", "Uint").replace(/^int/, "Int");
  return { suffix, endian: suffix.endsWith("8") ? "" : ", true" };
}

function writeStatement(field: Field, value: string): string {
  const { type } = field;
  switch (type.kind) {
    case "integer":
    case "enum":
    case "set": {
      const { suffix, endian } = primitiveAccess(type);
      return `view.set${suffix}(${place(field)}, ${value}${endian});`;
    }
    case "boolean":
      return `view.setUint8(${place(field)}, (${value}) ? 1 : 0);`;
    case "text":
      return `wire.writeText(view, ${place(field)}, ${type.length}, ${value});`;
    case "hex":
      return `wire.writeHex(view, ${place(field)}, ${type.length}, ${value});`;
    default:
      return `wire.write${capital(type.kind)}(view, ${place(field)}, ${value});`;
  }
}

function readExpression(field: Field): string {
  const { type } = field;
  switch (type.kind) {
    case "integer":
    case "enum":
    case "set": {
      const { suffix, endian } = primitiveAccess(type);
      const read = `view.get${suffix}(${place(field)}${endian})`;
      return type.kind === "enum" ? `${read} as ${type.name}` : read;
    }
    case "boolean":
      return `view.getUint8(${place(field)}) === 1`;
    case "text":
      return `wire.readText(view, ${place(field)}, ${type.length})`;
    case "hex":
      return `wire.readHex(view, ${place(field)}, ${type.length})`;
    default:
      return `wire.read${capital(type.kind)}(view, ${place(field)})`;
  }
}

function writeAssertion(field: Field, of: Message): string {
  const { name, type } = field;
  const isNewer = field.sinceVersion > of.sinceVersion;
  const value = isNewer ? `message.${name} ?? ${zeroOf(field)}` : `message.${name}`;
  const condition = ((): string | null => {
    switch (type.kind) {
      case "integer":
        return `wire.isIntegerWithin(${value}, ${type.low}, ${type.high})`;
      case "uint53":
        return `wire.isIntegerWithin(${value}, 0, Number.MAX_SAFE_INTEGER)`;
      case "hash64":
        return `wire.isHex(${value}, 8)`;
      case "uuid":
        return `wire.isUuid(${value})`;
      case "wide":
        return `wire.isWide(${value})`;
      case "text":
        return `wire.isText(${value}, ${type.length})`;
      case "hex":
        return `wire.isHex(${value}, ${type.length})`;
      case "enum":
        return `is${type.name}(${value})`;
      case "set":
        return `wire.isIntegerWithin(${value}, 0, ${type.mask})`;
      case "boolean":
        return null;
    }
  })();
  return condition === null ? "" : `  wire.assertField(${condition}, "${name}");`;
}

function writeValidity(message: Message): string {
  const first = `(\n    ${conditionsOf(firstFields(message))}\n  )`;
  const checks = message.blocks.slice(1).flatMap(({ version }, index) => {
    const fields = message.fields.filter(({ sinceVersion }) => sinceVersion === version);
    const own = conditionsOf(fields);
    return own === "true"
      ? []
      : [`(blockLength <= ${message.blocks[index]?.length ?? 0} || (${own}))`];
  });
  const locals = [
    ...(growingFields(message).length === 0
      ? []
      : ["  const version = view.getUint16(block - 2, true);"]),
    ...(checks.length === 0 ? [] : ["  const blockLength = view.getUint16(block - 8, true);"]),
  ];
  return [...locals, `  return ${[first, ...checks].join(" && ")};`].join("\n");
}

function conditionsOf(fields: readonly Field[]): string {
  const conditions = fields.map(validity).filter((condition) => condition !== null);
  return conditions.length === 0 ? "true" : conditions.join(" &&\n    ");
}

/** A value that is newer than the version in which the message is written is none of its type. */
function validity(field: Field): string | null {
  const { type } = field;
  switch (type.kind) {
    case "integer":
      return integerValidity(field, type);
    case "uint53":
      return `wire.validUint53(view, ${place(field)})`;
    case "wide":
      return `validWide(view, ${place(field)})`;
    case "text":
      return `wire.validText(view, ${place(field)}, ${type.length})`;
    case "enum": {
      const read = readExpression(field).replace(/ as \w+$/, "");
      return isGrowing(field) ? `is${type.name}In(${read}, version)` : `is${type.name}(${read})`;
    }
    case "set":
      return `(${readExpression(field)} & ${~type.mask}) === 0`;
    case "boolean":
      return `view.getUint8(${place(field)}) <= 1`;
    default:
      return null;
  }
}

function integerValidity(field: Field, type: FieldType & { kind: "integer" }): string | null {
  const read = readExpression(field);
  if (type.primitive === "uint32" && type.high < 0xffffffff) return `${read} <= ${type.high}`;
  if (type.primitive === "int32" && type.low === 0) return `${read} >= 0`;
  return null;
}

function writeData(data: { name: string; bytesMax: number }, blockLength: number): string {
  return `  wire.assertField(message.${data.name}.length <= ${data.bytesMax}, "${data.name}");
  view.setUint32(block + ${blockLength}, message.${data.name}.length, true);
  new Uint8Array(view.buffer, view.byteOffset + block + ${blockLength + 4}, message.${data.name}.length).set(message.${data.name});
  return block + ${blockLength + 4} + message.${data.name}.length;`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
