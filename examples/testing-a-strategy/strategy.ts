import type { OrderFill, PositionMonitor } from 'position-monitor';

/** The part of the bot's exchange client that the strategy needs. */
export interface Broker {
  buy(symbol: string, quantity: string): Promise<OrderFill>;
}

/** Buys when the price has fallen by 1 % from its high. After a loss it stands aside. */
export class DipBuyer {
  state: 'looking' | 'holding' | 'standing aside' = 'looking';
  readonly #broker: Broker;
  readonly #monitor: PositionMonitor;
  #high = 0;

  constructor(broker: Broker, monitor: PositionMonitor) {
    this.#broker = broker;
    this.#monitor = monitor;
    monitor.on('tranche:closed', ({ reason }) => {
      this.state = reason === 'take-profit' ? 'looking' : 'standing aside';
      this.#high = 0;
    });
  }

  async onPrice(price: number): Promise<void> {
    this.#high = Math.max(this.#high, price);
    if (this.state !== 'looking' || price > this.#high * 0.99) return;
    this.state = 'holding';
    const fill = await this.#broker.buy('BTCUSDT', '0.1');
    const isProtected = await this.#monitor.handleOrderFill(fill);
    // The monitor goes on protecting what is there; until that worked, nothing is added.
    if (!isProtected) this.state = 'standing aside';
  }
}
