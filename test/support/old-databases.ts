import type { SqliteDatabase } from '../../src/adapters/stores/sqlite/driver.js';
import { openDatabase } from './sqlite-of-runtime.js';

/** Tables of older TP/SL systems, by their documented schemas. */
export const OLD_SCHEMAS = {
  trades: `CREATE TABLE trades (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp INTEGER, symbol TEXT, order_id TEXT, side TEXT, qty REAL,
    price REAL, status TEXT, order_type TEXT, parent_order_id TEXT, response TEXT, exchange_trade_id TEXT,
    realized_pnl REAL, commission REAL, filled_qty REAL, avg_price REAL, tranche_id INTEGER DEFAULT 0)`,
  relations: `CREATE TABLE order_relationships (
    id INTEGER PRIMARY KEY AUTOINCREMENT, main_order_id TEXT, tp_order_id TEXT, sl_order_id TEXT, symbol TEXT,
    position_side TEXT DEFAULT 'BOTH', tranche_id INTEGER DEFAULT 0, created_at INTEGER)`,
  /** The owner's shape. */
  relationsByMainOrder: `CREATE TABLE order_relationships (
    main_order_id TEXT PRIMARY KEY, tp_order_id TEXT, sl_order_id TEXT, symbol TEXT NOT NULL,
    created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`,
  positions: `CREATE TABLE positions (
    symbol TEXT, side TEXT, tranche_id INTEGER, quantity REAL, entry_price REAL, current_price REAL,
    position_value_usdt REAL, unrealized_pnl REAL, margin_used REAL, leverage INTEGER, last_updated INTEGER,
    PRIMARY KEY (symbol, side, tranche_id))`,
  tranches: `CREATE TABLE position_tranches (
    tranche_id INTEGER, symbol TEXT, position_side TEXT, avg_entry_price REAL, total_quantity REAL,
    tp_order_id TEXT, sl_order_id TEXT, price_band_lower REAL, price_band_upper REAL, created_at INTEGER,
    updated_at INTEGER, PRIMARY KEY (symbol, position_side, tranche_id))`,
  /** The earlier one: ids count over all symbols. */
  countedTranches: `CREATE TABLE position_tranches (
    tranche_id INTEGER PRIMARY KEY AUTOINCREMENT, symbol TEXT, position_side TEXT, avg_entry_price REAL,
    total_quantity REAL, tp_order_id TEXT, sl_order_id TEXT, price_band_lower REAL, price_band_upper REAL,
    created_at INTEGER, updated_at INTEGER)`,
  positionTpSl: `CREATE TABLE position_tp_sl (
    id INTEGER PRIMARY KEY AUTOINCREMENT, position_id TEXT NOT NULL, symbol TEXT NOT NULL, side TEXT NOT NULL,
    quantity REAL NOT NULL, entry_price REAL NOT NULL, tp_order_id TEXT, tp_price REAL, sl_order_id TEXT,
    sl_price REAL, status TEXT DEFAULT 'ACTIVE', created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
    updated_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)`,
} as const;

type Row = Readonly<Record<string, string | number | null>>;
/** 2026-01-12 00:00 UTC. */
const TIME = 1_768_176_000_000;

/** Writes an older database row by row. */
export class OldDatabaseWriter {
  readonly database: SqliteDatabase;
  #rows = 0;

  constructor(path: string, ...schemas: readonly string[]) {
    this.database = openDatabase(path);
    for (const schema of schemas) this.database.exec(schema);
  }

  /** A log beside the file, as most installations have it. */
  withLog(): this {
    this.database.exec('PRAGMA journal_mode = WAL');
    return this;
  }

  /** A row of `trades`: an entry that was filled, unless it says otherwise. */
  trade(given: Row): this {
    this.#rows += 1;
    const { qty = 0.1, price = 45_000, status = 'FILLED' } = given;
    return this.row('trades', {
      timestamp: TIME + this.#rows * 1_000,
      symbol: 'BTCUSDT',
      order_id: `${1_000 + this.#rows}`,
      side: 'BUY',
      qty,
      price,
      status,
      order_type: 'LIMIT',
      exchange_trade_id: `${9_000 + this.#rows}`,
      realized_pnl: 0,
      commission: -0.01,
      filled_qty: status === 'SIMULATED' || status === 'FAILED' ? 0 : qty,
      avg_price: price,
      tranche_id: 0,
      ...given,
    });
  }

  tranche(given: Row): this {
    return this.row('position_tranches', {
      symbol: 'BTCUSDT',
      position_side: 'LONG',
      avg_entry_price: 45_000,
      total_quantity: 0.1,
      created_at: TIME / 1_000,
      updated_at: TIME / 1_000,
      ...given,
    });
  }

  row(table: string, row: Row): this {
    const names = Object.keys(row);
    const places = names.map(() => '?').join(', ');
    this.database
      .prepare(`INSERT INTO ${table} (${names.join(', ')}) VALUES (${places})`)
      .run(...Object.values(row));
    return this;
  }

  close(): void {
    this.database.close();
  }
}

/** Every table of the bot that the owner's specification came from. */
export const BOT_SCHEMAS: readonly string[] = [
  OLD_SCHEMAS.trades,
  OLD_SCHEMAS.relations,
  OLD_SCHEMAS.positions,
  OLD_SCHEMAS.tranches,
];

/** Settings in the owner's shape. */
export const OWNER_SETTINGS = {
  globals: {
    use_position_monitor: false,
    hedge_mode: true,
    tranche_pnl_increment_pct: 5,
    max_tranches_per_symbol_side: 5,
    simulate_only: false,
    batch_orders: true,
  },
  symbols: {
    BTCUSDT: {
      take_profit_enabled: true,
      take_profit_pct: 1,
      stop_loss_enabled: true,
      stop_loss_pct: 5,
      working_type: 'CONTRACT_PRICE',
      leverage: 10,
    },
    ETHUSDT: { take_profit_pct: 1, stop_loss_pct: 5 },
  },
} as const;
