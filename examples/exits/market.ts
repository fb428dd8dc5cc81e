import {
  type ExitPlanInput,
  ManualClock,
  ManualFeed,
  type OrderView,
  PaperExchange,
  PositionMonitor,
  type PositionSide,
  type PriceSource,
  type Tranche,
} from 'position-monitor';
import { runFor, runUntil } from 'position-monitor/testing';

export const SYMBOL = 'BTCUSDT';

export interface MarketOptions {
  /** Percent of the notional. Default 0. */
  readonly fees?: { readonly makerPct: number; readonly takerPct: number };
  /** In how many executions a resting limit fills. Default 1. */
  readonly limitParts?: number;
  readonly slippageBps?: number;
  readonly sources?: readonly PriceSource[];
}

/** One symbol that trades when told to, a bot's account on the paper exchange, and a monitor that guards it: all of it talks. */
export class Market {
  readonly clock = new ManualClock();
  readonly feed: ManualFeed;
  readonly exchange: PaperExchange;
  readonly monitor: PositionMonitor;
  readonly #seen = new Map<string, { exits: number; orders: string }>();
  #price = 0;
  #entries = 0;

  constructor(plan: ExitPlanInput, options: MarketOptions = {}, Exchange = PaperExchange) {
    const { clock } = this;
    const { fees, limitParts = 1, slippageBps = 0, sources = ['LAST'] } = options;
    this.feed = new ManualFeed({ clock, sources });
    this.exchange = new Exchange({
      clock,
      instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
      partialFills: { limitParts },
      slippageBps,
      ...(fees && { fees }),
    });
    this.monitor = new PositionMonitor({
      config: { symbols: { [SYMBOL]: plan }, globals: { mergeProfitableTranches: false } },
      exchange: this.exchange,
      feed: this.feed,
      clock,
    });
  }

  async open(price: number): Promise<void> {
    await runUntil(this.clock, this.monitor.start());
    await this.trade(price);
  }

  /** The market trades at these prices, one a second. */
  async trade(...prices: readonly number[]): Promise<void> {
    for (const price of prices) {
      this.#price = price;
      this.feed.tick(SYMBOL, price, { time: this.clock.now() });
      await this.wait(1_000);
    }
  }

  /** Another price of the same moment, e.g. the mark price. */
  async quote(source: PriceSource, price: number): Promise<void> {
    if (source === 'LAST') this.#price = price;
    this.feed.tick(SYMBOL, price, { source, time: this.clock.now() });
    await this.wait(0);
  }

  async wait(ms: number): Promise<void> {
    await runFor(this.clock, ms);
    this.look();
  }

  /** The bot enters at market and hands the fill over: that is all it does. */
  async enter(side: PositionSide, quantity: string): Promise<void> {
    this.#entries += 1;
    const outcome = await runUntil(
      this.clock,
      this.exchange.placeOrder({
        clientOrderId: `bot-${this.#entries}`,
        symbol: SYMBOL,
        side: side === 'LONG' ? 'BUY' : 'SELL',
        positionSide: side,
        kind: 'market',
        quantity,
        reduceOnly: false,
        expiresAt: this.clock.now() + 5_000,
      }),
    );
    const filled = outcome.kind === 'accepted' ? outcome.report : undefined;
    if (filled?.avgPrice === undefined) throw new Error(`not filled: ${JSON.stringify(outcome)}`);
    const { orderId, executedQty, avgPrice } = filled;
    this.say(`${side === 'LONG' ? 'bought' : 'sold'} ${executedQty} at ${avgPrice}`);
    const fill = { orderId, symbol: SYMBOL, side: filled.side, positionSide: side };
    await this.call(this.monitor.handleOrderFill({ ...fill, executedQty, avgPrice }));
  }

  /** Waits for something that the monitor was asked to do, and says what changed. */
  async call<Result>(asked: Promise<Result>): Promise<Result> {
    const result = await runUntil(this.clock, asked);
    await this.wait(0);
    return result;
  }

  get tranches(): readonly Tranche[] {
    return this.monitor.positions().flatMap(({ tranches }) => tranches);
  }

  /** Every tranche that was seen and is closed. */
  get closed(): readonly Tranche[] {
    const seen = [...this.#seen.keys()].flatMap((id) => this.monitor.tranche(id) ?? []);
    return seen.filter(({ state }) => state === 'CLOSED');
  }

  async close(): Promise<void> {
    await runUntil(this.clock, this.monitor.stop());
  }

  say(what: string): void {
    console.log(`${`${this.#price}`.padStart(7)} ${what}`);
  }

  /** Says what was sold since the last look, and which orders rest now where others rested then. */
  look(): void {
    for (const { id } of this.tranches) {
      if (!this.#seen.has(id)) this.#seen.set(id, { exits: 0, orders: '' });
    }
    for (const [id, seen] of this.#seen) {
      const tranche = this.monitor.tranche(id);
      if (tranche === undefined) continue;
      const name = this.#seen.size > 1 ? `${tranche.side} ${tranche.number}: ` : '';
      const verb = tranche.side === 'LONG' ? 'sold' : 'bought back';
      for (const { quantity, price, reason, orderId } of tranche.exits.slice(seen.exits)) {
        const order = tranche.orders.find((each) => each.clientOrderId === orderId);
        this.say(`${name}${verb} ${quantity} at ${price}: ${reason}, ${order?.kind}`);
      }
      const orders = tranche.state === 'OPEN' ? restingOrders(tranche) : '';
      if (orders !== seen.orders && orders !== '') this.say(`${name}${orders}`);
      this.#seen.set(id, { exits: tranche.exits.length, orders });
    }
  }
}

/** What rests at the exchange, and where our own guard acts if that is elsewhere. */
function restingOrders({ orders, levels }: Tranche): string {
  const live = orders.filter(({ status, canceling }) => status === 'accepted' && !canceling);
  const stops = live
    .filter(({ role }) => role === 'stop-loss')
    .map((order) => {
      const limit = order.price === null ? '' : `, as a limit at ${order.price}`;
      return `stop for ${left(order)} at ${order.triggerPrice}${limit} (${levels.stopRule})`;
    });
  const guard =
    levels.stopLoss !== levels.restingStop ? [`our own guard at ${levels.stopLoss}`] : [];
  const profits = live
    .filter(({ role }) => role === 'take-profit')
    .map((order) => `target for ${left(order)} at ${order.price ?? order.triggerPrice}`);
  return [...stops, ...guard, ...profits].join('; ');
}

/** What of an order is still to be filled. */
function left({ quantity, executedQty }: OrderView): string {
  return `${Number((Number(quantity) - Number(executedQty)).toFixed(8))}`;
}
