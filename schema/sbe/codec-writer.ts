import type {
  EnumType,
  Field,
  FieldType,
  Message,
  MessageSchema,
  SetType,
} from "./message-schema.ts";

const header =
  "// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.";

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

export function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

function writeEnums({ enums, sets }: MessageSchema): string {
  const parts = enums.filter(({ name }) => name !== "Bool").map(writeEnum);
  return `${header}\n${[...parts, ...sets.map(writeSet)].join("\n")}`;
}

function writeEnum({ name, values }: EnumType): string {
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
  const { name, id, blockLength, fields, data, description } = message;
  const named = [...new Set(fields.flatMap(({ type }) => ("name" in type ? [type] : [])))];
  const types = [...new Set(named.map((type) => type.name))].toSorted();
  const checks = [...new Set(named.filter(({ kind }) => kind === "enum").map((type) => type.name))];
  const imports = [...checks.map((type) => `is${type}`), ...types.map((type) => `type ${type}`)];
  const fromEnums =
    imports.length > 0 ? `import { ${imports.join(", ")} } from "./enums.ts";\n` : "";
  return `${header}
${fields.some(({ type }) => type.kind === "wide") ? 'import { validWide } from "../wide.ts";\n' : ""}import * as wire from "../wire.ts";
${fromEnums}
${description === "" ? "" : `/** ${description}. */\n`}export interface ${name} {
  readonly kind: "${name}";
${fields.map(writeProperty).join("\n")}
${data === null ? "" : `  readonly ${data.name}: Uint8Array;\n`}}

/** Template, bytes of the block, and where in it each field starts. */
export const ${name}Layout = {
  templateId: ${id},
  blockLength: ${blockLength},
${fields.map((field) => `  ${field.name}: ${field.offset},`).join("\n")}
} as const;

/** Writes header and block${data === null ? "" : " and data"} at \`at\`; returns the offset after them. Throws when a field is outside its type. */
export function encode${name}(message: ${name}, view: DataView, at: number): number {
${fields.map(writeAssertion).join("\n")}
  view.setUint16(at, ${blockLength}, true);
  view.setUint16(at + 2, ${id}, true);
  view.setUint16(at + 4, ${schema.id}, true);
  view.setUint16(at + 6, ${schema.version}, true);
  const block = at + 8;
  for (let index = 0; index < ${blockLength}; index++) view.setUint8(block + index, 0);
${fields.map((field) => `  ${writeStatement(field)}`).join("\n")}
${data === null ? `  return block + ${blockLength};` : writeData(data, blockLength)}
}

/** Every field holds a value of its type. */
export function valid${name}(view: DataView, block: number): boolean {
${writeValidity(fields)}
}

/** Call only where valid${name} holds. */
export function decode${name}(view: DataView, block: number): ${name} {
  return {
    kind: "${name}",
${fields.map((field) => `    ${field.name}: ${readExpression(field)},`).join("\n")}
${data === null ? "" : `    ${data.name}: new Uint8Array(view.buffer, view.byteOffset + block + ${blockLength + 4}, view.getUint32(block + ${blockLength}, true)),\n`}  };
}
`;
}

function writeProperty({ name, type, description }: Field): string {
  const comment = description === "" ? "" : `  /** ${description}. */\n`;
  return `${comment}  readonly ${name}: ${typeName(type)};`;
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

function writeStatement(field: Field): string {
  const { name, type } = field;
  const value = `message.${name}`;
  switch (type.kind) {
    case "integer":
    case "enum":
    case "set": {
      const { suffix, endian } = primitiveAccess(type);
      return `view.set${suffix}(${place(field)}, ${value}${endian});`;
    }
    case "boolean":
      return `view.setUint8(${place(field)}, ${value} ? 1 : 0);`;
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

function writeAssertion({ name, type }: Field): string {
  const value = `message.${name}`;
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

function writeValidity(fields: readonly Field[]): string {
  const conditions = fields.map(validity).filter((condition) => condition !== null);
  return `  return (\n    ${conditions.length === 0 ? "true" : conditions.join(" &&\n    ")}\n  );`;
}

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
    case "enum":
      return `is${type.name}(${readExpression(field).replace(/ as \w+$/, "")})`;
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

function writeRecords(schema: MessageSchema): string {
  const imports = schema.messages.map(
    ({ name }) =>
      `import { decode${name}, encode${name}, valid${name}, type ${name} } from "./${kebab(name)}.ts";`,
  );
  return `${header}
${imports.join("\n")}

export const schemaId = ${schema.id};
export const schemaVersion = ${schema.version};
export const headerBytes = 8;

${writeUnions(schema.messages)}
${writeByKind(schema.messages)}
${writeByTemplate(schema.messages)}`;
}

function writeUnions(messages: readonly Message[]): string {
  const union = (low: number, high: number): string =>
    messages
      .filter(({ id }) => id >= low && id <= high)
      .map(({ name }) => name)
      .join(" | ");
  return `/** Templates 1 to 63: what stands on the orders log. */
export type Command = ${union(1, 63)};
/** Templates 64 to 127: what a body holds. */
export type Event = ${union(64, 127)};
export type AnyMessage = Command | Event | ${union(128, 65535)};
`;
}

/** What is asked of a message object. */
function writeByKind(messages: readonly Message[]): string {
  const bytes = ({ blockLength, data }: Message): string =>
    `${8 + blockLength}${data === null ? "" : ` + 4 + message.${data.name}.length`}`;
  return `export function encodeMessage(message: AnyMessage, view: DataView, at: number): number {
  switch (message.kind) {
${messages.map(({ name }) => `    case "${name}":\n      return encode${name}(message, view, at);`).join("\n")}
  }
}

/** Bytes that encodeMessage writes. */
export function encodedBytes(message: AnyMessage): number {
  switch (message.kind) {
${messages.map((message) => `    case "${message.name}":\n      return ${bytes(message)};`).join("\n")}
  }
}
`;
}

/** What is asked of bytes. */
function writeByTemplate(messages: readonly Message[]): string {
  const cases = (answer: (message: Message) => string): string =>
    messages
      .map((message) => `    case ${message.id}:\n      return ${answer(message)};`)
      .join("\n");
  const withData = messages.filter(({ data }) => data !== null);
  return `/** Bytes of a template's block, or 0 where there is no such template. */
export function blockLengthOf(templateId: number): number {
  switch (templateId) {
${cases(({ blockLength }) => String(blockLength))}
    default:
      return 0;
  }
}

/** Most bytes of a template's variable part, or 0 where it has none. */
export function dataBytesMaxOf(templateId: number): number {
${withData.map(({ id, data }) => `  if (templateId === ${id}) return ${data?.bytesMax ?? 0};`).join("\n")}
  return 0;
}

export function templateName(templateId: number): AnyMessage["kind"] | null {
  switch (templateId) {
${cases(({ name }) => `"${name}"`)}
    default:
      return null;
  }
}

/** Every field of the block holds a value of its type. */
export function validBlock(templateId: number, view: DataView, block: number): boolean {
  switch (templateId) {
${cases(({ name }) => `valid${name}(view, block)`)}
    default:
      return false;
  }
}

/** Call only where validBlock holds. */
export function decodeBlock(templateId: number, view: DataView, block: number): AnyMessage {
  switch (templateId) {
${cases(({ name }) => `decode${name}(view, block)`)}
    default:
      throw new RangeError("There is no such template");
  }
}
`;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
