import type { ListedAccount, ListedInstrument, StatusRequest } from "../schema/http/admin.ts";
import { refused } from "./confirmation.ts";
import type { Outcome } from "./confirmation.ts";
import { withDecimals } from "./decimals.ts";
import { instantText } from "./elements.ts";
import type { Stateful, StatesPanelOptions } from "./states-panel.ts";
import type { VenueAnswer, VenueApi } from "./venue-api.ts";

type AskState = StatesPanelOptions["question"];
type TradingState = StatusRequest["tradingState"];

/** What each trading state lets through. */
const tradingStates: Readonly<Record<TradingState, string>> = {
  Open: "orders are taken and matched; what has collected trades at one price first",
  PreOpen: "orders are taken and rest unmatched until it is Open",
  Auction: "as PreOpen, and what the opening would come to is published",
  Halt: "no new order and no change; cancels pass",
  CancelOnly: "the same as Halt, said as such to clients",
  Closed: "nothing passes, cancels neither; orders for the day expire now, others at their time",
};

export function instrumentState(instrument: ListedInstrument): Stateful {
  const { symbol, tradingState } = instrument;
  const tick = withDecimals(instrument.tickSize, 0);
  const next = instrument.scheduledStates.map(
    ({ effectiveTime, tradingState: state }) => `${state} at ${instantText(effectiveTime)}`,
  );
  const units = `tick ${tick} · lot ${withDecimals(instrument.lotSize, 0)}`;
  const about = [units, ...next].join(" · ");
  return { name: symbol, about, state: tradingState };
}

export function accountState({ accountID, name, accountStatus }: ListedAccount): Stateful {
  return { name: String(accountID), about: name, state: accountStatus };
}

export function instrumentQuestion(api: () => VenueApi): AskState {
  return ({ name, state }) => ({
    opener: "Change",
    text: `${name} is ${state}. Without a time clients see the new state at once, and changes that were scheduled are dropped. With one it comes then, beside the others that are scheduled.`,
    verb: `Change ${name}`,
    asksTime: "When, in UTC; empty: now",
    isDanger: false,
    asksReason: false,
    choices: choicesFrom(state),
    act: async ({ choice, time }) => {
      const path = `/v1/admin/instruments/${name}/status`;
      const when = time === "" ? {} : { effectiveTime: time };
      const answer = await api().put(path, { tradingState: choice, ...when });
      const said = time === "" ? `is ${choice} now` : `will be ${choice} at ${instantText(time)}`;
      return changed(answer, `${name} ${said}`);
    },
  });
}

/** All states, the present one last: it may come again later. */
function choicesFrom(state: string) {
  const states = Object.entries(tradingStates);
  const others = states.filter(([value]) => value !== state);
  const present = states.filter(([value]) => value === state);
  return [...others, ...present].map(([value, hint]) => ({ value, label: value, hint }));
}

export function accountQuestion(api: () => VenueApi): AskState {
  return ({ name, about, state }) => {
    const isActive = state === "Active";
    return {
      opener: isActive ? "Disable" : "Enable",
      text: isActive
        ? `Account ${name} may cancel from then on, nothing else. Its resting orders stay, and may still trade.`
        : `Account ${name} may enter orders again.`,
      verb: `${isActive ? "Disable" : "Enable"} account ${name}`,
      isDanger: isActive,
      asksReason: false,
      act: async (): Promise<Outcome> => {
        // A definition replaces the account whole: its name goes along.
        const accountStatus = isActive ? "Disabled" : "Active";
        const path = `/v1/admin/accounts/${name}`;
        const answer = await api().put(path, { name: about, accountStatus });
        return changed(answer, `Account ${name} is ${accountStatus} now`);
      },
    };
  };
}

function changed(answer: VenueAnswer<unknown>, text: string): Outcome {
  if (!answer.ok) return refused(answer);
  if (answer.status === 202) {
    return { text: "On the log, but not decided in time (202): look again.", tone: "bad" };
  }
  return { text: `${text} (${answer.status}).`, tone: "good" };
}
