import type { PriceFeed } from '../../../ports/price-feed.js';
import { DialectFeed } from './dialect-feed.js';
import { ASTER_FEED } from './feed-dialect.js';
import type { DialectFeedOptions } from './feed-options.js';

/**
 * Live prices of Aster futures: mark price, last trade, best bid and ask. Needs no key.
 *
 * @throws ConfigError `CONFIG_INVALID`
 * @example
 * const feed = createAsterFeed();
 */
export function createAsterFeed(options: DialectFeedOptions = {}): PriceFeed {
  return new DialectFeed(ASTER_FEED, options);
}
