/** Whether the number of an option is a whole one of 1 to `most`. */
export function isCount(value: number | undefined, most: number): value is number {
  return value !== undefined && Number.isInteger(value) && value >= 1 && value <= most;
}
