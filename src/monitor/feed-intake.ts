import { FEED_START_WAIT_MS } from '../limits.js';
import type { Input } from '../model/input.js';
import type { PriceSource } from '../model/price.js';
import type { Clock, TimerHandle } from '../ports/clock.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import type { PriceFeed } from '../ports/price-feed.js';
import { isRefused, type Stoppable, untilReached } from './retry.js';

/** What the intake needs of the session around it. */
export interface FeedHost {
  readonly feed: PriceFeed;
  readonly clock: Clock;
  /** Told every price first: a simulated one matches on it. */
  readonly exchange: Pick<ExchangeAdapter, 'acceptPrice'>;
  readonly post: (input: Input) => void;
  readonly tick: (
    symbol: string,
    source: PriceSource,
    price: number,
    exchangeTime: number,
    receivedAt: number,
  ) => void;
}

/**
 * Connects the price feed. One that cannot be reached now, or takes its time, keeps nothing from being protected at the
 * exchange: it is tried again beside everything else, and until then there is no guard of our own.
 *
 * @throws what the feed refuses for good
 */
export async function connectFeed(
  host: FeedHost,
  retry: Parameters<typeof untilReached>[2],
): Promise<void> {
  const { post } = host;
  const first = open(host);
  const outcome = await settledWithin(first, host.clock, retry.stoppable);
  if (outcome.kind === 'connected') return;
  if (outcome.kind === 'failed' && isRefused(outcome.error)) throw outcome.error;
  const detail = outcome.kind === 'failed' ? textOf(outcome.error) : 'it takes its time';
  post({ kind: 'feed-connection', state: 'disconnected', detail });
  let attempt: Promise<void> | null = first;
  /** One that is under way may still succeed, and a feed is not connected twice at a time. */
  const next = (): Promise<void> => {
    const underWay = attempt ?? open(host);
    attempt = null;
    return underWay;
  };
  untilReached(next, 'the price feed', retry).then(
    () => post({ kind: 'feed-connection', state: 'reconnected', detail: 'connected' }),
    (failure: unknown) => {
      if (retry.stoppable.stopped) return;
      retry.logger.error({ error: textOf(failure) }, 'the price feed cannot be used');
    },
  );
}

type Outcome =
  | { readonly kind: 'connected' }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'slow' };

/** What has become of the attempt within the time that a start gives it. */
async function settledWithin(
  connecting: Promise<void>,
  clock: Clock,
  stoppable: Stoppable,
): Promise<Outcome> {
  const settled = connecting.then(
    (): Outcome => ({ kind: 'connected' }),
    (error: unknown): Outcome => ({ kind: 'failed', error }),
  );
  let timer: TimerHandle = null;
  const slow = new Promise<Outcome>((resolve) => {
    timer = clock.setTimer(() => resolve({ kind: 'slow' }), FEED_START_WAIT_MS);
  });
  try {
    return await stoppable.unlessStopped(() => Promise.race([settled, slow]));
  } finally {
    clock.clearTimer(timer);
  }
}

async function open({ feed, clock, exchange, post, tick }: FeedHost): Promise<void> {
  return feed.connect({
    tick: (symbol, source, price, exchangeTime, receivedAt) => {
      const time = exchangeTime === 0 ? clock.now() : exchangeTime;
      exchange.acceptPrice?.(symbol, source, price, time);
      tick(symbol, source, price, exchangeTime, receivedAt);
    },
    connection: (state, reason) =>
      post({ kind: 'feed-connection', state, detail: reason ?? state }),
    staleness: (symbol, stale) => post({ kind: 'feed-staleness', symbol, stale }),
    gap: (symbol, reason) => post({ kind: 'feed-gap', symbol, detail: reason }),
  });
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
