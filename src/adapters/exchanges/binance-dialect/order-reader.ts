import { ExchangeError } from '../../../errors/exchange-error.js';
import {
  HISTORY_PAGE_ROWS,
  PARENT_SEARCH_WINDOWS,
  PARENT_SETTLED_MS,
  TRADES_WINDOW_MS,
} from '../../../limits.js';
import { isConditionalKind } from '../../../model/order-kind.js';
import type { OrderQuery, OrderStatusReport } from '../../../ports/exchange-adapter.js';
import {
  type AlgoOrder,
  algoIdOf,
  readAlgoOrder,
  readAlgoOrders,
  readOrder,
  readOrders,
} from './codec/orders.js';
import { asParent, type ConditionalOrders } from './conditional-orders.js';
import type { Dialect } from './dialect.js';
import { algoNames, orderNames } from './order-requests.js';
import type { RequestParams } from './request-signer.js';
import type { BudgetClass, RestClient } from './rest-call.js';
import { readBody, readOrderBody } from './rest-read.js';

const ALL_SYMBOLS_WEIGHT = 40;

/** Looks orders up, in every id space that they can be in. */
export class OrderReader {
  readonly #dialect: Dialect;
  readonly #client: RestClient;
  readonly #conditionals: ConditionalOrders;

  constructor(dialect: Dialect, client: RestClient, conditionals: ConditionalOrders) {
    this.#dialect = dialect;
    this.#client = client;
    this.#conditionals = conditionals;
  }

  /** `null` only when the exchange knows it nowhere. */
  async order(query: OrderQuery): Promise<OrderStatusReport | null> {
    if (this.#dialect.conditionalPath !== 'algo') return this.#plain(query);
    const isPlain = query.kind !== undefined && !isConditionalKind(query.kind);
    const algoFirst =
      (query.kind !== undefined && isConditionalKind(query.kind)) ||
      algoIdOf(query.orderId) !== null ||
      this.#conditionals.byClientId(query.clientOrderId) !== undefined ||
      this.#parentOfQuery(query) !== undefined;
    if (algoFirst) return (await this.#algo(query)) ?? (await this.#plain(query));
    const found = await this.#plain(query);
    return found === null && !isPlain ? this.#algo(query) : found;
  }

  /**
   * Conditional orders first: one that triggers in between then shows as itself or as its child, and never as neither.
   */
  async openOrders(symbol: string | undefined): Promise<readonly OrderStatusReport[]> {
    const { paths, conditionalPath } = this.#dialect;
    const algos =
      conditionalPath === 'algo'
        ? readAlgoOrders(await this.#readOpen(paths.openConditional, symbol))
        : [];
    for (const algo of algos) this.#conditionals.learn(algo);
    const plain = readOrders(await this.#readOpen(paths.openOrders, symbol)).map((order) =>
      this.renamed(order),
    );
    const children = new Set(plain.map(({ orderId }) => orderId));
    const waiting = algos
      .filter(({ state, report }) => isWaiting(state) && !children.has(report.orderId))
      .map(({ report }) => report);
    return [...plain, ...waiting];
  }

  /** The child of a conditional order under that order's client id; other orders as they are. */
  renamed(order: OrderStatusReport): OrderStatusReport {
    const parent =
      this.#dialect.conditionalPath === 'algo' ? this.#conditionals.parentOf(order) : undefined;
    return parent === undefined ? order : asParent(order, parent);
  }

  /**
   * Finds out which ordinary orders came from conditional ones, as far back as the exchange's list is searched.
   *
   * @param orderIds ids of orders whose origin is not known
   * @param before venue time by which their triggers had fired, ms
   */
  async findParents(symbol: string, orderIds: ReadonlySet<string>, before: number): Promise<void> {
    const { allConditional } = this.#dialect.paths;
    if (allConditional === null) return;
    const open = new Set(orderIds);
    let end = before;
    for (let window = 0; window < PARENT_SEARCH_WINDOWS && open.size > 0; window += 1) {
      const start = Math.max(end - TRADES_WINDOW_MS, 0);
      const rows = readAlgoOrders(
        await readBody(this.#client, {
          path: allConditional,
          params: [
            ['symbol', symbol],
            ['startTime', `${start}`],
            ['endTime', `${end}`],
            ['limit', `${HISTORY_PAGE_ROWS}`],
          ],
          auth: 'signed',
          weight: 5,
          class: 'guard',
        }),
      );
      for (const row of rows) {
        this.#conditionals.learn(row);
        if (row.childId !== null) open.delete(row.childId);
      }
      end = start - 1;
      if (end <= 0) break;
    }
    // A trigger of this very moment may not be written up yet.
    if (this.#client.venueNow() - before < PARENT_SETTLED_MS) return;
    for (const orderId of open) this.#conditionals.learnPlain(symbol, orderId);
  }

  #parentOfQuery({ symbol, orderId }: OrderQuery): AlgoOrder | undefined {
    return orderId === undefined ? undefined : this.#conditionals.byChild(symbol, orderId);
  }

  async #plain(query: OrderQuery): Promise<OrderStatusReport | null> {
    const params = orderNames(query.symbol, query);
    if (params === null) return null;
    const found = await this.#readPlain(params);
    if (found === null || this.#dialect.conditionalPath !== 'algo') return found;
    const { symbol, orderId } = found;
    const isOurs = query.clientOrderId !== undefined;
    const isKnown =
      this.#conditionals.byChild(symbol, orderId) !== undefined ||
      this.#conditionals.byClientId(found.clientOrderId) !== undefined ||
      this.#conditionals.isPlain(symbol, orderId);
    // Found by the exchange's id alone: it may be what a stop's trigger made.
    if (!isOurs && !isKnown) await this.findParents(symbol, new Set([orderId]), found.time);
    return this.renamed(found);
  }

  async #algo(query: OrderQuery): Promise<OrderStatusReport | null> {
    const params = algoNames(query) ?? this.#algoNamesOf(this.#parentOfQuery(query)) ?? null;
    if (params === null) return null;
    const body = await readOrderBody(this.#client, {
      path: this.#dialect.paths.conditional,
      params,
      auth: 'signed',
      weight: 1,
      class: 'guard',
    });
    if (body === null) return null;
    const algo = readAlgoOrder(body);
    this.#conditionals.learn(algo);
    return algo.childId === null ? this.#withoutChild(algo) : this.#withChild(algo, algo.childId);
  }

  #algoNamesOf(parent: AlgoOrder | undefined): RequestParams | null {
    return parent === undefined ? null : [['algoId', parent.algoId]];
  }

  #withoutChild(algo: AlgoOrder): OrderStatusReport {
    return algo.report;
  }

  /** What the child executed is its own to tell; the conditional order says it late, or not at all. */
  async #withChild(algo: AlgoOrder, childId: string): Promise<OrderStatusReport> {
    const { symbol } = algo.report;
    const child = await this.#readPlain([
      ['symbol', symbol],
      ['orderId', childId],
    ]);
    if (child !== null) return asParent(child, algo);
    if (algo.state !== 'FINISHED' || algo.tellsExecution) return algo.report;
    throw new ExchangeError('EXCHANGE_PROTOCOL', 'The exchange does not tell how a stop ended', {
      expected: 'the order that its trigger made, or what it executed',
      received: 'neither',
      retryable: true,
      outcome: 'unknown',
    });
  }

  async #readPlain(params: RequestParams): Promise<OrderStatusReport | null> {
    const body = await readOrderBody(this.#client, {
      path: this.#dialect.paths.order,
      params,
      auth: 'signed',
      weight: 1,
      class: 'guard',
    });
    return body === null ? null : readOrder(body);
  }

  #readOpen(path: string, symbol: string | undefined): Promise<unknown> {
    const single = symbol !== undefined;
    const budgetClass: BudgetClass = single ? 'guard' : 'routine';
    return readBody(this.#client, {
      path,
      params: single ? [['symbol', symbol]] : [],
      auth: 'signed',
      weight: single ? 1 : ALL_SYMBOLS_WEIGHT,
      class: budgetClass,
    });
  }
}

/** An open list may still show conditional orders that are over. */
function isWaiting(state: AlgoOrder['state']): boolean {
  return state === 'NEW' || state === 'TRIGGERING' || state === 'TRIGGERED';
}
