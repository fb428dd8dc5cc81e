import { createAsterFeed } from '../../adapters/feeds/binance-dialect/aster-feed.js';
import { createBinanceFeed } from '../../adapters/feeds/binance-dialect/binance-feed.js';
import { FeedError } from '../../errors/feed-error.js';
import type { PriceSource } from '../../model/price.js';
import type { PriceFeed } from '../../ports/price-feed.js';
import type { ConnectionRequest } from './live-host.js';

/**
 * The prices of the configured exchange; those of Binance for the paper exchange.
 *
 * An exchange at another host has its prices there as well, unless the section `feed` says otherwise: orders at a test
 * network must not be judged on real prices unasked.
 *
 * @throws FeedError `FEED_SOURCE_MISSING` when `feed.sources` names a price that the feed does not have
 */
export function makeFeed({ live, clock, logger }: ConnectionRequest): Promise<PriceFeed> {
  const { exchange, resolved, file } = live;
  const streamUrl = resolved.feed?.streamUrl ?? exchange.streamUrl;
  const options = {
    ...(streamUrl !== undefined && { streamUrl }),
    ...(exchange.restUrl !== undefined && { restUrl: exchange.restUrl }),
    clock,
    logger,
  };
  const feed = exchange.id === 'aster' ? createAsterFeed(options) : createBinanceFeed(options);
  const wanted = resolved.feed?.sources;
  return Promise.resolve(wanted === undefined ? feed : narrowed(feed, wanted, file));
}

/** The same feed with fewer prices: the monitor subscribes to what a feed says it has. */
function narrowed(feed: PriceFeed, sources: readonly PriceSource[], file: string): PriceFeed {
  const missing = sources.filter((source) => !feed.sources.includes(source));
  if (missing.length > 0) {
    throw new FeedError('FEED_SOURCE_MISSING', `${file}: feed.sources`, {
      expected: `some of ${feed.sources.join(', ')}`,
      received: missing.join(', '),
    });
  }
  return {
    sources,
    connect: (sink) => feed.connect(sink),
    subscribe: (requests) => feed.subscribe(requests),
    unsubscribe: (symbols) => feed.unsubscribe(symbols),
    close: () => feed.close(),
  };
}
