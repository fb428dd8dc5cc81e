/** A position that comes to nothing within a minute: its stop comes near, or it goes. */
import type { ExitPlanInput } from 'position-monitor';
import { Market } from './market.js';

const LIMITS: Readonly<Record<string, ExitPlanInput>> = {
  'the stop comes near': { timeLimit: { ms: 60_000, action: 'tighten', stopLossPct: 0.2 } },
  'the position goes': { timeLimitMs: 60_000 },
  'it goes, but not at a loss': { timeLimit: { ms: 60_000, onlyIn: 'profit' } },
};

for (const [name, plan] of Object.entries(LIMITS)) {
  console.log(`--- ${name}`);
  const market = new Market({ stopLossPct: 2, ...plan });
  await market.open(45_000);
  await market.enter('LONG', '0.1');
  for (let second = 0; second < 65; second += 1) await market.trade(44_970);
  market.say('65 s later');
  await market.trade(44_990, 45_010, 44_905);
  await market.close();
}
