import { VenueClient } from "../venue-client.ts";
import type { Answer } from "../venue-client.ts";

/** Pages of a list at most. */
export const pageCountMax = 200;
/** Rows of a whole page. */
export const rowsOfPage = 1000;

/** Thrown when a view does not show in time what it should. */
export class ViewSilent extends Error {
  override readonly name = "ViewSilent";
}

/** Reads views as one client sees them, and waits out one that is still catching up after a restart. */
export class ViewReader {
  readonly #client: VenueClient;
  readonly #catchUpMsMax: number;

  constructor(options: { url: string; token: string | null; catchUpMsMax: number }) {
    this.#client = new VenueClient(options.url, options.token);
    this.#catchUpMsMax = options.catchUpMsMax;
  }

  /** Rejects with ViewSilent when the view does not answer 200 in time. */
  async answer(path: string): Promise<Answer> {
    const answer = await lastOf(this.#catchUpMsMax, {
      get: () => this.#client.get(path),
      isRight: ({ status }) => status === 200,
    });
    if (answer.status === 200) return answer;
    throw new ViewSilent(
      `${path} answers ${answer.status} ${JSON.stringify(answer.body)} for too long`,
    );
  }

  /** The rows of the first pages, of all where there are no more. */
  async rows(path: string, field: string, pageCount = pageCountMax): Promise<Row[]> {
    const rows: Row[] = [];
    let cursor = "";
    for (let page = 0; page < pageCount; page++) {
      const { body } = await this.answer(`${path}&limit=${rowsOfPage}${cursor}`);
      rows.push(...(body[field] as Row[]));
      if (typeof body["nextCursor"] !== "string") break;
      cursor = `&cursor=${body["nextCursor"]}`;
    }
    return rows;
  }
}

export type Row = Readonly<Record<string, unknown>>;

/** The first value that is right, or the last one when none was in time. */
export async function lastOf<Value>(
  msMax: number,
  { get, isRight }: { get(): Promise<Value>; isRight(value: Value): boolean },
): Promise<Value> {
  const deadline = performance.now() + msMax;
  for (;;) {
    const value = await get();
    if (isRight(value) || performance.now() > deadline) return value;
    await Bun.sleep(50);
  }
}
