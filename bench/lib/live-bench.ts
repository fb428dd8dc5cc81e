import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ExchangeAdapter,
  MemoryStore,
  type OrderOutcome,
  PositionMonitor,
  type Store,
} from 'position-monitor';
import { createAsterExchange } from 'position-monitor/aster';
import { createBinanceExchange } from 'position-monitor/binance';
import { SqliteStore } from 'position-monitor/sqlite';
import { BareLoop } from '../loopback/bare-loop.js';
import { type ExchangeAddress, ExchangeProcess } from '../loopback/exchange-client.js';
import {
  API_KEY,
  API_SECRET,
  MANY_SYMBOLS,
  QUANTITY,
  START_PRICE,
  type VenueOptions,
} from '../loopback/words.js';
import { PushFeed } from './push-feed.js';
import { tick } from './seeded-monitor.js';

export const STOP = '2970.00';
export const TAKE_PROFIT = '3012.00';

export interface LiveBenchOptions extends VenueOptions {
  readonly store: 'sqlite' | 'memory';
}

/**
 * A monitor with a real adapter, and a bare loop, each with an account at an exchange in another process.
 *
 * Events of the accounts stay away: what is measured is what the answers to requests bring.
 */
export class LiveBench {
  readonly monitor: PositionMonitor;
  readonly exchange: ExchangeAdapter;
  readonly feed = new PushFeed();
  readonly bare: BareLoop;
  /** Called when the orders of a symbol have been answered. */
  readonly onPlaced = new Map<string, (outcomes: readonly OrderOutcome[]) => void>();
  readonly #venue: ExchangeProcess;
  readonly #folder: string;
  #entries = 0;

  private constructor(
    venue: ExchangeProcess,
    [ours, theirs]: readonly [ExchangeAddress, ExchangeAddress],
    options: LiveBenchOptions,
  ) {
    this.#venue = venue;
    this.#folder = mkdtempSync(join(tmpdir(), 'bench-store-'));
    const create = options.dialect === 'aster' ? createAsterExchange : createBinanceExchange;
    this.exchange = this.#heard(
      create({ ...ours, apiKey: API_KEY, apiSecret: API_SECRET, live: false }),
    );
    this.bare = new BareLoop(theirs);
    const store: Store =
      options.store === 'sqlite'
        ? new SqliteStore({ path: join(this.#folder, 'bench.db') })
        : new MemoryStore();
    this.monitor = new PositionMonitor({
      config: {
        symbols: { '*': { takeProfitPct: '0.4', stopLossPct: '1' } },
        globals: {
          reconcileIntervalMs: 3_600_000,
          staleAfterMs: 3_600_000,
          maxTranchesPerSymbolSide: 1_000,
          mergeProfitableTranches: false,
        },
      },
      exchange: this.exchange,
      feed: this.feed,
      store,
    });
  }

  static async start(options: LiveBenchOptions): Promise<LiveBench> {
    const { process: venue, addresses } = await ExchangeProcess.start({
      eventDelayMs: 3_600_000,
      ...options,
    });
    const [ours, theirs] = addresses as [ExchangeAddress, ExchangeAddress];
    const bench = new LiveBench(venue, [ours, theirs], options);
    await bench.monitor.start();
    for (const symbol of MANY_SYMBOLS) tick(bench.feed, symbol, Number(START_PRICE));
    return bench;
  }

  /** Makes the position of a fill at the exchange. @returns the entry's order id */
  async enter(account: 0 | 1, symbol: string): Promise<string> {
    this.#entries += 1;
    const entryId = `entry-${this.#entries}`;
    const order = { symbol, side: 'BUY', positionSide: 'LONG', quantity: QUANTITY } as const;
    const answer = await this.#venue.tell({ do: 'trade', account, entryId, ...order });
    return answer.orderId ?? '';
  }

  /** Leaves a position of the bare loop's account. */
  async leave(symbol: string): Promise<void> {
    this.#entries += 1;
    const order = { symbol, side: 'SELL', positionSide: 'LONG', quantity: QUANTITY } as const;
    await this.#venue.tell({ do: 'trade', account: 1, entryId: `exit-${this.#entries}`, ...order });
  }

  /** Tells the monitor of a fill; resolves when it acknowledges it. */
  report(symbol: string, orderId: string): Promise<boolean> {
    return this.monitor.handleOrderFill({
      ...{ orderId, symbol },
      side: 'BUY',
      positionSide: 'LONG',
      executedQty: QUANTITY,
      avgPrice: START_PRICE,
      status: 'FILLED',
    });
  }

  /** Both orders as the dialect of Aster takes them: one signed request. */
  placeBare(symbol: string, id: string): Promise<void> {
    const order = { symbol, side: 'SELL', positionSide: 'LONG', quantity: QUANTITY };
    const orders = [
      { ...order, type: 'STOP_MARKET', stopPrice: STOP, newClientOrderId: `s-${id}` },
      {
        ...order,
        type: 'LIMIT',
        timeInForce: 'GTC',
        price: TAKE_PROFIT,
        newClientOrderId: `t-${id}`,
      },
    ];
    return this.bare.send('POST', 'batchOrders', { batchOrders: JSON.stringify(orders) });
  }

  async cancelBare(symbol: string, id: string): Promise<void> {
    for (const kind of ['s', 't']) {
      await this.bare.send('DELETE', 'order', { symbol, origClientOrderId: `${kind}-${id}` });
    }
  }

  /** Closes what the monitor holds of the symbols. */
  async closeAll(symbols: readonly string[]): Promise<void> {
    await Promise.all(symbols.map((symbol) => this.monitor.closePosition(symbol)));
    await this.monitor.settled();
  }

  async stop(): Promise<void> {
    await this.monitor.stop();
    this.bare.close();
    this.#venue.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #heard(inner: ExchangeAdapter): ExchangeAdapter {
    const place = inner.placeOrder.bind(inner);
    const placeAll = inner.placeOrders?.bind(inner);
    inner.placeOrder = async (request) => {
      const outcome = await place(request);
      this.onPlaced.get(request.symbol)?.([outcome]);
      return outcome;
    };
    if (placeAll !== undefined) {
      inner.placeOrders = async (requests) => {
        const outcomes = await placeAll(requests);
        const [first] = requests;
        if (first !== undefined) this.onPlaced.get(first.symbol)?.(outcomes);
        return outcomes;
      };
    }
    return inner;
  }
}
