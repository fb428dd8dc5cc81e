/** A stop of two average true ranges: bars of the exchange make it known at once, calmer ones bring it nearer. */
import { Market, SYMBOL } from './market.js';

const BAR_MS = 60_000;

const market = new Market({
  stopLossPct: 3,
  volatility: { atrPeriod: 3, barMs: BAR_MS, slMultiple: 2, tpMultiple: 4 },
});
await market.open(45_000);
const running = market.clock.now() - (market.clock.now() % BAR_MS);
const history = [5, 4, 3, 2, 1].map((ago) => ({
  startTime: running - ago * BAR_MS,
  ...{ open: 45_000, high: 45_100, low: 44_900, close: 45_000 },
}));
await market.call(market.monitor.addBars(SYMBOL, BAR_MS, history));
await market.enter('LONG', '0.1');

/** Half a minute at one price, and half a minute at another. */
async function bar(first: number, second: number): Promise<void> {
  for (const price of [first, first, first, second, second, second]) {
    await market.trade(price);
    await market.wait(9_000);
  }
}

// Calm bars: the average falls, and the levels come nearer.
await bar(45_010, 45_000);
await bar(45_020, 45_000);
await bar(45_000, 45_030);
// A wild one: levels never move away again.
await bar(44_800, 45_300);
await bar(45_100, 45_000);
market.say('after the wild bar the stop lies where it was');
await market.trade(44_700, 44_660);
await market.close();
