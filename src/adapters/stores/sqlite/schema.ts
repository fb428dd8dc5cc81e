/** Marks a SQLite file as a store of this package: "PMon". Never changes. */
export const APPLICATION_ID = 0x504d6f6e;

/**
 * One step per schema version, oldest first: `MIGRATIONS[n]` leads from version n to n + 1.
 *
 * Steps that were released are never edited. All columns hold what `tables.ts` writes; times are ms since 1970 UTC
 * (REAL, so that a clock with fractions cannot make a write fail), decimals are TEXT, `STRICT` refuses anything else.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE store (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    exchange_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('live', 'simulated')),
    instance_id TEXT NOT NULL,
    incarnation TEXT NOT NULL,
    -- How often the store was opened for writing. A writer that finds another number than its own has been replaced.
    writer INTEGER NOT NULL
  ) STRICT;

  CREATE TABLE tranches (
    row INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    position_id TEXT NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    number INTEGER NOT NULL,
    opened_seq INTEGER NOT NULL,
    state TEXT NOT NULL,
    opened_qty TEXT NOT NULL,
    opened_cost TEXT NOT NULL,
    exited_qty TEXT NOT NULL,
    exited_cost TEXT NOT NULL,
    proceeds TEXT NOT NULL,
    exit_fees TEXT NOT NULL,
    entry_price TEXT NOT NULL,
    plan TEXT NOT NULL,
    take_profits TEXT NOT NULL,
    stop_loss TEXT,
    taken_by_slot TEXT NOT NULL,
    sources TEXT NOT NULL,
    separate INTEGER NOT NULL,
    closing TEXT NOT NULL,
    exits TEXT NOT NULL,
    merged_into TEXT,
    next_generation TEXT NOT NULL,
    opened_at REAL NOT NULL,
    updated_at REAL NOT NULL,
    remaining_qty TEXT NOT NULL
  ) STRICT;
  -- Two partial indexes, so that an update that does not change the state touches neither.
  CREATE INDEX tranches_alive ON tranches (state) WHERE state <> 'CLOSED';
  CREATE INDEX tranches_closed ON tranches (updated_at, opened_seq) WHERE state = 'CLOSED';

  CREATE TABLE orders (
    row INTEGER PRIMARY KEY,
    client_order_id TEXT NOT NULL UNIQUE,
    tranche_id TEXT NOT NULL,
    role TEXT NOT NULL,
    slot INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    position_side TEXT NOT NULL,
    kind TEXT NOT NULL,
    quantity TEXT NOT NULL,
    price TEXT,
    trigger_price TEXT,
    trigger_source TEXT,
    price_protect INTEGER NOT NULL,
    reduce_only INTEGER NOT NULL,
    status TEXT NOT NULL,
    attempt INTEGER NOT NULL,
    venue_order_id TEXT,
    executed_qty TEXT NOT NULL,
    executed_cost TEXT NOT NULL,
    trades TEXT NOT NULL,
    created_at REAL NOT NULL,
    send_by REAL NOT NULL,
    deadline REAL NOT NULL,
    cancel_reason TEXT,
    cancel_status TEXT NOT NULL,
    rejection TEXT,
    updated_at REAL NOT NULL
  ) STRICT;
  CREATE INDEX orders_by_tranche ON orders (tranche_id);
  -- Orders that something can still happen to: few, and looked for on each start.
  CREATE INDEX orders_alive ON orders (tranche_id)
    WHERE status NOT IN ('filled', 'canceled', 'rejected', 'expired', 'absent');

  CREATE TABLE ledgers (
    symbol TEXT NOT NULL,
    order_id TEXT NOT NULL,
    client_order_id TEXT,
    quantity TEXT NOT NULL,
    cost TEXT NOT NULL,
    cumulative TEXT NOT NULL,
    trades TEXT NOT NULL,
    tranche_ids TEXT NOT NULL,
    updated_at REAL NOT NULL,
    PRIMARY KEY (symbol, order_id)
  ) STRICT;

  CREATE TABLE registrations (
    "key" TEXT NOT NULL PRIMARY KEY,
    client_order_id TEXT,
    order_id TEXT,
    symbol TEXT NOT NULL,
    side TEXT NOT NULL,
    position_side TEXT NOT NULL,
    plan TEXT NOT NULL,
    tranche TEXT NOT NULL,
    created_at REAL NOT NULL
  ) STRICT;

  CREATE TABLE marks (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE events (
    seq INTEGER PRIMARY KEY,
    time REAL NOT NULL,
    name TEXT NOT NULL,
    symbol TEXT,
    tranche_id TEXT,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE INDEX events_by_tranche ON events (tranche_id, seq) WHERE tranche_id IS NOT NULL;

  -- The newest order of a role that the exchange holds, with the numbers that choose it. Of several take-profits that
  -- were placed together the first level counts.
  CREATE VIEW live_orders AS
    SELECT *, row_number() OVER (
      PARTITION BY tranche_id, role ORDER BY created_at DESC, generation DESC, slot ASC, row DESC
    ) AS place
    FROM orders WHERE status IN ('accepted', 'triggered');

  -- One row per tranche. "quantity" is what it still holds, and what it held once it is closed; prices are those of
  -- the resting order, else the planned level. REAL and TIMESTAMP text as other programs expect them; exact values
  -- stand in the tables.
  CREATE VIEW position_tp_sl (
    id, position_id, symbol, side, quantity, entry_price,
    tp_order_id, tp_price, sl_order_id, sl_price, status, created_at, updated_at
  ) AS
    SELECT t.row, t.position_id, t.symbol, t.side,
      CAST(CASE t.state WHEN 'CLOSED' THEN t.opened_qty ELSE t.remaining_qty END AS REAL),
      CAST(t.entry_price AS REAL),
      tp.venue_order_id,
      CAST(coalesce(tp.price, tp.trigger_price, json_extract(t.take_profits, '$[0].price')) AS REAL),
      sl.venue_order_id,
      CAST(coalesce(sl.trigger_price, sl.price, t.stop_loss) AS REAL),
      CASE t.state WHEN 'OPEN' THEN 'ACTIVE' ELSE t.state END,
      datetime(t.opened_at / 1000, 'unixepoch'),
      datetime(t.updated_at / 1000, 'unixepoch')
    FROM tranches t
    LEFT JOIN live_orders tp ON tp.tranche_id = t.id AND tp.role = 'take-profit' AND tp.place = 1
    LEFT JOIN live_orders sl ON sl.tranche_id = t.id AND sl.role = 'stop-loss' AND sl.place = 1;

  -- One row per order that opened or grew a tranche; of several tranches the one that lives, then the newest, counts.
  CREATE VIEW order_relationships (main_order_id, tp_order_id, sl_order_id, symbol, created_at) AS
    SELECT order_id, tp_order_id, sl_order_id, symbol, created_at FROM (
      SELECT json_extract(source.value, '$.orderId') AS order_id,
        p.tp_order_id, p.sl_order_id, t.symbol, p.created_at,
        row_number() OVER (
          PARTITION BY t.symbol, json_extract(source.value, '$.orderId')
          ORDER BY t.state = 'CLOSED', t.opened_seq DESC
        ) AS place
      FROM tranches t
      JOIN position_tp_sl p ON p.id = t.row
      JOIN json_each(t.sources) AS source
    ) WHERE place = 1;
  `,
  // Every kind of exit: what a tranche has lived through, the rule behind each stop, and plans that can ask for all of
  // them. Until now the guard stood where the stop rested.
  `
  ALTER TABLE tranches ADD COLUMN guard TEXT;
  ALTER TABLE tranches ADD COLUMN stop_rule TEXT NOT NULL DEFAULT 'stop-loss';
  ALTER TABLE tranches ADD COLUMN progress TEXT NOT NULL DEFAULT
    '{"peak":null,"breakevenReached":false,"levelsTaken":0,"timeLimitDone":false,"averageRange":null,"volatilityTakeProfit":null,"ratchet":null,"fundingPaid":"0"}';
  ALTER TABLE orders ADD COLUMN rule TEXT;

  UPDATE tranches SET guard = stop_loss;
  UPDATE orders SET rule = 'stop-loss' WHERE role = 'stop-loss';
  ${plansOfEveryKind('tranches')}
  ${plansOfEveryKind('registrations')}
  `,
];

/**
 * Brings the plans of a table from version 1 to 2, to the very text that is written today: plans are compared as text.
 *
 * One that is not what version 1 wrote stays as it is: the load that follows names it, a guess would hide it.
 */
function plansOfEveryKind(table: 'tranches' | 'registrations'): string {
  return `
  UPDATE ${table} SET plan = json_set(
    json_remove(plan, '$.timeLimitMs'),
    '$.timeLimit', NULL,
    '$.liquidationBufferPct', CASE
      -- A plan that asks for nothing goes on asking for nothing.
      WHEN json_array_length(plan, '$.takeProfits') = 0 AND json_type(plan, '$.stopLoss') = 'null' THEN NULL
      ELSE '0.5'
    END
  )
  WHERE CASE WHEN json_valid(plan) THEN json_type(plan, '$.timeLimitMs') = 'null' END;`;
}

/** Version that this code reads and writes. */
export const SCHEMA_VERSION = MIGRATIONS.length;

/** What a store of this version must have; a file without them is damaged. */
export const SCHEMA_TABLES = [
  'store',
  'tranches',
  'orders',
  'ledgers',
  'registrations',
  'marks',
  'events',
] as const;
