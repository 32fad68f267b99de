/** The FIX name of a stored code. Throws on a code that the schema does not have: such a row was written by a newer build. */
export function codeName<Name extends string>(
  names: Readonly<Record<number, Name>>,
  code: number,
): Name {
  const name = names[code];
  if (name === undefined) throw new Error(`No name for the code ${code}`);
  return name;
}

/** RFC 3339 in UTC with milliseconds. */
export function timeText(time: number): string {
  return new Date(time).toISOString();
}
