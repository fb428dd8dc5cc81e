/** A stop that follows the best price of a short, one percent behind it, from 1 % of profit on. */
import { Market } from './market.js';

const market = new Market({
  stopLossPct: 2,
  trailingStop: { activationPct: 1, callbackPct: 1, stepPct: 0.5 },
});
await market.open(45_000);
await market.enter('SHORT', '0.1');
await market.trade(44_700, 44_550);
// The best price moves on: the order at the exchange follows in steps of half a percent, our own guard at every price.
await market.trade(44_450, 44_300, 43_900, 43_800);
const [tranche] = market.tranches;
market.say(`best price ${tranche?.trail?.peak}, our own guard at ${tranche?.trail?.level}`);
await market.trade(44_100, 44_240);
await market.close();
