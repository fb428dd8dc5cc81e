import { createAsterExchange } from '../../src/aster.js';
import { createBinanceExchange } from '../../src/binance.js';
import type { PositionMode } from '../../src/model/side.js';
import type {
  ExchangeAdapter,
  ExchangeSink,
  OrderOutcome,
} from '../../src/ports/exchange-adapter.js';
import type { ExchangeHarness } from '../../src/testing/contracts/exchange-harness.js';
import {
  createExchangeServer,
  type ExchangeServer,
} from '../../src/testing/exchange-server/create-exchange-server.js';

const SYMBOL = 'BTCUSDT';
const MARKER = 'MARKERUSDT';
const KEYS = { apiKey: 'contract-key', apiSecret: 'contract-secret' };
/** Longer than the pause between two parts of an execution, ms. */
const PARTS_PAUSE_MS = 25;

/** An adapter that trades at a loopback exchange, over real HTTP and WebSockets. */
export class DialectHarness implements ExchangeHarness {
  readonly symbol = SYMBOL;
  readonly quantity = '0.12';
  readonly unevenQuantity = '0.1234';
  readonly prices = { low: '44000', start: '45000', high: '46000' };
  readonly adapter: ExchangeAdapter;
  readonly server: ExchangeServer;
  readonly #create: () => ExchangeAdapter;
  readonly #opened: ExchangeAdapter[] = [];
  readonly #waiting: { readonly what: 'marker' | 'gap'; readonly resolve: () => void }[] = [];
  #events = 0;
  #inParts = false;

  static async start(
    dialect: 'binance' | 'aster',
    positionMode: PositionMode,
  ): Promise<DialectHarness> {
    const server = await createExchangeServer({
      dialect,
      positionMode,
      triggerMs: 0,
      ...KEYS,
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001', price: '45000' }],
    });
    const create = dialect === 'binance' ? createBinanceExchange : createAsterExchange;
    return new DialectHarness(server, () =>
      create({ ...KEYS, restUrl: server.restUrl, streamUrl: server.streamUrl, live: false }),
    );
  }

  private constructor(server: ExchangeServer, create: () => ExchangeAdapter) {
    this.server = server;
    this.#create = create;
    this.adapter = this.#watched(create());
  }

  setPrice(price: string): void {
    this.server.market.setPrice(SYMBOL, price);
  }

  now(): number {
    return this.server.now();
  }

  /** What was pushed before has come when a marker that is pushed now has come. */
  async drain(): Promise<void> {
    for (;;) {
      const before = this.#events;
      await this.#marker();
      if (!this.#inParts) return;
      await new Promise((resolve) => setTimeout(resolve, PARTS_PAUSE_MS));
      await this.#marker();
      if (this.#events === before) return;
    }
  }

  async loseReply(send: () => Promise<OrderOutcome>): Promise<OrderOutcome> {
    this.server.faults.next({ method: 'POST', path: 'order' }, { do: 'lose-reply' });
    return send();
  }

  async reopen(sink: ExchangeSink): Promise<ExchangeAdapter> {
    const again = this.#watched(this.#create());
    await again.connect(sink);
    return again;
  }

  interruptStream(): Promise<void> {
    const gap = this.#next('gap');
    this.server.streams.cut('account');
    return gap;
  }

  fillInParts(): void {
    this.#inParts = true;
    this.server.market.fillInParts(3);
  }

  payFunding(amount: string): void {
    this.server.account.payFunding(SYMBOL, amount);
  }

  async cleanup(): Promise<void> {
    await Promise.all(this.#opened.map((adapter) => adapter.close()));
    await this.server.close();
  }

  #marker(): Promise<void> {
    const seen = this.#next('marker');
    const P = [{ s: MARKER, pa: '0', ep: '0', ps: 'LONG' }];
    const time = this.server.now();
    this.server.streams.push({
      e: 'ACCOUNT_UPDATE',
      E: time,
      T: time,
      a: { m: 'ORDER', B: [], P },
    });
    return seen;
  }

  #next(what: 'marker' | 'gap'): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push({ what, resolve });
    });
  }

  #came(what: 'marker' | 'gap'): void {
    const index = this.#waiting.findIndex((one) => one.what === what);
    if (index >= 0) this.#waiting.splice(index, 1)[0]?.resolve();
  }

  /** The adapter itself, but for a sink that knows the markers. */
  #watched(adapter: ExchangeAdapter): ExchangeAdapter {
    this.#opened.push(adapter);
    const connect = adapter.connect.bind(adapter);
    adapter.connect = (sink) =>
      connect({
        order: (report) => {
          this.#events += 1;
          sink.order(report);
        },
        fill: (report) => {
          this.#events += 1;
          sink.fill(report);
        },
        position: (report) => {
          if (report.symbol === MARKER) this.#came('marker');
          else sink.position(report);
        },
        connection: (state, reason) => sink.connection(state, reason),
        gap: (reason) => {
          sink.gap(reason);
          this.#came('gap');
        },
      });
    return adapter;
  }
}
