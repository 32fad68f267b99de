/** schema/generated/records.ts: what is asked of any message, by its kind or by its template. */
import type { Message, MessageSchema } from "./message-schema.ts";
import { firstLength, lengthExpression, newerFields } from "./version-writer.ts";

export const header =
  "// Written by schema/generate.ts from schema/messages.xml: change that and run `bun run generate`.";

export function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, "$1-$2").toLowerCase();
}

export function writeRecords(schema: MessageSchema): string {
  const imports = schema.messages.map((message) => {
    const { name } = message;
    const length = newerFields(message).length > 0 ? `blockLengthOf${name}, ` : "";
    return `import { ${length}decode${name}, encode${name}, valid${name}, type ${name} } from "./${kebab(name)}.ts";`;
  });
  return `${header}
${imports.join("\n")}

export const schemaId = ${schema.id};
/** The newest one; a message is written in the least version that has all that it says. */
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
  const bytes = (message: Message): string => {
    const { name, data } = message;
    if (newerFields(message).length > 0) return `8 + blockLengthOf${name}(message)`;
    const plain = String(8 + firstLength(message));
    return data === null ? plain : `${plain} + 4 + message.${data.name}.length`;
  };
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
  return `/** Bytes of a template's block in a version of the schema, or 0 where there is no such template or version. */
export function blockLengthOf(templateId: number, version: number): number {
  if (version > schemaVersion) return 0;
  switch (templateId) {
${cases(lengthExpression)}
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

/** Every field of the block, behind its header, holds a value of its type. */
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
