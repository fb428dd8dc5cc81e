import { PaperExchange } from '../../../src/adapters/exchanges/paper/paper-exchange.js';
import type { PaperExchangeOptions } from '../../../src/adapters/exchanges/paper/paper-exchange-options.js';
import type { InstrumentInput } from '../../../src/model/instrument.js';
import type { PriceSource } from '../../../src/model/price.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import type {
  HostFillReport,
  OrderOutcome,
  OrderStatusReport,
  PlaceOrderRequest,
} from '../../../src/ports/exchange-adapter.js';
import { RecordingExchangeSink } from '../../../src/testing/contracts/recording-exchange-sink.js';

export const SYMBOL = 'BTCUSDT';
export const INSTRUMENT: InstrumentInput = {
  symbol: SYMBOL,
  tickSize: '0.1',
  stepSize: '0.001',
  minQty: '0.001',
  maxQty: '100',
  maxMarketQty: '10',
  minNotional: '5',
};

type Terms = Partial<PlaceOrderRequest>;

/** A connected paper exchange on virtual time, and short words for what tests do with it. */
export class PaperBench {
  readonly clock = new VirtualClock();
  readonly sink = new RecordingExchangeSink();
  readonly exchange: PaperExchange;
  readonly #isHedge: boolean;
  #orders = 0;

  constructor(options: Partial<PaperExchangeOptions> = {}) {
    this.exchange = new PaperExchange({ instruments: [INSTRUMENT], clock: this.clock, ...options });
    this.#isHedge = options.positionMode !== 'one-way';
    void this.exchange.connect(this.sink);
  }

  price(price: number, source: PriceSource = 'LAST'): void {
    this.exchange.acceptPrice(SYMBOL, source, price, this.clock.now());
  }

  /** Sends an order of the LONG side: a BUY enters, a SELL leaves. */
  place(terms: Terms): Promise<OrderOutcome> {
    return this.exchange.placeOrder(this.request(terms));
  }

  request(terms: Terms): PlaceOrderRequest {
    this.#orders += 1;
    return {
      clientOrderId: `c${this.#orders}`,
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: this.#isHedge ? 'LONG' : 'BOTH',
      kind: 'market',
      quantity: '0.1',
      reduceOnly: false,
      expiresAt: this.clock.now() + 1_000,
      ...terms,
    };
  }

  enterLong(quantity = '0.1'): Promise<OrderOutcome> {
    return this.place({ quantity });
  }

  exitLong(quantity = '0.1', terms: Terms = {}): Promise<OrderOutcome> {
    return this.place({ side: 'SELL', quantity, reduceOnly: true, ...terms });
  }

  stop(triggerPrice: string, quantity = '0.1', terms: Terms = {}): Promise<OrderOutcome> {
    return this.exitLong(quantity, { kind: 'stop-market', triggerPrice, ...terms });
  }

  takeProfit(price: string, quantity = '0.1', terms: Terms = {}): Promise<OrderOutcome> {
    return this.exitLong(quantity, { kind: 'limit', price, ...terms });
  }

  async order(clientOrderId: string): Promise<OrderStatusReport | null> {
    return this.exchange.fetchOrder({ symbol: SYMBOL, clientOrderId });
  }

  async status(clientOrderId: string): Promise<string | undefined> {
    return (await this.order(clientOrderId))?.status;
  }

  /** What is held, e.g. `LONG 0.1 @ 45000`. */
  async held(): Promise<string> {
    const positions = await this.exchange.fetchPositions(SYMBOL);
    return positions
      .map(({ side, quantity, entryPrice }) => `${side} ${quantity} @ ${entryPrice}`)
      .join(', ');
  }

  /** Trades told so far, e.g. `SELL 0.1 @ 44000`. */
  trades(): readonly string[] {
    return this.sink.fills.map(({ side, trade }) => `${side} ${trade.quantity} @ ${trade.price}`);
  }

  hostFill(fill: Partial<HostFillReport>): void {
    this.exchange.acceptHostFill({
      symbol: SYMBOL,
      orderId: 'host-1',
      side: 'BUY',
      positionSide: this.#isHedge ? 'LONG' : 'BOTH',
      reduceOnly: false,
      time: this.clock.now(),
      ...fill,
    });
  }
}

/** The refusal's code, or how the write ended. */
export function codeOf(outcome: OrderOutcome): string {
  return outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind;
}

export function detailOf(outcome: OrderOutcome): string {
  if (outcome.kind === 'accepted') return '';
  return outcome.kind === 'rejected' ? outcome.rejection.detail : outcome.detail;
}
