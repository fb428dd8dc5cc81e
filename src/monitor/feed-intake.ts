import type { Input } from '../model/input.js';
import type { PriceSource } from '../model/price.js';
import type { Clock } from '../ports/clock.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import type { PriceFeed } from '../ports/price-feed.js';
import { isRefused, untilReached } from './retry.js';

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
 * Connects the price feed. One that cannot be reached now keeps nothing from being protected at the exchange: it is tried
 * again beside everything else, and until then there is no guard of our own.
 *
 * @throws what the feed refuses for good
 */
export async function connectFeed(
  host: FeedHost,
  retry: Parameters<typeof untilReached>[2],
): Promise<void> {
  try {
    await retry.stoppable.unlessStopped(() => open(host));
  } catch (error) {
    if (isRefused(error) || retry.stoppable.stopped) throw error;
    host.post({ kind: 'feed-connection', state: 'disconnected', detail: textOf(error) });
    untilReached(() => open(host), 'the price feed', retry).then(
      () => host.post({ kind: 'feed-connection', state: 'reconnected', detail: 'connected' }),
      (failure: unknown) => {
        if (retry.stoppable.stopped) return;
        retry.logger.error({ error: textOf(failure) }, 'the price feed cannot be used');
      },
    );
  }
}

function open({ feed, clock, exchange, post, tick }: FeedHost): Promise<void> {
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
