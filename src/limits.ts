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
/** A change of the store's pace by more than this is noticed, ms; and the most that requests are given for it. */
export const RECORDING_NOTICE_MS = 200;
export const RECORDING_ALLOWANCE_MAX_MS = 30_000;
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

/**
 * Take-profits whose end nobody tells are waited for this long while a stop rests, ms: then what the exchange holds is
 * closed beside them.
 */
export const PROFIT_END_WAIT_MS = 5_000;
/** Reads before a close that is urgent are given this long, ms. */
export const URGENT_READ_MS = 300;
/** A triggered stop that has not filled is followed by a close after this, ms. */
export const TRIGGERED_UNFILLED_MS = 2_000;
/** How far behind its level a stop that is a limit fills, percent, where the plan says nothing of slippage. */
export const STOP_LIMIT_SLIPPAGE_PCT = 0.5;
/** Pause between two immediate-or-cancel limits of one close, ms: a thin book needs a moment, and stops the budget. */
export const IOC_RETRY_PAUSE_MS = 250;
/** How often the exchange is asked for a report on protection while what is protected changes meanwhile. */
export const VERIFY_READS_MAX = 3;
/** New exposure that nothing covers is told after this, ms; cover that is lost is told at once. */
export const UNPROTECTED_NOTICE_MS = 1_000;
/** Pause between two moves of a resting stop, ms. */
export const STOP_MOVE_PAUSE_MS = 250;
/** How long a stop's move may wait while the price is near either level, ms. */
export const STOP_MOVE_WAIT_MS = 2_000;
/** A suspicious price waits this long for a second witness, ms. */
export const PRICE_CONFIRM_MS = 500;
/** Clocks of host, feed and exchange may differ by this much, ms. */
export const CLOCK_SPREAD_MS = 5_000;
/** A price that nobody can confirm or deny is the price when it has stayed this long, ms. */
export const PRICE_PERSIST_MS = 5_000;
/** What was read (or could not be read) for a close answers for requests that leave within this time, ms. */
export const CLOSE_VIEW_FRESH_MS = 1_000;
/** The account view is fresh while the last full comparison is younger than this, ms. */
export const ACCOUNT_VIEW_FRESH_MS = 10_000;

/** An order that ends by itself within this time is followed by a pause, ms. */
export const SHORT_LIFE_MS = 1_000;

/** A look at the account that a taken level waits for is asked for again after this, ms. */
export const LOOK_AGAIN_MS = 1_000;
/** First and longest pause before a refused order is tried again, ms (doubling). */
export const REPLAN_PAUSE_MS = 250;
export const REPLAN_PAUSE_MAX_MS = 15_000;
/** A difference to the exchange's position must be seen twice, this far apart, ms. */
export const NETTING_CONFIRM_MS = 2_000;
/** Foreign orders per symbol that are remembered as reduce-only. */
export const REDUCING_ORDERS_KEPT = 1_000;
/** Reductions per symbol that may wait for the entry they reduce; the oldest goes first. */
export const UNMATCHED_REDUCTIONS_MAX = 100;
/** An exposure that nothing explains is looked for among fills this old, ms. */
export const MISREAD_MEMORY_MS = 600_000;
/** A price feed that takes longer to connect at the start is waited for beside everything else, ms. */
export const FEED_START_WAIT_MS = 3_000;
/** Two times of which one is our estimate of the exchange's may be in the wrong order by this, ms. */
export const TIME_DOUBT_MS = 1_000;
/** Fills are re-read from this long before the watermark, ms. */
export const FILL_OVERLAP_MS = 60_000;
/** Funding of a symbol is read at most this often, ms: exchanges let it be paid every hour, and the call is dear. */
export const FUNDING_READ_MS = 60_000;
/** Readings of funding in a minute over all symbols: an eighth of what exchanges allow; comparisons need the rest. */
export const FUNDING_READS_PER_MINUTE = 10;
/** Payments of one moment are complete when nothing newer came for so long, ms: each side may be booked apart. */
export const FUNDING_SETTLE_MS = 10_000;
/** Funding is re-read from this long before what was read completely, ms: exchanges may book it late. */
export const FUNDING_OVERLAP_MS = 3_600_000;
/** Payments within that time whose ids are remembered; the oldest go first, and nothing older is booked any more. */
export const FUNDING_IDS_KEPT = 200;

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

/** Closed tranches (and their orders) kept in memory, to recognise late and doubled reports. */
export const CLOSED_TRANCHES_KEPT = 1_000;
/** Tranches of one side; a bound on configuration, not a recommendation. */
export const TRANCHES_PER_SIDE_MAX = 1_000_000;
/** Ended orders without an execution that a live tranche keeps in memory once they are older than this, ms. */
export const ENDED_ORDERS_KEPT = 64;
export const ENDED_ORDER_KEPT_MS = 15_000;
/** Orders that one exit may be split into. */
export const SPLIT_PARTS_MAX = 100;
/** Open conditional orders of an exchange's maximum that are not planned for: a successor rests before the old one goes. */
export const STOP_SLOTS_SPARE = 2;
/** Slots from here on are those of stops that several tranches share; one more per part. */
export const SHARED_STOP_SLOT = 1_000;
/** Longest accepted symbol, order id and instance id, characters. */
export const SYMBOL_LENGTH_MAX = 64;
export const ORDER_ID_LENGTH_MAX = 128;
export const INSTANCE_ID_LENGTH_MAX = 64;

/** Largest accepted percentage: a hundredfold move. More is a slip of units. */
export const PERCENT_MAX = 10_000;
/** Basis points of a whole. */
export const BASIS_POINTS_MAX = 10_000;
/** Longest accepted duration in a configuration, ms: a day. More is a slip of units. */
export const DURATION_MS_MAX = 86_400_000;
/** Most refusals that an emergency close may wait for. */
export const EMERGENCY_FAILURES_MAX = 1_000;
/** Shortest pause between two full comparisons, ms: less would eat the request budget that stops need. */
export const RECONCILE_INTERVAL_MS_MIN = 100;
/** Longest accepted price or quantity from outside, characters: products of two stay readable decimals. */
export const AMOUNT_LENGTH_MAX = 30;
/** Longest accepted JSON text of a configuration, characters; deepest nesting; most entries in all. */
export const CONFIG_TEXT_LENGTH_MAX = 4_000_000;
export const CONFIG_DEPTH_MAX = 10;
export const CONFIG_ENTRIES_MAX = 100_000;
/** Problems that one error message lists; the rest is counted. */
export const CONFIG_PROBLEMS_LISTED_MAX = 50;
/** Longest accepted URL and file path in a configuration, characters. */
export const URL_LENGTH_MAX = 2_048;
export const FILE_PATH_LENGTH_MAX = 4_096;
/** What exit rules are unless told: see `ExitPlanInput`. Percent and ms. */
export const EXIT_DEFAULTS = {
  breakevenOffsetPct: 0,
  /** Immediate-or-cancel limits give way to the market after this, ms: a stop is in a hurry. */
  iocDeadlineMs: 2_000,
  /** ... and visible slices after this, ms. */
  icebergDeadlineMs: 60_000,
  /** Distance of a stop from the liquidation price, percent of it. */
  liquidationBufferPct: 0.5,
} as const;
/** Take-profit levels of one plan: each is an order, and exchanges count them. */
export const TAKE_PROFIT_LEVELS_MAX = 20;
/** Longest time limit of a tranche, ms: a year. */
export const TIME_LIMIT_MS_MAX = 365 * 86_400_000;
/** Bars of an average range, and their length, ms. */
export const ATR_PERIOD_MIN = 2;
export const ATR_PERIOD_MAX = 200;
export const ATR_BAR_MS_MIN = 1_000;
export const ATR_BAR_MS_MAX = 86_400_000;
/** Largest multiple of an average range that a level may lie away. */
export const ATR_MULTIPLE_MAX = 100;
/** Most that the confirmation of a stop may wait for: ticks, and ms. */
export const CONFIRM_TICKS_MAX = 1_000;
export const CONFIRM_MS_MAX = 60_000;
/** Bounds of an exit's execution: deadlines and pauses, ms, and slices. */
export const EXIT_DEADLINE_MS_MIN = 100;
export const IOC_DEADLINE_MS_MAX = 60_000;
export const ICEBERG_DEADLINE_MS_MAX = 3_600_000;
export const TWAP_SLICES_MIN = 2;
export const TWAP_SLICES_MAX = 100;
export const TWAP_INTERVAL_MS_MIN = 100;
export const TWAP_INTERVAL_MS_MAX = 3_600_000;
/** A buffer before the liquidation price lies below this, percent of that price. */
export const LIQUIDATION_BUFFER_PCT_MAX = 50;
/** Longest text of an exchange that is kept, characters. */
export const DETAIL_LENGTH_MAX = 500;
/** Rows of one answer of an exchange; a longer one is not believed. */
export const REPORT_ROWS_MAX = 100_000;
/** Times between these look like seconds, not ms; times above the last look like microseconds. */
export const SECONDS_LIKE_MIN = 1e8;
export const SECONDS_LIKE_MAX = 1e11;
export const MICROSECONDS_LIKE_MIN = 1e14;

/** Longest delay of one native timer, ms; longer ones are chained (beyond it, runtimes fire at once). */
export const NATIVE_TIMER_DELAY_MAX_MS = 2_147_483_647;
/** Where virtual time begins unless told, ms: an ordinary moment, so that no code meets time zero. */
export const VIRTUAL_CLOCK_START_MS = 1_700_000_000_000;
/** Timers that virtual time fires without moving on; more means that a timer sets itself again for ever. */
export const VIRTUAL_TIMERS_PER_MOMENT_MAX = 1_000_000;
/** Characters of a random id: 36^10 leaves no room for chance between two stores. */
export const RANDOM_ID_LENGTH = 10;

/** Terminal orders that the paper exchange remembers for `fetchOrder`. */
export const PAPER_ORDERS_KEPT = 10_000;
/** Trades per symbol that the paper exchange remembers for `fetchFills`; an older range is refused. */
export const PAPER_FILLS_KEPT = 50_000;
/** Host orders that the paper exchange remembers, so that one execution is booked once. */
export const PAPER_HOST_ORDERS_KEPT = 100_000;
/** Orders in one batch request of the paper exchange. */
export const PAPER_BATCH_SIZE = 5;
/** Longest client order id of the paper exchange, characters: that of the narrowest venue. */
export const PAPER_CLIENT_ID_LENGTH_MAX = 36;
/** Parts that a fill of the paper exchange may be split into. */
export const PAPER_FILL_PARTS_MAX = 100;
/** Longest simulated round trip of the paper exchange, ms. */
export const PAPER_LATENCY_MAX_MS = 60_000;

/** Failures of listeners that wait to be recorded with something else; the oldest are dropped. */
export const UNRECORDED_EVENTS_KEPT = 1_000;
/** Events that a `MemoryStore` keeps; the oldest are dropped. About 50 MB. */
export const MEMORY_EVENTS_KEPT = 100_000;
/** Batches that may wait for the store's next write; a commit beyond it is refused. */
export const STORE_QUEUE_MAX = 100_000;
/** Batches written in one transaction: keeps one write under some ms of the event loop. */
export const STORE_GROUP_MAX = 128;
/** Transactions per turn of the event loop that are written at once; later batches are gathered until its end. */
export const STORE_WRITES_PER_TURN = 2;
/** Events read from the store at once; the event loop is free between two pages. */
export const HISTORY_PAGE = 500;
/** Rows written since the last checkpoint that ask for the next one in a quiet moment: 12 MB of log, about 2 ms. */
export const CHECKPOINT_ROWS = 1_000;
/** ... and that have it made without a quiet moment, so that the log stays bounded: 50 MB, about 5 ms. */
export const CHECKPOINT_ROWS_MAX = 4_000;
/** The log file is cut back to this size when it starts anew, bytes. */
export const WAL_KEPT_BYTES = 64 * 1024 * 1024;
/** A database up to this size is checked whole on open, a larger one without its event history, bytes (about 1 s). */
export const FULL_CHECK_BYTES_MAX = 512 * 1024 * 1024;
/** How long a write may wait for a lock of a foreign SQLite tool, ms. It holds the event loop. */
export const SQLITE_BUSY_MS = 50;
/** How long `open()` waits for the writer's lock: a reader that looks at it holds it for an instant, ms. */
export const SQLITE_LOCK_WAIT_MS = 250;

/** How much of a recording is unpacked at once, bytes. */
export const RECORDING_CHUNK_BYTES = 256 * 1024;
/** Longest line of a recording, bytes. */
export const RECORDING_LINE_BYTES_MAX = 1024 * 1024;
/** Distinct distances of bars that are counted to find the length of a bar. */
export const BAR_DISTANCES_MAX = 100_000;
/** Length of a bar when a recording has a single one, ms. */
export const BAR_LENGTH_DEFAULT_MS = 60_000;
/** Warnings that the command line lists one by one; the rest is counted. */
export const WARNINGS_LISTED_MAX = 20;

/** Steps that a line of a report has, each with its first, lowest, highest and last sample; even. */
export const REPORT_BUCKETS_MAX = 8_192;
/** Moves of levels that a report draws one by one, over all tranches; and fills that its PnL steps at. */
export const REPORT_MOVES_MAX = 50_000;
export const REPORT_FILLS_MAX = 50_000;
/** Orders of a tranche whose life a report tells: those that executed, and the newest. */
export const REPORT_ORDERS_PER_TRANCHE_MAX = 64;
/** Digits behind the point of what a report adds up as numbers, for the eye alone. */
export const REPORT_DIGITS = 8;
/** Levels reached that a report tells of one tranche. */
export const REPORT_HITS_PER_TRANCHE_MAX = 64;

/** How often `run` says in its store that it lives and what it guards, ms. */
export const HEARTBEAT_MS = 1_000;
/** A heartbeat older than this proves nothing, ms. */
export const HEARTBEAT_FRESH_MS = 5_000;
/** Pause of the command line between two looks at an account whose state is changing, ms. */
export const LOOK_PAUSE_MS = 500;
/** How long `protect` waits until everything that it placed rests, ms. */
export const PROTECT_WAIT_MAX_MS = 60_000;
/** Pause of `verify --watch` between two looks, ms: a look may cost 50 of the 2,400 that a minute has, shared with the bot. */
export const VERIFY_WATCH_MS = 15_000;
/** Looks in a row that could not read before `verify --watch` ends. */
export const VERIFY_UNREAD_MAX = 3;
/** Pause of `status --watch` between two pictures, ms. */
export const STATUS_WATCH_MS = 1_000;
/** Shortest and longest pause that a watching command takes, ms. */
export const WATCH_MS_MIN = 250;
export const WATCH_MS_MAX = 3_600_000;

/** Connections to the pages of `run`, and those of them that hear events. */
export const PAGE_CONNECTIONS_MAX = 64;
export const PAGE_LISTENERS_MAX = 16;
/** What a listener that does not read may leave unread before it is dropped, bytes. */
export const PAGE_UNREAD_BYTES_MAX = 1_048_576;
/** Events that a new listener is told of, and what they may take in memory. */
export const PAGE_RECENT_EVENTS_MAX = 500;
export const PAGE_RECENT_BYTES_MAX = 2_097_152;
/** A sign of life for listeners, ms; half of the silence after which a connection is closed. */
export const PAGE_BEAT_MS = 15_000;
export const PAGE_SILENCE_MAX_MS = 30_000;
/** Header lines of a request, bytes; and time for them to come, ms. */
export const PAGE_HEADER_BYTES_MAX = 8_192;
export const PAGE_REQUEST_MS = 10_000;
/** A picture of the monitor serves everybody who asks within this, ms. */
export const PAGE_PICTURE_MS = 250;
/** Tranches that a picture lists. */
export const PAGE_TRANCHES_MAX = 500;
/** How long the cookie of a page lives, ms. */
export const PAGE_COOKIE_MS = 43_200_000;
/** Shortest token that opens a page, characters. */
export const PAGE_TOKEN_CHARS_MIN = 16;
/** Prices kept for the chart: one point holds the last, lowest and highest of so long, ms. */
export const PAGE_POINT_MS = 1_000;
export const PAGE_POINTS_MAX = 1_800;
/** Symbols whose prices are kept; the one that was heard of longest ago goes. */
export const PAGE_SYMBOLS_MAX = 32;
/** Latest ticks of a symbol that a hit is looked for in, to tell when its price came. */
export const PAGE_TICKS_KEPT = 256;
/** Orders and tranches that a duration is being taken for at the same time. */
export const PAGE_MEASURED_MAX = 10_000;

/** Largest key file, bytes. */
export const KEY_FILE_BYTES_MAX = 65_536;

/** Longest answer to one REST request that is read, bytes: a list of all instruments has about 2 MB. */
export const REST_BODY_BYTES_MAX = 32 * 1024 * 1024;
/** Connections to one host: more than requests in flight over all lanes, so that none waits for another. */
export const REST_SOCKETS_MAX = 64;
/** Idle connections that are kept open, and how long, ms. */
export const REST_IDLE_SOCKETS_MAX = 16;
export const REST_IDLE_MS = 30_000;
/** Share of an exchange's request limit that each class may fill. What is above the others belongs to stops and closes. */
export const BUDGET_SHARES = { guard: 1, routine: 0.8, profit: 0.7 } as const;
/** Added to a limit's window: requests that leave in turn may arrive closer together, ms. */
export const BUDGET_SPREAD_MS = 1_000;
/** Parts that a limit's window is counted in. */
export const BUDGET_PARTS = 120;
/** Limits of one exchange that are counted; more are not believed. */
export const BUDGET_LIMITS_MAX = 16;
/** A ban whose length is not told, and the longest that is believed, ms (exchanges say three days). */
export const BAN_DEFAULT_MS = 120_000;
export const BAN_MAX_MS = 345_600_000;
/** Pause after an exchange shed load, ms. */
export const OVERLOAD_PAUSE_MS = 200;
/** Round trips for one measurement of the exchange's clock; their median counts. */
export const CLOCK_ROUNDS = 5;
/** The exchange's clock is measured anew after this, after this if that failed, and never sooner than this, ms. */
export const CLOCK_SYNC_INTERVAL_MS = 1_800_000;
export const CLOCK_SYNC_RETRY_MS = 60_000;
export const CLOCK_SYNC_PAUSE_MS = 1_000;
/** An exchange with nonces instead of timestamps accepts one for this long after the time that it names, ms. */
export const NONCE_AGE_MAX_MS = 10_000;

/** The key of an account stream lives an hour; it is prolonged at this pace, ms, and this soon after a failure. */
export const LISTEN_KEY_RENEW_MS = 30 * 60_000;
export const LISTEN_KEY_RETRY_MS = 60_000;
/** An order that was accepted must show on the account stream within this, ms; else the stream is taken for dead. */
export const STREAM_CANARY_MS = 5_000;
/** Accepted orders whose first word on the stream is awaited at once; more prove nothing further. */
export const STREAM_CANARIES_MAX = 1_000;
/** Conditional orders, and orders known to be plain, that an adapter remembers; the oldest are dropped. */
export const CONDITIONAL_ORDERS_KEPT = 20_000;
/** An execution that may belong to a triggered stop waits this long for the word that says so, ms. */
export const CHILD_HOLD_MS = 300;
export const CHILD_HELD_MAX = 1_000;
/** Filters of instruments are read anew when they are older than this, ms. */
export const INSTRUMENTS_FRESH_MS = 60_000;
/** Rows of one page of trades or of ended conditional orders. */
export const HISTORY_PAGE_ROWS = 1_000;
/** Longest time that one request for trades may span, ms: seven days, both ends counted. */
export const TRADES_WINDOW_MS = 7 * 86_400_000 - 1;
/** Trades older than this are not to be had, ms. */
export const TRADES_KEPT_MS = 90 * 86_400_000;
/** Pages that one reading of trades may take. */
export const TRADES_PAGES_MAX = 1_000;
/** Income is kept for three months: older payments are not asked for, ms. */
export const INCOME_KEPT_MS = 89 * 86_400_000;
/** Longest time that one request for income may span, ms: seven days, both ends counted. */
export const INCOME_WINDOW_MS = 7 * 86_400_000 - 1;
/** Pages that one reading of income may take. */
export const INCOME_PAGES_MAX = 100;
/** Windows of ended conditional orders that are searched for the one that an execution belongs to. */
export const PARENT_SEARCH_WINDOWS = 4;
/** An execution of no known stop is taken for one of an ordinary order for good when it is older than this, ms. */
export const PARENT_SETTLED_MS = 10_000;
/** Pause between two words that margin moved, ms: each makes the whole account be compared. */
export const MARGIN_NEWS_PAUSE_MS = 2_000;
/** Reconnects of an account stream begin with this pause, ms (doubling to the maximum). */
export const ACCOUNT_STREAM_RECONNECT_MIN_MS = 500;
export const ACCOUNT_STREAM_RECONNECT_MAX_MS = 30_000;
/** Exchanges end connections after a day: they are replaced before, ms. */
export const ACCOUNT_STREAM_AGE_MAX_MS = 23 * 3_600_000;

/** A stream connection must be open after this, ms. */
export const STREAM_OPEN_WITHIN_MS = 10_000;
/** First and longest delay before a lost stream is connected again, ms (doubling, half of it random). */
export const STREAM_RECONNECT_MIN_MS = 500;
export const STREAM_RECONNECT_MAX_MS = 30_000;
/** A stream connection is replaced at this age, ms: exchanges of Binance's family end it after 24 hours. */
export const STREAM_AGE_MAX_MS = 82_800_000;
/** Share of the age that is drawn at random, so that connections of one moment are not replaced at one moment. */
export const STREAM_AGE_JITTER = 0.05;
/** How long an old connection goes on delivering beside the one that replaces it, ms. */
export const STREAM_OVERLAP_MS = 5_000;
/** A replacement that has shown nothing after this is no replacement, ms. */
export const STREAM_PROOF_WITHIN_MS = 30_000;
/** So many frames of one turn share a reading of the clock. */
export const FRAMES_PER_CLOCK_READING = 64;
/** How long a closing connection may take, and the longest frame that is accepted, bytes. */
export const SOCKET_CLOSE_WITHIN_MS = 2_000;
export const SOCKET_FRAME_BYTES_MAX = 16 * 1024 * 1024;

/** How often a price feed judges its streams, ms. */
export const FEED_WATCH_MS = 1_000;
/** A mark price comes every second; without one for so long the symbol is stale, ms. */
export const FEED_STALE_AFTER_MS = 10_000;
/** Trades and quotes may rest; without one and without proof that the market rests, the symbol is stale, ms. */
export const FEED_QUIET_AFTER_MS = 60_000;
/** Silence after which prices are asked for: of a mark price, and of trades and quotes, ms. */
export const FEED_ASK_AFTER_MS = 3_000;
export const FEED_ASK_QUIET_AFTER_MS = 10_000;
/** Pause between two rounds of asking, and the longest one after failures, ms: prices share the budget of stops. */
export const FEED_ASK_PAUSE_MS = 2_000;
export const FEED_ASK_PAUSE_MAX_MS = 60_000;
/** An event of a new connection waits so long for the old one to come to the same point, ms; and most that wait. */
export const FEED_HOLD_MS = 1_000;
export const FEED_HELD_EVENTS_MAX = 10_000;
/** Pause between two commands on one connection, ms: four a second, of ten that are allowed with pings. */
export const FEED_COMMAND_PAUSE_MS = 250;
export const FEED_STREAMS_PER_COMMAND = 100;
/** A command that is not acknowledged after this is sent again, ms. */
export const FEED_ACK_WITHIN_MS = 10_000;
/** From so many mark prices on, the stream of all symbols is cheaper than single ones. */
export const FEED_ALL_SYMBOLS_FROM = 50;
/** Events in a row that are older than what was told: after so many the exchange counts anew. */
export const FEED_OLDER_EVENTS_MAX = 50;
/** The shortest delay of this long is taken for the difference between the exchange's clock and ours, ms. */
export const FEED_OFFSET_WINDOW_MS = 60_000;
/** Longer frames of one event, and longer lists, are parsed in full, bytes: three times what they have now. */
export const FEED_TEMPLATE_BYTES_MAX = 1_024;
export const FEED_LIST_BYTES_MAX = 512 * 1_024;
/** What is kept of frames to know others like them by, bytes: about 7,000 of them; and how many of one length and kind. */
export const FEED_TEMPLATES_BYTES_MAX = 4 * 1_024 * 1_024;
export const FEED_TEMPLATES_PER_KEY_MAX = 16;
/** Frames of one length and kind that may turn out too unusual to be kept, before no more are looked at so closely. */
export const FEED_TEMPLATE_ATTEMPTS_MAX = 8;
/** A number of more digits may be none that a double holds. */
export const FEED_EXACT_DIGITS_MAX = 15;
/** Longest pause between two attempts to wake a silent stream, ms (doubling). */
export const FEED_REVIVE_PAUSE_MAX_MS = 600_000;

/** Lengths of bars that are kept for one symbol. */
export const BAR_LENGTHS_MAX = 16;
/** Most bars that a price feed is asked for at once. */
export const BARS_FETCH_MAX = 1_000;
/** An average range is warmed up with so many times its period: what is left of its first value is below 0.02 percent. */
export const ATR_WARM_UP_FACTOR = 10;
/** Ticks in a row that are older than the running bar: after so many it is the bar whose time is wrong. */
export const BAR_LATE_TICKS_MAX = 100;
/** Request weight that bars may take in a minute, and at once: a twentieth of what exchanges give. */
export const FEED_BARS_WEIGHT_PER_MINUTE = 120;
/** The newest bar of an answer is finished when its end is so long ago, ms, and none ends so much later than the exchange's
 * time as it is known: our clock is not the exchange's. */
export const FEED_BARS_CLOCK_MARGIN_MS = 10_000;
/** Bars that could not be fetched are asked for again after this, ms. */
export const BARS_RETRY_MS = 30_000;

/** Significant digits that a number of an older database is read with: what is behind them is noise of binary sums. */
export const OLD_NUMBER_DIGITS = 12;
/** Two quantities of an older database are the same within this share of the larger one. */
export const OLD_QUANTITY_TOLERANCE = '0.00000001';
/** Entry prices of database and exchange that differ by more than this are told, percent. */
export const OLD_ENTRY_DEVIATION_PCT = '0.1';
/** Rows of one table of an older database that are read; more are refused. */
export const OLD_ROWS_MAX = 2_000_000;
/** How often an account that changes meanwhile is looked at before an import gives up. */
export const IMPORT_LOOKS_MAX = 5;
/** Problems of one kind that a migration lists one by one. */
export const MIGRATE_LISTED_MAX = 20;
