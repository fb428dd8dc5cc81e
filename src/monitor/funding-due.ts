import { fundingMark } from '../engine/funding.js';
import type { EngineState } from '../engine/state.js';

/**
 * Symbols whose funding matters now, each with the time since when: those that hold a tranche whose stop may go to where
 * fees are earned as well. Since its oldest open tranche, for whatever is paid is shared by all of them.
 */
export function fundingDue(state: EngineState): Map<string, number> {
  const due = new Map<string, number>();
  for (const { symbol, live } of state.symbols.values()) {
    const open = [...live.LONG, ...live.SHORT]
      .map(({ tranche }) => tranche)
      .filter((tranche) => tranche.state === 'OPEN');
    if (!open.some(({ plan }) => plan.breakeven?.includeFees === true)) continue;
    const openedAt = Math.min(...open.map((tranche) => tranche.openedAt));
    due.set(symbol, Math.max(openedAt, fundingMark(state, symbol)?.since ?? 0));
  }
  return due;
}
