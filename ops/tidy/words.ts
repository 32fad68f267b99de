import { handwritten, lineAt } from "./sources.ts";
import type { Finding, Tree } from "./sources.ts";

interface ForbiddenWord {
  readonly pattern: RegExp;
  readonly write: string;
}

/**
 * Synonyms of FIX words. Identifiers only, and only where the word cannot mean something else: `size` is also a Map's, `type`
 * also TypeScript's, so those are caught where an order or a level would declare them.
 */
const forbidden: readonly ForbiddenWord[] = [
  { pattern: /\b(is(Buy|Sell|Bid|Ask))\b/g, write: "side" },
  { pattern: /\b(orderType|ordertype)\b/g, write: "ordType" },
  { pattern: /\b(tif)\b/g, write: "timeInForce" },
  { pattern: /\b(\w*[cC]lientOrderI[dD]|\w*[cC]lOrdId)\b/g, write: "clOrdID" },
  { pattern: /\b(\w*[oO]rderId)\b/g, write: "orderID" },
  { pattern: /\b(\w*[aA]ccountId)\b/g, write: "accountID" },
  { pattern: /\b(execId|tradeId)\b/g, write: "execID, or rptSeq" },
  {
    pattern: /\b(amount|filledQty|filledQuantity|remainingQty|remainingQuantity)\b/g,
    write: "orderQty, leavesQty, cumQty, lastQty",
  },
  {
    pattern: /(?<![.\w])(size)\s*\??\s*:\s*(?:number|string|bigint)\b/g,
    write: "orderQty, leavesQty, cumQty, lastQty",
  },
  { pattern: /\b(px)\b/g, write: "price, lastPx, avgPx" },
  { pattern: /\b(takerSide)\b/g, write: "aggressorSide" },
  { pattern: /\b(\w*[cC]ancelled\w*)\b/g, write: "canceled, as FIX spells it" },
  { pattern: /\b(lastOp)\b/g, write: "seqNum, or offset" },
  { pattern: /\b(ts)\s*\??\s*:/g, write: "transactTime" },
  {
    pattern: /\b(aggressiveOrder|passiveOrder|incomingOrder|makerOrderType)\b/g,
    write: "maker, taker",
  },
  { pattern: /\b(rejectReason|rejReason)\b/g, write: "ordRejReason, cxlRejReason" },
];

/** Words that have a FIX name (style §3.3). */
export function forbiddenWords(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const { path, source } of handwritten(tree)) {
    for (const { pattern, write } of forbidden) {
      for (const match of source.code.matchAll(pattern)) {
        const message = `\`${match[1] ?? match[0]}\`: write ${write}`;
        findings.push({ path, line: lineAt(source.text, match.index), message });
      }
    }
  }
  return findings;
}

/** Drawers: folders and files whose name says nothing. */
export function drawers(tree: Tree): Finding[] {
  const drawer = /(^|\/)(lib|utils?|helpers?|common|misc|shared|types|constants)(\/|\.tsx?$)/;
  return [...tree.keys()]
    .filter((path) => /\.tsx?$/.test(path) && drawer.test(path))
    .map((path) => ({ path, line: 1, message: "a drawer: name the concept" }));
}

/** Notes to oneself that no issue holds. */
export function openNotes(tree: Tree): Finding[] {
  const findings: Finding[] = [];
  for (const { path, source } of handwritten(tree)) {
    for (const { text, index } of source.comments) {
      for (const match of text.matchAll(/\b(TODO(?!\(#\d+\))|FIXME|XXX|HACK)\b/g)) {
        const line = lineAt(source.text, index + match.index);
        findings.push({
          path,
          line,
          message: `${match[1]} without an issue: write TODO(#number), or do it`,
        });
      }
    }
  }
  return findings;
}
