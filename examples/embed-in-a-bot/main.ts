import { runBot as runUnprotected } from './bot.js';
import { Broker } from './broker.js';
import { runBot as runProtected } from './protected-bot.js';

/** Up three times, the bot buys, and the market falls. */
const PRICES = [45_000, 45_050, 45_100, 45_150, 45_120, 44_900, 44_690, 44_200, 43_000];

for (const [name, run] of [
  ['without', runUnprotected],
  ['with', runProtected],
] as const) {
  const broker = new Broker();
  console.log(`--- ${name} position-monitor`);
  await run(broker, PRICES);
  console.log(`holds ${await broker.holds('BTCUSDT')} at a price of ${PRICES.at(-1)}`);
}
