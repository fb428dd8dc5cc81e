/**
 * Every bound and default, with unit and reason. Nothing else in the package carries a number of its own.
 */
export const DEFAULTS = {
  /** First delay of the reconnect back-off, seconds; doubles up to `RECONNECT_DELAY_SECONDS_MAX`. */
  priceMonitorReconnectDelay: 5,
  tranchePnlIncrementPct: 5,
  maxTranchesPerSymbolSide: 5,
  /** A tick within this band of the last price acts at once, percent. */
  maxJumpPct: 10,
  /** Exposure must stay unexplained this long before it is adopted, ms. */
  adoptAfterMs: 5_000,
  /** A resting take-profit gets this long to fill before we close at market, ms. */
  tpGraceMs: 300,
  /** ... unless the price is this far past it, basis points. */
  instantTpBeyondBps: 10,
  /** A resting stop gets this long to trigger, ms. */
  slGraceMs: 500,
  /** `handleOrderFill` answers at the latest after this, ms. */
  ackTimeoutMs: 10_000,
  /** A price older than this is no guard, ms. */
  staleAfterMs: 15_000,
  /** Full comparison with the exchange, ms (jittered by a tenth). */
  reconcileIntervalMs: 10_000,
  /** Largest accepted slippage of closes with a price cap, basis points. */
  maxSlippageBps: 100,
  emergencyCloseAfterFailures: 5,
  emergencyCloseAfterMs: 10_000,
  instanceId: 'default',
} as const;

/** A recorded request may leave this long after its recording, ms: later it is planned again. */
export const SEND_WITHIN_MS = 1_000;
/** How long an exchange may accept a request after `sendBy`, ms. */
export const RECV_WINDOW_MS = 2_000;
/** Added to a deadline before absence may be concluded: clock error and queues of the exchange, ms. */
export const ABSENCE_MARGIN_MS = 1_000;
/** Not-founds needed for a proof of absence, and their distance, ms. */
export const ABSENCE_ROUNDS = 3;
export const ABSENCE_ROUND_PAUSE_MS = 250;
/** An unresolved order raises an alarm after this, ms, and goes on being resolved. */
export const RESOLVE_ALARM_MS = 15_000;
export const RESOLVE_PAUSE_MAX_MS = 5_000;

/** Reads before a close that is urgent are given this long, ms. */
export const URGENT_READ_MS = 300;
/** A triggered stop that has not filled is followed by a close after this, ms. */
export const TRIGGERED_UNFILLED_MS = 2_000;
/** Pause between two moves of a resting stop, ms. */
export const STOP_MOVE_PAUSE_MS = 250;
/** How long a stop's move may wait while the price is near either level, ms. */
export const STOP_MOVE_WAIT_MS = 2_000;
/** A suspicious price waits this long for a second witness, ms. */
export const PRICE_CONFIRM_MS = 500;
/** The account view is fresh while the last full comparison is younger than this, ms. */
export const ACCOUNT_VIEW_FRESH_MS = 10_000;

/** First and longest pause before a refused order is tried again, ms (doubling). */
export const REPLAN_PAUSE_MS = 250;
export const REPLAN_PAUSE_MAX_MS = 15_000;
/** A difference to the exchange's position must be seen twice, this far apart, ms. */
export const NETTING_CONFIRM_MS = 2_000;
/** Fills are re-read from this long before the watermark, ms. */
export const FILL_OVERLAP_MS = 60_000;

/** One request to an exchange may take this long before it counts as unknown, ms. */
export const REQUEST_TIMEOUT_MS = 5_000;
/** Start-up keeps trying an unreachable exchange at this pace, ms (doubling to the maximum). */
export const CONNECT_RETRY_MS = 1_000;
export const CONNECT_RETRY_MAX_MS = 30_000;
/** `start()` resolves at the latest this long after the exchange answered, with alarms for what is open, ms. */
export const BOOT_SETTLE_MAX_MS = 15_000;
export const RECONNECT_DELAY_SECONDS_MAX = 60;
/** A failed store write is retried at this pace, ms. */
export const STORE_RETRY_MS = 1_000;
/** `stop()` waits this long for requests in flight, ms. */
export const STOP_SETTLE_MAX_MS = 10_000;

/** Requests in flight per lane. Reserved: a lane never borrows from another. */
export const LANE_CONCURRENCY = { emergency: 16, protective: 8, routine: 4 } as const;
/** Safe requests (reads) are retried this often after a first failure. */
export const SAFE_RETRIES = 2;
export const SAFE_RETRY_PAUSE_MS = 100;

/** Inputs that may wait in the mailbox; beyond it ticks are coalesced by the shell and an alarm is raised. */
export const MAILBOX_LENGTH_MAX = 100_000;
/** Closed tranches (and their orders) kept in memory, to recognise late and doubled reports. */
export const CLOSED_TRANCHES_KEPT = 1_000;
/** Tranches of one side; a bound on configuration, not a recommendation. */
export const TRANCHES_PER_SIDE_MAX = 1_000_000;
/** Orders that one exit may be split into. */
export const SPLIT_PARTS_MAX = 100;
/** Longest accepted symbol, order id and instance id, characters. */
export const SYMBOL_LENGTH_MAX = 64;
export const ORDER_ID_LENGTH_MAX = 128;
export const INSTANCE_ID_LENGTH_MAX = 64;
