import { watermarkName } from '../engine/account.js';
import type { EngineState } from '../engine/state.js';
import { FILL_OVERLAP_MS } from '../limits.js';

/** Mark that tells from when on fills are ours: the exchange's time of the very first start. */
export const FIRST_START = 'first-start';

/** Symbols whose fills must be read, each since its watermark; never from before the very first start. */
export function fillSymbols(state: EngineState): Map<string, number | null> {
  const symbols = new Map<string, number | null>();
  const firstStart = Number(state.marks.get(FIRST_START) ?? Number.NaN);
  const names = new Set([...state.symbols.keys(), ...state.settings.plans.keys()]);
  for (const registration of state.registrations.values()) names.add(registration.symbol);
  names.delete('*');
  for (const symbol of names) {
    const watermark = Number(state.marks.get(watermarkName(symbol)) ?? firstStart);
    symbols.set(
      symbol,
      Number.isNaN(watermark) ? null : Math.max(watermark - FILL_OVERLAP_MS, firstStart || 0),
    );
  }
  return symbols;
}
