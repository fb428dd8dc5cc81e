import { REPORT_DIGITS } from '../../limits.js';
import { type Decimal, decimal, ZERO } from '../../model/decimal.js';
import type { TrancheView } from '../../model/views.js';
import type { PnlData } from './report-data.js';
import { SeriesDecimator } from './series-decimator.js';
import { ChangeBudget, StepLine } from './step-line.js';

interface Holding {
  readonly side: TrancheView['side'];
  readonly quantity: Decimal;
  readonly cost: Decimal;
  readonly realized: Decimal;
}

/**
 * What everything came to at each price. Sums are exact and made once a fill; the price is multiplied in as a number,
 * because it is for the eye alone.
 */
export class PnlCurve {
  readonly #contractSize: Decimal;
  readonly #holdings = new Map<string, Holding>();
  readonly #closed = new Set<string>();
  /** Of tranches that are closed. */
  #settled: Decimal = ZERO;
  readonly #realized: StepLine;
  readonly #total = new SeriesDecimator();
  #cost: Decimal = ZERO;
  #long: Decimal = ZERO;
  #short: Decimal = ZERO;
  #bid = 0;
  #ask = 0;
  #fixed = 0;
  #longQuantity = 0;
  #shortQuantity = 0;
  #peak = 0;
  #maxDrawdown = 0;

  /** @param fillsMax fills that are kept one by one */
  constructor(contractSize: Decimal, fillsMax: number) {
    this.#contractSize = contractSize;
    this.#realized = new StepLine(new ChangeBudget(fillsMax));
  }

  /** A price: LONG is worth the bid, SHORT the ask. */
  priced(time: number, bid: number, ask: number): void {
    const total = this.#fixed + this.#longQuantity * bid - this.#shortQuantity * ask;
    this.#bid = bid;
    this.#ask = ask;
    this.#total.add(time, total);
    if (total > this.#peak) this.#peak = total;
    else if (this.#peak - total > this.#maxDrawdown) this.#maxDrawdown = this.#peak - total;
  }

  /** What a tranche holds now, and what it has earned. */
  follow(view: TrancheView, time: number, row: number): void {
    if (this.#closed.has(view.id)) return;
    const realized = decimal(view.realizedPnl).minus(view.fees);
    if (view.state === 'CLOSED') {
      this.#closed.add(view.id);
      this.#holdings.delete(view.id);
      this.#settled = this.#settled.plus(realized);
    } else {
      const quantity = decimal(view.quantity).times(this.#contractSize);
      const cost = quantity.times(view.entryPrice);
      this.#holdings.set(view.id, { side: view.side, quantity, cost, realized });
    }
    this.#sumUp(time, row);
  }

  /** Of what is held, at the last price; before fees. */
  get unrealized(): Decimal {
    return this.#long.times(this.#bid).minus(this.#short.times(this.#ask)).minus(this.#cost);
  }

  get data(): PnlData {
    const total = this.#total.line();
    return {
      realized: this.#realized.data,
      total: {
        ...total,
        values: total.values.map((value) => Number(value.toFixed(REPORT_DIGITS))),
      },
      maxDrawdown: this.#maxDrawdown,
    };
  }

  #sumUp(time: number, row: number): void {
    let realized = this.#settled;
    let cost = ZERO;
    let long = ZERO;
    let short = ZERO;
    for (const holding of this.#holdings.values()) {
      const isLong = holding.side === 'LONG';
      realized = realized.plus(holding.realized);
      cost = isLong ? cost.plus(holding.cost) : cost.minus(holding.cost);
      if (isLong) long = long.plus(holding.quantity);
      else short = short.plus(holding.quantity);
    }
    this.#cost = cost;
    this.#long = long;
    this.#short = short;
    this.#fixed = realized.minus(cost).toNumber();
    this.#longQuantity = long.toNumber();
    this.#shortQuantity = short.toNumber();
    this.#realized.set(time, row, realized.toNumber());
  }
}
