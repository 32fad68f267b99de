/** One thing looked at. `mend` says what to do where it is not as it should be. */
export interface Finding {
  readonly subject: string;
  readonly what: string;
  readonly mend: string | null;
}

export function well(subject: string, what: string): Finding {
  return { subject, what, mend: null };
}

export function wrong(subject: string, what: string, mend: string): Finding {
  return { subject, what, mend };
}

/** Runs a store's checks; what it throws is a finding too: the store does not answer. */
export async function findings(
  subject: string,
  look: () => Promise<readonly Finding[]>,
  mend: string,
): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [wrong(subject, `does not answer: ${reason.split("\n")[0] ?? ""}`, mend)];
  }
}
