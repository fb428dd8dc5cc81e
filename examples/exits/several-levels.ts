/** A ladder: three targets, and a stop for whatever is left of the position. */
import { Market } from './market.js';

const market = new Market({
  takeProfitLevels: [
    { pct: 1, portion: 0.5 },
    { pct: 2, portion: 0.3 },
  ],
  stopLossPct: 1,
});
await market.open(45_000);
await market.enter('LONG', '0.1');
// The first target; a jump over the second one; and the rest, which no target takes, meets the stop.
await market.trade(45_200, 45_460, 45_300, 46_000, 45_000, 44_500);
await market.close();
