import { bootstrap } from "../bootstrap.ts";
import { DemoMarket, demoInstruments } from "../demo.ts";
import { VenueClient } from "../venue-client.ts";

/**
 * The demo market against gateways elsewhere: `bun ops/compose/demo.ts URL KEY_FOLDER [PUBLIC_URL]`, with the operator's private key in the folder. It
 * brings accounts and instruments onto the log and prints the pages' addresses with the tokens in them.
 */
const [url, keyFolder, publicUrl] = process.argv.slice(2);
if (url === undefined || keyFolder === undefined) throw new Error("Name the URL and the keys");

// The gateway brings the operator's key by itself.
const commands = { defineKey: () => Promise.resolve() };
const cast = await bootstrap({ url, gateway: { commands } }, keyFolder);
const tokens = cast.traders.map(({ accountID, token }) => `${accountID}:${token}`).join(",");
console.log(`Trading page   ${publicUrl ?? url}/#tokens=${tokens}`);
console.log(`Operator page  ${publicUrl ?? url}/operator#token=${cast.adminToken}`);

const markets = demoInstruments.map(
  (instrument, index) =>
    new DemoMarket({
      instrument,
      maker: new VenueClient(url, cast.maker.token),
      taker: new VenueClient(url, cast.taker.token),
      seed: 1 + index,
    }),
);
const stop = (): void => {
  for (const market of markets) market.stop();
};
process.on("SIGTERM", stop);
process.on("SIGINT", stop);
await Promise.all(markets.map((market) => market.run()));
