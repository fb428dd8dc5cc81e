import { decimal, roundToIncrement } from '../../src/model/decimal.js';
import type { PositionSide } from '../../src/model/side.js';
import type { CloseReason } from '../../src/model/tranche.js';
import type { TrancheView } from '../../src/model/views.js';
import type { SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import { BTC, CoreBench, type CoreBenchOptions } from './core-bench.js';

export const ENTRY = 45_000;

/** 0.1 of one side at 45000, and prices told as percentages in its favour: one test serves both sides. */
export class ExitBench {
  readonly core: CoreBench;
  readonly side: PositionSide;
  readonly entrySide: 'BUY' | 'SELL';
  #opened = 0;

  private constructor(core: CoreBench, side: PositionSide) {
    this.core = core;
    this.side = side;
    this.entrySide = side === 'LONG' ? 'BUY' : 'SELL';
  }

  /** A monitor that holds nothing yet and has heard the price 45000. */
  static async flat(
    side: PositionSide,
    settings: SymbolSettings,
    options: CoreBenchOptions = {},
  ): Promise<ExitBench> {
    const core = await CoreBench.started({ symbols: { [BTC]: settings }, ...options });
    const bench = new ExitBench(core, side);
    if (options.live) await core.market(ENTRY);
    await core.tick(ENTRY);
    return bench;
  }

  static async holding(
    side: PositionSide,
    settings: SymbolSettings,
    options: CoreBenchOptions = {},
  ): Promise<ExitBench> {
    const bench = await ExitBench.flat(side, settings, options);
    /** A venue with a book of its own: the bot trades there. */
    if (options.live) await bench.core.trade('0.1', { side: bench.entrySide, positionSide: side });
    else await bench.enter('0.1');
    return bench;
  }

  /** The same account, store and time with another process. */
  async reborn(settings: SymbolSettings, options: CoreBenchOptions = {}): Promise<ExitBench> {
    const { store } = this.core;
    await this.core.until(this.core.monitor.stop());
    const core = await CoreBench.started({
      symbols: { [BTC]: settings },
      store,
      after: this.core,
      ...options,
    });
    return new ExitBench(core, this.side);
  }

  /** Percent in favour of the side, from the entry, as the exact price. */
  price(percent: number): number {
    const signed = this.side === 'LONG' ? percent : -percent;
    return Number(
      decimal(ENTRY)
        .times(decimal(100 + signed))
        .div(100)
        .toFixed(),
    );
  }

  text(percent: number): string {
    return decimal(this.price(percent)).toFixed();
  }

  /** Level that lies so many percent behind a best price, rounded like a stop. */
  behind(peakPct: number, callbackPct: number): string {
    const factor = this.side === 'LONG' ? 100 - callbackPct : 100 + callbackPct;
    const level = decimal(this.price(peakPct)).times(factor).div(100).toFixed();
    return roundToIncrement(level, '0.1', this.side === 'LONG' ? 'ceil' : 'floor');
  }

  async tick(percent: number): Promise<void> {
    await this.core.tick(this.price(percent));
  }

  async ticks(...percents: readonly number[]): Promise<void> {
    for (const percent of percents) await this.tick(percent);
  }

  /** A fill of an order of its own at a percentage from 45000. */
  async enter(quantity: string, percent = 0, apart = false): Promise<void> {
    this.#opened += 1;
    const orderId = `entry-${this.core.clock.now()}-${this.#opened}`;
    const { monitor } = this.core;
    if (apart)
      await this.core.until(
        monitor.registerOrder({ orderId, symbol: BTC, side: this.entrySide, tranche: 'new' }),
      );
    await this.core.fill(quantity, this.text(percent), { orderId, side: this.entrySide });
  }

  get tranche(): TrancheView {
    return this.core.tranche();
  }

  get stop(): string | null {
    return this.core.tranche().levels.stopLoss;
  }

  get isOpen(): boolean {
    return this.core.tranches().length > 0;
  }

  /** Why each tranche that was closed was closed. */
  get closed(): readonly CloseReason[] {
    return this.core.named('tranche:closed').map((event) => event.reason as CloseReason);
  }

  /** Stops that rest at the exchange, e.g. `0.1 @ 44550`. */
  async stops(): Promise<readonly string[]> {
    const open = await this.core.paper.fetchOpenOrders(BTC);
    return open
      .filter(({ kind }) => kind === 'stop-market')
      .map(({ quantity, triggerPrice }) => `${quantity} @ ${triggerPrice}`)
      .sort();
  }

  /** Take-profits that rest at the exchange, e.g. `0.05 @ 45450`. */
  async profits(): Promise<readonly string[]> {
    const open = await this.core.paper.fetchOpenOrders(BTC);
    return open
      .filter(({ kind }) => kind !== 'stop-market')
      .map(({ quantity, price, triggerPrice }) => `${quantity} @ ${price ?? triggerPrice}`)
      .sort();
  }

  /** Time enough for everything that is paced. */
  async rest(ms = 3_000): Promise<void> {
    await this.core.run(ms);
  }
}
