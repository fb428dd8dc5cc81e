import type { PriceFeed } from '../../../ports/price-feed.js';
import { DialectFeed } from './dialect-feed.js';
import { BINANCE_FEED } from './feed-dialect.js';
import type { DialectFeedOptions } from './feed-options.js';

/**
 * Live prices of Binance USDⓈ-M futures: mark price, last trade, best bid and ask. Needs no key.
 *
 * @throws ConfigError `CONFIG_INVALID`
 * @example
 * const feed = createBinanceFeed();
 */
export function createBinanceFeed(options: DialectFeedOptions = {}): PriceFeed {
  return new DialectFeed(BINANCE_FEED, options);
}
