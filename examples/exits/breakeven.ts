/** After the first target the stop goes to where even the fees are earned, after the second one to the first target. */
import { Market } from './market.js';

const market = new Market(
  {
    takeProfitLevels: [
      { pct: 1, portion: 0.4 },
      { pct: 2, portion: 0.3 },
      { pct: 3, portion: 0.3 },
    ],
    stopLossPct: 1,
    breakeven: { afterLevel: 1, includeFees: true, followLevels: true },
  },
  { fees: { makerPct: 0.02, takerPct: 0.05 } },
);
await market.open(45_000);
await market.enter('LONG', '0.1');
await market.trade(45_200, 45_450, 45_300, 45_700, 45_900, 45_600, 45_440);
const [closed] = market.closed;
market.say(`earned ${closed?.realizedPnl} before fees of ${closed?.fees}`);
await market.close();
