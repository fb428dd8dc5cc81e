import type { PriceSource } from '../../model/price.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import type { FillPlace } from './fill-places.js';

/** Looks on while a replay runs. It changes nothing and keeps nobody waiting. */
export interface ReplayObserver {
  /** Before the monitor starts. */
  begin(monitor: PositionMonitor): void;
  /**
   * A price, before anybody acts on it. On every price: it has to be quick.
   *
   * @param row counted as the rows of legs are
   */
  priced(source: PriceSource, time: number, price: number, row: number): void;
  /** Whatever a price or an entry caused is done and recorded. */
  settled(place: FillPlace): void;
}
