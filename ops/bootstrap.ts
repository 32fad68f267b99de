import type { Gateway } from "../gateway/app.ts";
import { demoInstruments, expectDone } from "./demo.ts";
import type { DemoInstrument } from "./demo.ts";
import { mintToken, signingKey } from "./keys.ts";
import type { Scope, SigningKey } from "./keys.ts";
import { formatDecimal } from "../schema/units.ts";
import { VenueClient } from "./venue-client.ts";

export interface Trader {
  readonly accountID: number;
  readonly token: string;
}

/** Who can act on a venue that has just been opened: the operator, two traders for people, two for the demo market. */
export interface Cast {
  readonly adminToken: string;
  readonly traders: readonly Trader[];
  readonly maker: Trader;
  readonly taker: Trader;
}

/** Where a venue answers, and the door for the first key. */
export interface VenueDoor {
  readonly url: string;
  readonly gateway: { readonly commands: Gateway["commands"] };
}

const people = [
  { accountID: 1001, name: "alice" },
  { accountID: 1002, name: "bob" },
];
const bots = [
  { accountID: 9001, name: "demo-maker" },
  { accountID: 9002, name: "demo-taker" },
];

/**
 * Brings keys, accounts and the demo's instruments onto the log where they are not there yet. The operator's key enters through
 * the gateway's own command door (nobody could sign for it), everything else through the public admin API.
 */
export async function bootstrap(venue: VenueDoor, keyFolder: string | null): Promise<Cast> {
  const operator = await signingKey(keyFolder, "operator", 0);
  await venue.gateway.commands.defineKey({
    keyID: operator.keyID,
    accountID: 0,
    keyAlgorithm: "EdDSA",
    publicKey: operator.publicKey,
    scopes: ["read", "admin"],
    keyStatus: "Active",
  });
  const adminToken = await mintToken(operator, ["read", "admin"]);
  const admin = new VenueClient(venue.url, adminToken);
  const traders = [];
  for (const { accountID, name } of [...people, ...bots]) {
    const key = await signingKey(keyFolder, `account-${accountID}`, accountID);
    await defineTrader(admin, key, name);
    traders.push({ accountID, token: await mintToken(key, ["read", "trade"]) });
  }
  for (const instrument of demoInstruments) await defineInstrument(admin, instrument);
  const [alice, bob, maker, taker] = traders as [Trader, Trader, Trader, Trader];
  return { adminToken, traders: [alice, bob], maker, taker };
}

/** Defines an account with one key that may read and trade for it. */
export async function defineTrader(
  admin: VenueClient,
  key: SigningKey,
  name: string,
): Promise<void> {
  const account = await admin.put(`/v1/admin/accounts/${key.accountID}`, {
    name,
    accountStatus: "Active",
  });
  expectDone(account, `account ${key.accountID}`);
  const scopes: Scope[] = ["read", "trade"];
  const definition = await admin.put(`/v1/admin/keys/${key.keyID}`, {
    accountID: key.accountID,
    keyAlgorithm: "EdDSA",
    publicKey: key.publicKey,
    scopes,
    keyStatus: "Active",
  });
  expectDone(definition, `key ${key.keyID}`);
}

/** Lists an instrument that trades at once; an instrument that is there already stays as it is. */
export async function defineInstrument(
  admin: VenueClient,
  instrument: Omit<DemoInstrument, "startPrice" | "levelStep" | "typicalQty">,
): Promise<void> {
  const path = `/v1/admin/instruments/${instrument.symbol}`;
  const known = await admin.get(`/v1/admin/instruments`);
  const listed = known.body["instruments"];
  if (Array.isArray(listed) && listed.some(({ symbol }) => symbol === instrument.symbol)) return;
  const answer = await admin.put(path, {
    baseCurrency: instrument.baseCurrency,
    quoteCurrency: instrument.quoteCurrency,
    priceExponent: instrument.priceExponent,
    qtyExponent: instrument.qtyExponent,
    tickSize: formatDecimal(instrument.tickSize, instrument.priceExponent),
    lotSize: formatDecimal(instrument.lotSize, instrument.qtyExponent),
    tradingState: "Open",
  });
  expectDone(answer, `instrument ${instrument.symbol}`);
}
