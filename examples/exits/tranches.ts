/** One entry becomes two tranches with plans of their own, and two become one again. */
import { Market } from './market.js';

const market = new Market({ takeProfitPct: 1, stopLossPct: 1 });
await market.open(45_000);
await market.enter('LONG', '0.1');
const [whole] = market.tranches;
const [, runner] = await market.call(market.monitor.splitTranche(whole?.id ?? '', '0.04'));
market.say('the second part is to run: no target, and a stop that follows');
await market.call(
  market.monitor.updatePlan(runner.id, {
    takeProfitEnabled: false,
    trailingStop: { callbackPct: 1, stepPct: 0.5 },
  }),
);
await market.trade(45_450, 45_900);
await market.enter('LONG', '0.05');
const merged = await market.call(market.monitor.mergeTranches(runner.positionId));
market.say(`one tranche again: ${merged.quantity} from ${merged.entryPrice}, tightest stop kept`);
await market.trade(45_400);
await market.close();
