import { ExchangeError } from '../../../errors/exchange-error.js';
import {
  HISTORY_PAGE_ROWS,
  TRADES_KEPT_MS,
  TRADES_PAGES_MAX,
  TRADES_WINDOW_MS,
} from '../../../limits.js';
import type { FillReport } from '../../../ports/exchange-adapter.js';
import { readTrades } from './codec/account.js';
import { type ConditionalOrders, fillAsParent } from './conditional-orders.js';
import type { Dialect } from './dialect.js';
import type { OrderReader } from './order-reader.js';
import type { RequestParams } from './request-signer.js';
import type { RestClient } from './rest-call.js';
import { readBody } from './rest-read.js';

export interface TradeReaderParts {
  readonly dialect: Dialect;
  readonly client: RestClient;
  readonly orders: OrderReader;
  readonly conditionals: ConditionalOrders;
}

/**
 * Reads the trades of the account in a symbol, all of them.
 *
 * The exchange answers with one page of a stretch of time. A full page may have left something out, at either end: its
 * stretch is read again in halves, and a single full millisecond by the ids of its trades.
 */
export class TradeReader {
  readonly #parts: TradeReaderParts;

  constructor(parts: TradeReaderParts) {
    this.#parts = parts;
  }

  async since(symbol: string, sinceMs: number): Promise<readonly FillReport[]> {
    // Trades of this very moment must not fall off the end.
    const end = this.#parts.client.venueNow() + 60_000;
    const start = Math.max(Math.floor(sinceMs), 0);
    if (start < end - TRADES_KEPT_MS) {
      throw new ExchangeError('EXCHANGE_REJECTED', `Trades of ${symbol} cannot be read whole`, {
        expected: 'a beginning within the last 90 days',
        received: new Date(start).toISOString(),
        outcome: 'rejected',
      });
    }
    const pages = { left: TRADES_PAGES_MAX };
    const found: FillReport[] = [];
    for (let from = start; from <= end; from += TRADES_WINDOW_MS + 1) {
      const until = Math.min(from + TRADES_WINDOW_MS, end);
      found.push(...(await this.#window(symbol, from, until, pages)));
    }
    const unique = new Map(found.map((fill) => [fill.trade.tradeId, fill]));
    const fills = [...unique.values()].sort(byTimeAndId);
    return this.#named(symbol, fills);
  }

  async #window(
    symbol: string,
    from: number,
    until: number,
    pages: { left: number },
  ): Promise<readonly FillReport[]> {
    const page = await this.#page(
      [
        ['symbol', symbol],
        ['startTime', `${from}`],
        ['endTime', `${until}`],
      ],
      pages,
    );
    if (page.length < HISTORY_PAGE_ROWS) return page;
    if (from === until) return this.#moment(symbol, page, pages);
    const middle = Math.floor((from + until) / 2);
    return [
      ...(await this.#window(symbol, from, middle, pages)),
      ...(await this.#window(symbol, middle + 1, until, pages)),
    ];
  }

  /** More trades of one millisecond than a page holds. */
  async #moment(
    symbol: string,
    first: readonly FillReport[],
    pages: { left: number },
  ): Promise<readonly FillReport[]> {
    const time = first[0]?.time;
    const found = [...first];
    for (;;) {
      const last = [...found].sort(byTimeAndId).at(-1);
      if (last === undefined) return found;
      const page = await this.#page(
        [
          ['symbol', symbol],
          ['fromId', `${BigInt(last.trade.tradeId) + 1n}`],
        ],
        pages,
      );
      const same = page.filter((fill) => fill.time === time);
      found.push(...same);
      if (same.length < page.length || page.length < HISTORY_PAGE_ROWS) return found;
    }
  }

  async #page(params: RequestParams, pages: { left: number }): Promise<readonly FillReport[]> {
    const { client, dialect } = this.#parts;
    pages.left -= 1;
    if (pages.left < 0) {
      throw new ExchangeError('EXCHANGE_PROTOCOL', 'Trades cannot be read whole', {
        expected: `at most ${TRADES_PAGES_MAX} pages`,
        received: 'more',
        outcome: 'unknown',
      });
    }
    return readTrades(
      await readBody(client, {
        path: dialect.paths.userTrades,
        params: [...params, ['limit', `${HISTORY_PAGE_ROWS}`]],
        auth: 'signed',
        weight: 5,
        class: 'guard',
      }),
    );
  }

  /** Trades carry no client id: those of triggered stops get the one of the stop. */
  async #named(symbol: string, fills: readonly FillReport[]): Promise<readonly FillReport[]> {
    const { conditionals, orders, dialect } = this.#parts;
    if (dialect.conditionalPath !== 'algo') return fills;
    const unknown = fills.filter(
      ({ orderId }) =>
        conditionals.byChild(symbol, orderId) === undefined &&
        !conditionals.isPlain(symbol, orderId),
    );
    if (unknown.length > 0) {
      const latest = Math.max(...unknown.map(({ time }) => time));
      await orders.findParents(symbol, new Set(unknown.map(({ orderId }) => orderId)), latest);
    }
    return fills.map((fill) => {
      const parent = conditionals.byChild(symbol, fill.orderId);
      return parent === undefined ? fill : fillAsParent(fill, parent);
    });
  }
}

/** Trade ids rise; they may be longer than a number holds. */
function byTimeAndId(a: FillReport, b: FillReport): number {
  if (a.time !== b.time) return a.time - b.time;
  const [left, right] = [a.trade.tradeId, b.trade.tradeId];
  return left.length - right.length || (left < right ? -1 : left > right ? 1 : 0);
}
