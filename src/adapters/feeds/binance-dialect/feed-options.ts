import { ConfigError } from '../../../errors/config-error.js';
import { describe } from '../../../errors/describe.js';
import {
  FEED_ALL_SYMBOLS_FROM,
  FEED_QUIET_AFTER_MS,
  FEED_STALE_AFTER_MS,
  STREAM_AGE_MAX_MS,
  STREAM_RECONNECT_MAX_MS,
  STREAM_RECONNECT_MIN_MS,
  URL_LENGTH_MAX,
} from '../../../limits.js';
import { systemRandom } from '../../../platform/sockets/system-random.js';
import type { CreateWebSocket } from '../../../platform/sockets/web-socket-like.js';
import { SystemClock } from '../../../platform/system-clock.js';
import type { Clock } from '../../../ports/clock.js';
import { harmless } from '../../../ports/harmless-logger.js';
import { type Logger, SILENT_LOGGER } from '../../../ports/logger.js';
import type { FeedDialect } from './feed-dialect.js';
import { type FetchJson, systemFetchJson } from './fetch-json.js';

/** Options of `createBinanceFeed` and `createAsterFeed`. All are optional. */
export interface DialectFeedOptions {
  /** Where the streams are, without a path, e.g. of the test network. Default: the exchange's production address. */
  readonly streamUrl?: string;
  /** Where bars, and prices while a stream is silent, are asked for, without a path. */
  readonly restUrl?: string;
  /** Paths of the stream connections. Default: the exchange's; test networks may know `/ws` only. */
  readonly routes?: FeedDialect['routes'];
  /** Give the monitor and its feed the same clock. Default: the system's. */
  readonly clock?: Clock;
  /** Default silent. */
  readonly logger?: Logger;
  /** Opens connections, e.g. through a proxy. Default: `ws` in Node, the built-in WebSocket in browsers. */
  readonly createWebSocket?: CreateWebSocket;
  /**
   * Asks for public prices and bars. Default: the runtime's `fetch`. `null`: never ask; a silent stream is then only told,
   * and there are no bars.
   */
  readonly fetchJson?: FetchJson | null;
  /** Between 0 and below 1, for jitter. */
  readonly random?: () => number;
  /** From so many symbols on, mark prices come by the stream of all symbols. `Infinity`: never. Default 50. */
  readonly allSymbolsFrom?: number;
  /** Without a mark price for so long a symbol is stale, ms. Default 10,000. */
  readonly staleAfterMs?: number;
  /** Without trade or quote, and without proof that the market rests, a symbol is stale after this, ms. Default 60,000. */
  readonly quietAfterMs?: number;
  /** First and longest delay before a lost connection is made again, ms. Default 500 and 30,000. */
  readonly reconnectMinMs?: number;
  readonly reconnectMaxMs?: number;
  /** Age at which a connection is replaced, ms. Default 23 hours: the exchange ends it after 24. */
  readonly maxAgeMs?: number;
}

export type ResolvedFeedOptions = Required<Omit<DialectFeedOptions, 'createWebSocket'>> & {
  readonly createWebSocket: CreateWebSocket | null;
};

/** @throws ConfigError `CONFIG_INVALID` */
export function resolveFeedOptions(
  options: DialectFeedOptions,
  dialect: FeedDialect,
): ResolvedFeedOptions {
  refuseUnknown(options);
  const clock = options.clock ?? new SystemClock();
  return {
    streamUrl: address(options.streamUrl ?? dialect.streamUrl, 'streamUrl', /^wss?:\/\/[^/\s]/),
    restUrl: address(options.restUrl ?? dialect.restUrl, 'restUrl', /^https?:\/\/[^/\s]/),
    routes: options.routes ?? dialect.routes,
    clock,
    logger: harmless(options.logger ?? SILENT_LOGGER),
    createWebSocket: options.createWebSocket ?? null,
    fetchJson: options.fetchJson === undefined ? systemFetchJson(clock) : options.fetchJson,
    random: options.random ?? systemRandom,
    allSymbolsFrom: above0(options.allSymbolsFrom ?? FEED_ALL_SYMBOLS_FROM, 'allSymbolsFrom'),
    staleAfterMs: above0(options.staleAfterMs ?? FEED_STALE_AFTER_MS, 'staleAfterMs'),
    quietAfterMs: above0(options.quietAfterMs ?? FEED_QUIET_AFTER_MS, 'quietAfterMs'),
    reconnectMinMs: above0(options.reconnectMinMs ?? STREAM_RECONNECT_MIN_MS, 'reconnectMinMs'),
    reconnectMaxMs: above0(options.reconnectMaxMs ?? STREAM_RECONNECT_MAX_MS, 'reconnectMaxMs'),
    maxAgeMs: above0(options.maxAgeMs ?? STREAM_AGE_MAX_MS, 'maxAgeMs'),
  };
}

/** A mistyped address would lead to the real exchange: what is not known is refused. */
const KNOWN: ReadonlySet<string> = new Set([
  ...[
    'streamUrl',
    'restUrl',
    'routes',
    'clock',
    'logger',
    'createWebSocket',
    'fetchJson',
    'random',
  ],
  ...['allSymbolsFrom', 'staleAfterMs', 'quietAfterMs', 'reconnectMinMs', 'reconnectMaxMs'],
  ...['maxAgeMs'],
]);

function refuseUnknown(options: DialectFeedOptions): void {
  const unknown = Object.keys(options).find((name) => !KNOWN.has(name));
  if (unknown === undefined) return;
  throw new ConfigError('CONFIG_INVALID', `There is no option ${unknown}`, {
    expected: `one of ${[...KNOWN].join(', ')}`,
    received: unknown,
  });
}

function address(value: unknown, name: string, pattern: RegExp): string {
  if (typeof value === 'string' && value.length <= URL_LENGTH_MAX && pattern.test(value)) {
    return value.replace(/\/+$/, '');
  }
  throw new ConfigError('CONFIG_INVALID', `Option ${name} is no address of a server`, {
    expected: name === 'streamUrl' ? 'wss:// and a host, without a path' : 'https:// and a host',
    received: describe(value),
  });
}

function above0(value: unknown, name: string): number {
  if (typeof value === 'number' && value > 0) return value;
  throw new ConfigError('CONFIG_INVALID', `Option ${name} is out of range`, {
    expected: 'a number above zero',
    received: describe(value),
  });
}
