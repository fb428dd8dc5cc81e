import type { ExchangeAdapter, PriceFeed } from 'position-monitor';
import type { AccountMessage, BotVenue } from '../wire.js';
import { VenueAdapter } from './venue-adapter.js';
import { VenueFeed } from './venue-feed.js';

export interface VenueParts {
  readonly exchange: ExchangeAdapter;
  readonly feed: PriceFeed;
}

/** The adapter and the feed of a venue. @param hear the account stream: a bot follows its own orders */
export async function venueParts(
  venue: BotVenue,
  hear: (message: AccountMessage) => void,
): Promise<VenueParts> {
  if (venue.adapter === 'own') {
    const exchange = new VenueAdapter(venue.url, venue.batchSize, hear);
    return { exchange, feed: new VenueFeed(venue.url) };
  }
  const { adapter, restUrl, streamUrl, ...keys } = venue;
  const account = { restUrl, streamUrl, live: false, ...keys };
  if (adapter === 'binance') {
    const { createBinanceExchange, createBinanceFeed } = await import('position-monitor/binance');
    const exchange = overheard(createBinanceExchange(account), hear);
    return { exchange, feed: createBinanceFeed({ restUrl, streamUrl }) };
  }
  const { createAsterExchange, createAsterFeed } = await import('position-monitor/aster');
  const exchange = overheard(createAsterExchange(account), hear);
  return { exchange, feed: createAsterFeed({ restUrl, streamUrl }) };
}

/** The adapter itself; what it tells the monitor, the bot hears as well. */
function overheard(
  adapter: ExchangeAdapter,
  hear: (message: AccountMessage) => void,
): ExchangeAdapter {
  const connect = adapter.connect.bind(adapter);
  adapter.connect = (sink) =>
    connect({
      order: (report) => {
        sink.order(report);
        hear(['order', report]);
      },
      fill: (report) => {
        sink.fill(report);
        hear(['fill', report]);
      },
      position: (report) => sink.position(report),
      connection: (state, reason) => sink.connection(state, reason),
      gap: (reason) => sink.gap(reason),
    });
  return adapter;
}
