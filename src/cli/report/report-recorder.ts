import { REPORT_FILLS_MAX, REPORT_HITS_PER_TRANCHE_MAX, REPORT_MOVES_MAX } from '../../limits.js';
import type { Decimal } from '../../model/decimal.js';
import type { MonitorEventMap } from '../../model/monitor-event.js';
import type { PriceSource } from '../../model/price.js';
import type { TrancheView } from '../../model/views.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import type { FillPlace } from '../replay/fill-places.js';
import type { ReplayObserver } from '../replay/replay-observer.js';
import { OrderLives } from './order-lives.js';
import { PnlCurve } from './pnl-curve.js';
import type { Moment } from './report-data.js';
import { SeriesDecimator } from './series-decimator.js';
import { ChangeBudget } from './step-line.js';
import { TrancheTrack } from './tranche-track.js';

type OrderEvent =
  | 'order:submitted'
  | 'order:accepted'
  | 'order:filled'
  | 'order:cancelled'
  | 'order:rejected';
const ORDER_EVENTS: readonly OrderEvent[] = [
  'order:submitted',
  'order:accepted',
  'order:filled',
  'order:cancelled',
  'order:rejected',
];

/** A tranche as the report knows it. */
export interface RecordedTranche {
  readonly track: TrancheTrack;
  readonly orders: OrderLives;
  closed: MonitorEventMap['tranche:closed'] | null;
}

/**
 * Keeps what the report draws, in memory that does not grow with the recording: lines by their extremes, levels by
 * their changes.
 *
 * Tranches that something happened to are looked at once everything that a price caused is done, so that what is drawn
 * at a price is what held after it.
 */
export class ReportRecorder implements ReplayObserver {
  /** The price, or the bid. */
  readonly bid = new SeriesDecimator();
  /** Empty where one price serves as both. */
  readonly ask = new SeriesDecimator();
  readonly moves = new ChangeBudget(REPORT_MOVES_MAX);
  readonly pnl: PnlCurve;
  readonly tranches = new Map<string, RecordedTranche>();
  #monitor: PositionMonitor | null = null;
  readonly #changed = new Set<string>();
  readonly #hits: MonitorEventMap['trigger:hit'][] = [];
  readonly #trailing = new Set<string>();
  #lastBid = 0;
  #lastAsk = 0;
  /** Extremes since a trail was armed, and whether there is a new one: only then does a trail move. */
  #highest = 0;
  #lowest = Number.POSITIVE_INFINITY;
  #isBeyond = false;

  constructor(contractSize: Decimal) {
    this.pnl = new PnlCurve(contractSize, REPORT_FILLS_MAX);
  }

  begin(monitor: PositionMonitor): void {
    this.#monitor = monitor;
    const changed = ({ trancheId }: { readonly trancheId: string | null }): void => {
      if (trancheId !== null) this.#changed.add(trancheId);
    };
    monitor.on('fill:applied', changed);
    monitor.on('tranche:opened', changed);
    monitor.on('tranche:updated', changed);
    monitor.on('tranche:merged', (event) => {
      changed(event);
      for (const id of event.merged) this.#changed.add(id);
    });
    monitor.on('tranche:closed', (event) => {
      changed(event);
      this.#trancheOf(event.tranche).closed = event;
    });
    monitor.on('protection:placed', changed);
    monitor.on('trigger:hit', (hit) => {
      this.#hits.push(hit);
      changed(hit);
    });
    for (const name of ORDER_EVENTS) this.#listenTo(monitor, name);
  }

  priced(source: PriceSource, time: number, price: number, row: number): void {
    if (source === 'ASK') {
      this.#lastAsk = price;
      this.ask.add(time, price);
    } else {
      this.#lastBid = price;
      if (source !== 'BID') this.#lastAsk = price;
      if (this.bid.add(time, price) && this.#isBeyond) this.#watchTrails({ time, row });
    }
    if (price > this.#highest) {
      this.#highest = price;
      this.#isBeyond = true;
    } else if (price < this.#lowest) {
      this.#lowest = price;
      this.#isBeyond = true;
    }
    this.pnl.priced(time, this.#lastBid, this.#lastAsk);
  }

  settled(place: FillPlace): void {
    if (this.#changed.size > 0) this.#followChanged(place);
  }

  #listenTo(monitor: PositionMonitor, name: OrderEvent): void {
    const kind = name.slice('order:'.length) as 'submitted';
    monitor.on(name, (event) => {
      this.#changed.add(event.trancheId);
      const known = this.tranches.get(event.trancheId);
      const view = known === undefined ? this.#monitor?.tranche(event.trancheId) : undefined;
      const tranche = known ?? (view && this.#trancheOf(view));
      tranche?.orders.note(kind, event.order, event.time);
    });
  }

  #followTrail(id: string, isTrailing: boolean): void {
    if (!isTrailing) {
      this.#trailing.delete(id);
    } else if (!this.#trailing.has(id)) {
      this.#trailing.add(id);
      this.#highest = this.#lastBid;
      this.#lowest = this.#lastAsk;
    }
  }

  /** Trails move without a word between the steps of their order: looked at once a step of the price line. */
  #watchTrails(at: Moment): void {
    this.#isBeyond = false;
    for (const id of this.#trailing) {
      const view = this.#monitor?.tranche(id);
      if (view !== undefined) this.tranches.get(id)?.track.sample(view, at);
    }
  }

  #followChanged(place: FillPlace): void {
    for (const id of this.#changed) {
      const view = this.#monitor?.tranche(id) ?? this.tranches.get(id)?.closed?.tranche;
      if (view === undefined) continue;
      const { track } = this.#trancheOf(view);
      track.follow(view, place);
      this.#followTrail(id, track.isTrailing);
      this.pnl.follow(view, place.time, place.row);
    }
    this.#changed.clear();
    for (const { trancheId, time: _at, ...hit } of this.#hits.splice(0)) {
      const hits = this.tranches.get(trancheId)?.track.hits;
      if (hits !== undefined && hits.length < REPORT_HITS_PER_TRANCHE_MAX) {
        hits.push({ ...momentOf(place), ...hit });
      }
    }
  }

  #trancheOf(view: TrancheView): RecordedTranche {
    const known = this.tranches.get(view.id);
    if (known !== undefined) return known;
    const made = {
      track: new TrancheTrack(view, this.moves),
      orders: new OrderLives(),
      closed: null,
    };
    this.tranches.set(view.id, made);
    return made;
  }
}

function momentOf({ time, row }: FillPlace): Moment {
  return { time, row };
}
