/**
 * Every error code of the package with the family that carries it.
 *
 * `docs/reference/errors.md` has one heading per code (when it happens, what to do), and each code has a
 * test that provokes it; `test/arch` compares the three lists.
 */
export const ERROR_CODES = {
  /** A fill that cannot be booked as given. */
  FILL_INVALID: 'ValidationError',
  /** A take-profit or stop-loss level that makes no sense for the position. */
  LEVEL_INVALID: 'ValidationError',
  /** A level that the last price has already passed. */
  LEVEL_PASSED: 'ValidationError',
  /** A stop beyond the price at which the exchange liquidates. */
  LEVEL_BEYOND_LIQUIDATION: 'ValidationError',
  /** A plan, a registered order, or the options of a close, that are malformed. */
  PLAN_INVALID: 'ValidationError',
  /** A quantity that cannot be split off a tranche. */
  QUANTITY_INVALID: 'ValidationError',
  /** A registered order is refused because the tranche limit is reached. */
  TRANCHE_LIMIT: 'ValidationError',
  /** A price that is not a positive finite number, or for a symbol nobody subscribed. */
  TICK_INVALID: 'ValidationError',
  /** A price bar that cannot be, more bars or lengths of bars than are kept, or a request for bars that makes no sense. */
  BAR_INVALID: 'ValidationError',
  /** A query of the history that cannot be answered. */
  QUERY_INVALID: 'ValidationError',
  /** No position or tranche has the given id. */
  NOT_FOUND: 'ValidationError',
  /** A call that flattens everything lacks its confirmation. */
  CONFIRMATION_MISSING: 'ValidationError',
  /** The monitor is not in a state that allows the call. */
  STATE_INVALID: 'ValidationError',
  /** An input file (ticks, entries, settings) cannot be used. */
  INPUT_FILE_INVALID: 'ValidationError',
  /** Configuration is malformed; the message names the path. */
  CONFIG_INVALID: 'ConfigError',
  /** What is asked for is understood, but cannot be done here. */
  CONFIG_UNSUPPORTED: 'ConfigError',
  /** No settings cover the symbol, so nothing may be planned for it. */
  SYMBOL_NOT_CONFIGURED: 'ConfigError',
  /** The account's position mode differs from the configured one. */
  MODE_MISMATCH: 'ConfigError',
  /** The instrument is of a kind that is out of scope, or its filters are unusable. */
  INSTRUMENT_UNSUPPORTED: 'ConfigError',
  /** The account's key may do more than trade, or the account is not the expected one. */
  ACCOUNT_REFUSED: 'ConfigError',
  /** The exchange said no, for sure. */
  EXCHANGE_REJECTED: 'ExchangeError',
  /** The exchange could not be reached; nothing was sent. */
  EXCHANGE_UNREACHABLE: 'ExchangeError',
  /** The exchange answered something that could not be understood. */
  EXCHANGE_PROTOCOL: 'ExchangeError',
  /** The price feed offers no source that the plan can be judged on. */
  FEED_SOURCE_MISSING: 'FeedError',
  /** The price feed's first connection failed, a request to it failed, or the feed is closed. */
  FEED_UNREACHABLE: 'FeedError',
  /** The price feed answered something that could not be understood. */
  FEED_PROTOCOL: 'FeedError',
  /** The price feed has no bars of the length that was asked for. */
  FEED_BARS_UNSUPPORTED: 'FeedError',
  /** Another process holds the store. */
  STORE_LOCKED: 'StoreError',
  /** The store is damaged; nothing was touched. */
  STORE_CORRUPT: 'StoreError',
  /** The store was written by a newer version. */
  STORE_SCHEMA_NEWER: 'StoreError',
  /** The store belongs to another account, exchange, instance or mode. */
  STORE_FOREIGN: 'StoreError',
  /** A batch could not be written. */
  STORE_WRITE_FAILED: 'StoreError',
  /** The store could not be read. */
  STORE_READ_FAILED: 'StoreError',
  /** The store was used before `open()` or after `close()`. */
  STORE_CLOSED: 'StoreError',
  /** No SQLite driver is available in this runtime. */
  STORE_DRIVER_MISSING: 'StoreError',
  /** Something that must always hold does not hold. */
  INVARIANT_BROKEN: 'InvariantError',
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;
export type ErrorFamily = (typeof ERROR_CODES)[ErrorCode];
/** Codes of one family, e.g. `CodeOf<'StoreError'>`. */
export type CodeOf<F extends ErrorFamily> = {
  [C in ErrorCode]: (typeof ERROR_CODES)[C] extends F ? C : never;
}[ErrorCode];
