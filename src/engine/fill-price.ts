import type { FillEvidence } from '../model/fill.js';
import type { ExecutionDelta } from '../orders/execution-ledger.js';
import type { PriceBook } from '../triggers/price-book.js';
import { openBook } from './price-sources.js';
import type { Step } from './step-context.js';

/**
 * A fill's price is a price that the exchange told: the reference for the first tick where there is none yet, and newer
 * than the last trade where it was made after it. So a level is never judged on a price from before its own fill.
 */
export function rememberFillPrice(
  step: Step,
  evidence: Pick<FillEvidence, 'symbol' | 'time'>,
  executed: Pick<ExecutionDelta, 'cost' | 'quantity'>,
): void {
  const price = Number(executed.cost.div(executed.quantity));
  const symbol = step.symbol(evidence.symbol);
  for (const source of step.state.feedSources) {
    const book = openBook(step.state, symbol, source);
    if (isContradicted(book, price, evidence.time)) {
      book.forget();
      step.revisitAll(symbol);
      step.send({ kind: 'confirm-price', symbol: evidence.symbol, source, askedAt: step.mono });
      continue;
    }
    const later =
      source === 'LAST' && evidence.time >= book.lastExchangeTime && book.insideBand(price);
    if (Number.isNaN(book.last) || book.isInferred || later) {
      /** Guards on it count from here, those of other tranches as well. */
      if (book.lastHeardAt === Number.NEGATIVE_INFINITY || Number.isNaN(book.last))
        step.revisitAll(symbol);
      book.acceptInferred(price, step.mono, Math.min(evidence.time, step.venue));
    }
  }
}

/**
 * The exchange traded at a price far from the last one, and no earlier: one of the two is wrong, and a level must not be
 * judged on either. A price that nobody could confirm or deny is found out by this.
 */
function isContradicted(book: PriceBook, price: number, time: number): boolean {
  return !Number.isNaN(book.last) && !book.insideBand(price) && time >= book.lastExchangeTime;
}
