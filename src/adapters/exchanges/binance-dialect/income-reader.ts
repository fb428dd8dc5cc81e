import { ExchangeError } from '../../../errors/exchange-error.js';
import {
  HISTORY_PAGE_ROWS,
  INCOME_KEPT_MS,
  INCOME_PAGES_MAX,
  INCOME_WINDOW_MS,
} from '../../../limits.js';
import type { FundingReport } from '../../../ports/exchange-adapter.js';
import { FUNDING_INCOME, readIncome } from './codec/income.js';
import type { RestClient } from './rest-call.js';
import { readBody } from './rest-read.js';

const INCOME_WEIGHT = 30;

/**
 * Reads the funding of the account in a symbol, all of it that the exchange keeps.
 *
 * A full page of a stretch of time may have left something out: its stretch is read again in halves.
 */
export class IncomeReader {
  readonly #path: string;
  readonly #client: RestClient;

  constructor(path: string, client: RestClient) {
    this.#path = path;
    this.#client = client;
  }

  async funding(symbol: string, sinceMs: number): Promise<readonly FundingReport[]> {
    // Payments of this very moment must not fall off the end.
    const end = this.#client.venueNow() + 60_000;
    const start = Math.max(Math.floor(sinceMs), end - INCOME_KEPT_MS, 0);
    const pages = { left: INCOME_PAGES_MAX };
    const found: FundingReport[] = [];
    for (let from = start; from <= end; from += INCOME_WINDOW_MS + 1) {
      const until = Math.min(from + INCOME_WINDOW_MS, end);
      found.push(...(await this.#window(symbol, from, until, pages)));
    }
    return found.sort((a, b) => a.time - b.time);
  }

  async #window(
    symbol: string,
    from: number,
    until: number,
    pages: { left: number },
  ): Promise<readonly FundingReport[]> {
    pages.left -= 1;
    if (pages.left < 0) throw notWhole(`at most ${INCOME_PAGES_MAX} pages`);
    const body = await readBody(this.#client, {
      path: this.#path,
      params: [
        ['symbol', symbol],
        ['incomeType', FUNDING_INCOME],
        ['startTime', `${from}`],
        ['endTime', `${until}`],
        ['limit', `${HISTORY_PAGE_ROWS}`],
      ],
      auth: 'signed',
      weight: INCOME_WEIGHT,
      class: 'routine',
    });
    const { rows, funding } = readIncome(body);
    if (rows < HISTORY_PAGE_ROWS) return funding;
    if (from === until) throw notWhole(`fewer than ${HISTORY_PAGE_ROWS} payments in a millisecond`);
    const middle = Math.floor((from + until) / 2);
    return [
      ...(await this.#window(symbol, from, middle, pages)),
      ...(await this.#window(symbol, middle + 1, until, pages)),
    ];
  }
}

function notWhole(expected: string): ExchangeError {
  return new ExchangeError('EXCHANGE_PROTOCOL', 'Funding cannot be read whole', {
    expected,
    received: 'more',
    outcome: 'unknown',
  });
}
