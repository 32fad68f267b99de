import type { Hono } from "hono";

import type { InstrumentAnswer, InstrumentList } from "../../schema/http/reads.ts";
import { BookQuery, PlainQuery, SymbolPath } from "../../schema/http/reads.ts";
import { viewBook, viewInstrument } from "../book-view.ts";
import type { Books } from "../books.ts";
import type { MinSeqGate } from "../min-seq.ts";
import { parseRequest } from "../problem.ts";
import { answerPublic, readQuery } from "../request.ts";

/** Instruments and their books, out of the replicas. */
export function addInstrumentRoutes(app: Hono, parts: { books: Books; gate: MinSeqGate }): void {
  const { books, gate } = parts;

  app.get("/v1/instruments", async (context) => {
    await gate.allBooks(readQuery(context, PlainQuery).minSeq);
    const all = books.all();
    all.sort((a, b) => (a.terms.symbol < b.terms.symbol ? -1 : 1));
    const position = books.wholePosition();
    const body = (): InstrumentList => ({ instruments: all.map(viewInstrument), position });
    const newest = books
      .partitions()
      .map((partition) =>
        all
          .filter((book) => book.partition === partition)
          .reduce((seqNum, { termsSeqNum }) => Math.max(seqNum, termsSeqNum), 0),
      );
    return answerPublic(context, { body, position, version: newest.join("-") });
  });

  app.get("/v1/instruments/:symbol", async (context) => {
    const { symbol } = parseRequest(SymbolPath, context.req.param());
    const { minSeq } = readQuery(context, PlainQuery);
    const book = await gate.book(minSeq, symbol);
    const position = books.position(book.partition);
    const body = (): InstrumentAnswer => ({ ...viewInstrument(book), position });
    return answerPublic(context, { body, position, version: String(book.termsSeqNum) });
  });

  app.get("/v1/instruments/:symbol/book", async (context) => {
    const { symbol } = parseRequest(SymbolPath, context.req.param());
    const { minSeq, level, depth } = readQuery(context, BookQuery);
    const book = await gate.book(minSeq, symbol);
    const position = books.position(book.partition);
    const body = () => viewBook(book, { level, depth, position });
    return answerPublic(context, { body, position, version: String(book.seqNum) });
  });
}
