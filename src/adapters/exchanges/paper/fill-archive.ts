import { ExchangeError } from '../../../errors/exchange-error.js';
import { PAPER_FILLS_KEPT } from '../../../limits.js';
import type { FillReport } from '../../../ports/exchange-adapter.js';

/** The trades of the account, per symbol, oldest first. Their times never go back, whatever the clock does. */
export class FillArchive {
  readonly #bySymbol = new Map<string, SymbolFills>();

  /** The time that a trade made now is booked under, ms. */
  timeFor(symbol: string, now: number): number {
    return Math.max(now, this.#bySymbol.get(symbol)?.fills.at(-1)?.time ?? now);
  }

  add(fill: FillReport): void {
    let kept = this.#bySymbol.get(fill.symbol);
    if (kept === undefined) {
      kept = { fills: [], forgottenUntil: Number.NEGATIVE_INFINITY };
      this.#bySymbol.set(fill.symbol, kept);
    }
    kept.fills.push(fill);
    // Forgets in halves, so that a long run pays for it once in a while.
    if (kept.fills.length < 2 * PAPER_FILLS_KEPT) return;
    const forgotten = kept.fills.splice(0, PAPER_FILLS_KEPT);
    kept.forgottenUntil = forgotten.at(-1)?.time ?? kept.forgottenUntil;
  }

  /**
   * Trades at or after a time.
   *
   * @throws ExchangeError when trades of that range were forgotten: an incomplete answer would be taken for all
   */
  since(symbol: string, sinceMs: number): readonly FillReport[] {
    const kept = this.#bySymbol.get(symbol);
    if (kept === undefined) return [];
    if (sinceMs <= kept.forgottenUntil) {
      throw new ExchangeError('EXCHANGE_REJECTED', `Trades of ${symbol} are not kept that long`, {
        expected: `a time after ${kept.forgottenUntil}`,
        received: `${sinceMs}`,
        outcome: 'rejected',
      });
    }
    const { fills } = kept;
    let low = 0;
    let high = fills.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((fills[middle] as FillReport).time < sinceMs) low = middle + 1;
      else high = middle;
    }
    return fills.slice(low);
  }
}

interface SymbolFills {
  readonly fills: FillReport[];
  /** Time of the latest trade that was forgotten, ms. */
  forgottenUntil: number;
}
