import type { DeadReasonText, ListedDeadLetter } from "../schema/http/dead-letters.ts";

/** What became of a command, and what can be done about it. */
export const deadReasons: Readonly<
  Record<DeadReasonText, { readonly meaning: string; readonly advice: string }>
> = {
  Undecodable: {
    meaning: "These bytes are no record of ours: they could not be read, and were refused.",
    advice:
      "Look who may write to orders. There is nothing to replay: discard the letter once you know.",
  },
  UnknownTemplate: {
    meaning: "This is a record of a kind that no version of this venue knows, and was refused.",
    advice:
      "Look who wrote it, and with which build. There is nothing to replay: discard the letter once you know.",
  },
  Quarantined: {
    meaning: "An operator set this command aside; its owner refused it unread.",
    advice:
      "It is never sent again. Discard the letter once what broke the engine is understood; its sender may send it anew.",
  },
  UnknownSymbol: {
    meaning:
      "This order came before its instrument was listed. It was brought again until its deadline or its last attempt, and never entered the book.",
    advice:
      "List the instrument, then replay the order; or discard it where the symbol is a mistake.",
  },
  NewerVersion: {
    meaning:
      "This order is written in a newer version than its partition reads. It was brought again, and never entered the book.",
    advice: "Activate the version first, then replay; or discard it.",
  },
  TooLateToEnter: {
    meaning: "This order waited until its deadline had passed, and never entered the book.",
    advice: "Replay it where its account still wants it, or discard it.",
  },
};

/** Whether the venue takes a replay of it at all. */
export function isReplayable({ deadReason }: Pick<ListedDeadLetter, "deadReason">): boolean {
  return (
    deadReason === "UnknownSymbol" ||
    deadReason === "NewerVersion" ||
    deadReason === "TooLateToEnter"
  );
}
