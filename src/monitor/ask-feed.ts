import { isMonitorError } from '../errors/position-monitor-error.js';
import { inTime } from '../execution/in-time.js';
import type { FeedCommand } from '../model/command.js';
import type { Input } from '../model/input.js';
import type { Clock } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';
import type { PriceFeed } from '../ports/price-feed.js';
import { copyBars } from './copy-bars.js';

export interface FeedAsker {
  readonly feed: PriceFeed;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly post: (input: Input) => void;
}

/** Carries out what the core asks of the price feed. */
export function askFeed(command: FeedCommand, asker: FeedAsker): void {
  const { symbol } = command;
  const { feed, logger, post } = asker;
  if (command.kind === 'fetch-bars') {
    void fetchBars(command, asker).then(post);
    return;
  }
  const asked =
    command.kind === 'watch-prices'
      ? feed.subscribe([{ symbol, sources: command.sources }])
      : feed.unsubscribe([symbol]);
  asked.catch((error: unknown) => {
    logger.error({ symbol, error: textOf(error) }, 'prices could not be subscribed');
    post({ kind: 'feed-staleness', symbol, stale: true });
  });
}

/** A feed without bars is no fault: averages are then made of ticks alone. */
async function fetchBars(
  { symbol, barMs, limit }: Extract<FeedCommand, { kind: 'fetch-bars' }>,
  { feed, clock, logger }: FeedAsker,
): Promise<Input> {
  const answer = { kind: 'bars', symbol, barMs, requestId: null } as const;
  const fetch = feed.fetchBars?.bind(feed);
  if (fetch === undefined) return { ...answer, bars: null, retry: false };
  try {
    const bars = await inTime(clock, () => fetch(symbol, barMs, limit));
    if (!Array.isArray(bars)) throw new Error('the feed gave no list of bars');
    return { ...answer, bars: copyBars(bars.slice(-limit)), retry: false };
  } catch (error) {
    logger.warn({ symbol, barMs, error: textOf(error) }, 'bars could not be fetched');
    const forGood = isMonitorError(error) && error.code === 'FEED_BARS_UNSUPPORTED';
    return { ...answer, bars: null, retry: !forGood };
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
