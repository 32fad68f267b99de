const waitMaxMs = 60_000;

/**
 * Repeats a read that names a minSeq while the views are behind it (409 StaleRead, which the venue answers after waiting itself).
 * Throws after a minute.
 */
export async function freshRead<Answer extends { readonly status: number }>(
  read: () => Promise<Answer>,
): Promise<Answer> {
  const deadline = performance.now() + waitMaxMs;
  for (;;) {
    const answer = await read();
    if (answer.status !== 409) return answer;
    if (performance.now() > deadline) throw new Error("The views stay behind the log");
  }
}
