import type { Instrument } from '../model/instrument.js';
import { roundStop, roundTakeProfit } from '../model/price.js';
import type { Tranche } from '../model/tranche.js';
import { relevelAt } from '../positions/tranche-arithmetic.js';
import { stopPrice } from './price-sources.js';
import { relevelSafely } from './relevel-safely.js';
import type { Step } from './step-context.js';

/**
 * The filters of a symbol are known.
 *
 * Levels that do not lie on the grid are planned again: the tranche was imported where nobody could ask for filters, or
 * the exchange has changed its tick since. An order at such a level would be refused for ever.
 */
export function learnInstrument(step: Step, instrument: Instrument): void {
  const symbol = step.symbol(instrument.symbol);
  symbol.instrument = instrument;
  for (const node of [...symbol.live.LONG, ...symbol.live.SHORT]) {
    const { tranche } = node;
    if (tranche.state !== 'OPEN' || isOnGrid(tranche, instrument)) continue;
    relevelSafely(step, node, () =>
      relevelAt(tranche, instrument, stopPrice(step.state, tranche, step.mono)),
    );
    step.touch(node);
  }
}

function isOnGrid({ levels, side }: Tranche, instrument: Instrument): boolean {
  const { stopLoss, takeProfits } = levels;
  const stopFits = stopLoss === null || roundStop(stopLoss, side, instrument).eq(stopLoss);
  return stopFits && takeProfits.every(({ price }) => roundTakeProfit(price, instrument).eq(price));
}
