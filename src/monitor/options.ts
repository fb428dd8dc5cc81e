import type { Clock } from '../ports/clock.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import type { Logger } from '../ports/logger.js';
import type { PriceFeed } from '../ports/price-feed.js';
import type { RequestScheduler } from '../ports/request-scheduler.js';
import type { Store } from '../ports/store.js';
import type { MonitorConfig } from './config/monitor-config.js';

/** What a monitor is made of. Only `config`, `exchange` and `feed` are needed. */
export interface PositionMonitorOptions {
  readonly config: MonitorConfig;
  readonly exchange: ExchangeAdapter;
  readonly feed: PriceFeed;
  /** Default: in memory, which forgets everything with the process (a warning is logged with a live exchange). */
  readonly store?: Store;
  /** Tells this monitor's orders from those of another one on the same account. Overrides `config.instanceId`. */
  readonly instanceId?: string;
  /** Default: the system's time. */
  readonly clock?: Clock;
  /** Default: silent. */
  readonly logger?: Logger;
  /** Default: three lanes with concurrency of their own. */
  readonly scheduler?: RequestScheduler;
  /** A key that may withdraw is refused unless this is true. Default false. */
  readonly allowWithdrawalKey?: boolean;
  /**
   * `replay`: time comes with recorded prices. The row of an entry judges nothing, nothing grows stale, nothing is
   * compared periodically, and stops are moved without pauses. Default `live`.
   */
  readonly profile?: 'live' | 'replay';
}
