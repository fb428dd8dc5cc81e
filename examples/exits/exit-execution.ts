/** Four ways out of the same position. */
import type { ExitPlanInput } from 'position-monitor';
import { Market } from './market.js';

const WAYS: Readonly<Record<string, ExitPlanInput>> = {
  'a limit that fills at once or not at all': {
    exitExecution: { kind: 'ioc-limit', slippagePct: 0.05 },
  },
  'one visible quarter after the other': {
    exitExecution: { kind: 'iceberg', visiblePortion: 0.25 },
  },
  'four slices over six seconds': {
    exitExecution: { kind: 'twap', slices: 4, intervalMs: 2_000 },
  },
  'four slices over six minutes, which the stop does not wait for': {
    exitExecution: { kind: 'twap', slices: 4, intervalMs: 120_000 },
  },
};

for (const [name, plan] of Object.entries(WAYS)) {
  console.log(`--- ${name}`);
  const market = new Market({ stopLossPct: 1, timeLimitMs: 4_000, ...plan });
  await market.open(45_000);
  await market.enter('LONG', '0.1');
  await market.trade(45_100, 45_050, 45_000, 44_950, 44_900, 44_850, 44_800);
  await market.trade(44_750, 44_700, 44_650, 44_540);
  await market.close();
}

console.log('--- a stop that becomes a limit, and is left behind');
const market = new Market({
  stopLossPct: 1,
  stopLossOrder: 'limit-on-trigger',
  exitExecution: { kind: 'ioc-limit', slippagePct: 0.1 },
});
await market.open(45_000);
await market.enter('LONG', '0.1');
// The market jumps over the limit: two seconds later what is left goes at market.
await market.trade(44_480, 44_470, 44_460, 44_450);
await market.close();
