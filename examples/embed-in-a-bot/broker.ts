import { ManualClock, type OrderFill, PaperExchange } from 'position-monitor';

/** Stands for the exchange client that a bot already has: prices come in, orders go out. */
export class Broker {
  readonly clock = new ManualClock();
  readonly exchange = new PaperExchange({
    instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' }],
    clock: this.clock,
  });
  #orders = 0;

  /** One second passes, and the market trades at a price. */
  onPrice(symbol: string, price: number): void {
    this.clock.advanceBy(1_000);
    this.exchange.acceptPrice(symbol, 'LAST', price, this.clock.now());
  }

  /** Buys at market; answers as exchanges do. */
  async marketBuy(symbol: string, quantity: string): Promise<OrderFill> {
    this.#orders += 1;
    const outcome = await this.exchange.placeOrder({
      clientOrderId: `bot-${this.#orders}`,
      symbol,
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'market',
      quantity,
      reduceOnly: false,
      expiresAt: this.clock.now() + 5_000,
    });
    if (outcome.kind !== 'accepted' || !outcome.report?.avgPrice)
      throw new Error('the order did not fill');
    const { orderId, executedQty, avgPrice } = outcome.report;
    return {
      orderId,
      symbol,
      side: 'BUY',
      positionSide: 'LONG',
      executedQty,
      avgPrice,
      status: 'FILLED',
    };
  }

  /** What the account holds. */
  async holds(symbol: string): Promise<string> {
    await this.exchange.connect({
      order() {},
      fill() {},
      position() {},
      connection() {},
      gap() {},
    });
    const positions = await this.exchange.fetchPositions(symbol);
    return String(positions[0]?.quantity ?? '0');
  }
}
