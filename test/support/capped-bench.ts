import type { RejectCode } from '../../src/model/outcome.js';
import type { PositionSide } from '../../src/model/side.js';
import type { TrancheView } from '../../src/model/views.js';
import type { OrderStatusReport } from '../../src/ports/exchange-adapter.js';
import { type BenchOptions, ProtocolBench, SYMBOL } from './protocol-bench.js';
import type { WriteFault } from './scripted-exchange.js';

const REFUSED: RejectCode = 'order-cap';

export interface CappedBenchOptions extends BenchOptions {
  readonly cap?: number;
  /** Whose limit it is. */
  readonly of?: 'symbol' | 'account';
}

interface Opening {
  readonly at: number;
  readonly quantity: number;
}

/**
 * A monitor before an exchange that holds only so many conditional orders per symbol and refuses the next one.
 *
 * It watches what the exchange itself holds: how many rest, and whether stops ever cover less than is held, new exposure
 * aside.
 */
export class CappedBench extends ProtocolBench {
  readonly cap: number;
  refusals = 0;
  peak = 0;
  readonly shortfalls: string[] = [];
  /** Conditional orders at the exchange. */
  readonly #open = new Map<string, OrderStatusReport>();
  readonly #openings: Record<PositionSide, Opening[]> = { LONG: [], SHORT: [] };
  readonly #held: Record<PositionSide, number> = { LONG: 0, SHORT: 0 };
  /** What came in may be without an order at the exchange this long, ms of virtual time. */
  newExposureMs = 3_000;
  /** Prices at which stops act leave less than is held on purpose: nothing is judged then. */
  isJudging = true;
  /** Faults of requests that are not refused for the limit. */
  chooseOtherFault: () => WriteFault | null = () => null;
  #entries = 0;

  constructor({ cap = 10, of = 'symbol', ...options }: CappedBenchOptions = {}) {
    super({
      symbols: { [SYMBOL]: { takeProfitPct: 50, stopLossPct: 10 } },
      ...options,
      globals: {
        maxTranchesPerSymbolSide: 100,
        mergeProfitableTranches: false,
        ...options.globals,
      },
      capabilities: {
        ...options.capabilities,
        maxProtectiveOrders: {
          perSymbol: of === 'symbol' ? cap : null,
          perAccount: of === 'account' ? cap : null,
        },
      },
    });
    this.cap = cap;
    this.exchange.chooseStreamFault = (event) => {
      if (event.kind === 'order') this.#note(event.report);
      return null;
    };
    this.exchange.chooseWriteFault = ({ kind, place }) => {
      if (kind !== 'place' || place?.triggerPrice === undefined) return this.chooseOtherFault();
      if (this.#open.size < cap) return this.chooseOtherFault();
      this.refusals += 1;
      return { do: 'reject', code: REFUSED };
    };
  }

  #note(report: OrderStatusReport): void {
    const { clientOrderId = '', status, triggerPrice, kind } = report;
    if (kind === 'stop-market' || kind === 'take-profit-market' || triggerPrice !== undefined) {
      if (status === 'accepted') this.#open.set(clientOrderId, report);
      else this.#open.delete(clientOrderId);
      this.peak = Math.max(this.peak, this.#open.size);
    } else if (status === 'filled') this.#noteTrade(report);
    this.#judge();
  }

  #noteTrade({ side, positionSide, executedQty }: OrderStatusReport): void {
    const quantity = Number(executedQty) * (side === 'BUY' ? 1 : -1);
    const of: PositionSide = positionSide === 'SHORT' ? 'SHORT' : 'LONG';
    this.#held[of] += of === 'LONG' ? quantity : -quantity;
    if ((of === 'LONG') === quantity > 0) {
      this.#openings[of].push({ at: this.clock.now(), quantity: Math.abs(quantity) });
    }
  }

  #judge(): void {
    if (!this.isJudging) return;
    for (const side of ['LONG', 'SHORT'] as const) {
      const since = this.clock.now() - this.newExposureMs;
      const fresh = this.#openings[side]
        .filter(({ at }) => at > since)
        .reduce((sum, { quantity }) => sum + quantity, 0);
      const stops = this.stopQuantity(side);
      if (stops + fresh < this.#held[side] - 1e-9) {
        this.shortfalls.push(
          `${this.clock.now()}: ${side} holds ${this.#held[side]}, stops cover ${stops}`,
        );
      }
    }
  }

  /** What stops at the exchange cover of a side. */
  stopQuantity(side: PositionSide): number {
    let sum = 0;
    for (const { kind, quantity, executedQty, side: orderSide } of this.#open.values()) {
      if (kind === 'stop-market' && (orderSide === 'SELL') === (side === 'LONG'))
        sum += Number(quantity) - Number(executedQty);
    }
    return sum;
  }

  get conditional(): number {
    return this.#open.size;
  }

  /** Opens a tranche of its own with this stop; does not wait for it to be covered. */
  async open(
    stopLossPct: number,
    { side = 'LONG', quantity = '0.1', plan = {} }: OpenOptions = {},
  ): Promise<void> {
    this.#entries += 1;
    const isHedge = this.isHedge;
    const terms = {
      clientOrderId: `entry-${this.#entries}`,
      side: side === 'LONG' ? ('BUY' as const) : ('SELL' as const),
      positionSide: isHedge ? side : ('BOTH' as const),
    };
    await this.until(
      this.monitor.registerOrder({
        ...terms,
        symbol: SYMBOL,
        tranche: 'new',
        plan: { stopLossPct, ...plan },
      }),
    );
    void this.monitor.handleOrderFill(await this.trade(quantity, terms));
  }

  isHedge = true;

  /** Coverage of the live tranches, the tightest stop first, e.g. `resting resting pooled`. */
  coverages(side: PositionSide): string {
    return this.liveOf(side)
      .map(({ coverage }) => coverage)
      .join(' ');
  }

  liveOf(side: PositionSide): readonly TrancheView[] {
    const sign = side === 'LONG' ? -1 : 1;
    return this.tranches()
      .filter((view) => view.side === side)
      .sort((a, b) => sign * (Number(a.levels.stopLoss) - Number(b.levels.stopLoss)));
  }

  /** Resting stops of a side, the tightest first, e.g. `0.1@44100`. */
  stops(side: PositionSide): string[] {
    const sign = side === 'LONG' ? -1 : 1;
    return [...this.#open.values()]
      .filter((order) => (order.side === 'SELL') === (side === 'LONG'))
      .sort((a, b) => sign * (Number(a.triggerPrice) - Number(b.triggerPrice)))
      .map(({ quantity, triggerPrice }) => `${quantity}@${triggerPrice}`);
  }
}

export interface OpenOptions {
  readonly side?: PositionSide;
  readonly quantity?: string;
  readonly plan?: Readonly<Record<string, unknown>>;
}
