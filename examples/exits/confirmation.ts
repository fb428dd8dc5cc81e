/** A stop that wants to be seen three times, and by the mark price: a wick is no reason. Behind it lies a hard floor. */
import { Market } from './market.js';

const market = new Market(
  { stopLossPct: 1, confirm: { ticks: 3, source: 'MARK', hardFloorPct: 0.5 } },
  { sources: ['LAST', 'MARK'] },
);
await market.open(45_000);
await market.quote('MARK', 45_000);
await market.enter('LONG', '0.1');
market.monitor.on('trigger:hit', ({ level, price, decision }) =>
  market.say(`${price} is at or past ${level}: ${decision}`),
);
// A wick: two trades below the stop, and back.
await market.trade(44_500, 44_520, 44_700);
market.say('back above the stop: nothing happened');
// Four trades, but the mark price does not agree.
await market.trade(44_540, 44_530, 44_520, 44_510);
market.say('three times and more, but the mark price is still at 45000');
await market.quote('MARK', 44_540);
await market.close();
