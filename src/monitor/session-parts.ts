import type { IsolatedEmitter } from '../events/isolated-emitter.js';
import type { Clock } from '../ports/clock.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import type { Logger } from '../ports/logger.js';
import type { PriceFeed } from '../ports/price-feed.js';
import type { RequestScheduler } from '../ports/request-scheduler.js';
import type { Store } from '../ports/store.js';
import type { ResolvedConfig } from './config/resolved-config.js';
import type { Stoppable } from './retry.js';

/** What a session is made of, every option resolved. */
export interface SessionParts {
  readonly config: ResolvedConfig;
  readonly exchange: ExchangeAdapter;
  readonly feed: PriceFeed;
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly scheduler: RequestScheduler;
  readonly emitter: IsolatedEmitter;
  readonly instanceId: string;
  readonly allowWithdrawalKey: boolean;
  readonly replay: boolean;
  readonly stoppable: Stoppable;
  /** When `start()` was called, wall ms. */
  readonly startedAt: number;
}
