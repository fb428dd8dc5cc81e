import type {
  SqliteDatabase,
  SqliteDriver,
  SqliteStatement,
} from '../../../src/adapters/stores/sqlite/driver.js';
import { findDriver } from '../../../src/adapters/stores/sqlite/find-driver.js';
import { units } from '../venue/live-book.js';

/** An order as the bot's store has it. */
export interface RecordedOrder {
  readonly clientOrderId: string;
  readonly trancheId: string;
  readonly role: string;
  readonly status: string;
  readonly side: string;
  readonly kind: string;
  readonly quantity: string;
  readonly price: string | null;
  readonly triggerPrice: string | null;
  readonly reduceOnly: number;
  readonly executedQty: string;
}

export interface RecordedTranche {
  readonly id: string;
  /** In {@link units}, as the next one. */
  readonly opened: number;
  /** Opened minus exited. */
  readonly left: number;
  readonly isOpen: boolean;
  /** Price that a close in progress was triggered by; `null` without one. */
  readonly triggerPrice: number | null;
}

const ORDER_COLUMNS = `client_order_id AS clientOrderId, tranche_id AS trancheId, role, status, side, kind, quantity, price,
  trigger_price AS triggerPrice, reduce_only AS reduceOnly, executed_qty AS executedQty`;

interface TrancheRow {
  readonly opened: string;
  readonly left: string;
  readonly state: string;
  readonly closing: string;
}

interface LedgerRow {
  readonly trancheIds: string;
}

interface Statements {
  readonly ledger: SqliteStatement;
  readonly order: SqliteStatement;
  readonly ordersOf: SqliteStatement;
  readonly tranche: SqliteStatement;
}

/**
 * Looks into the bot's store while the bot writes it: what is on record at this very moment.
 *
 * A connection of its own from another process, as any SQLite tool has it. It must be closed while the bot is dead and
 * its log is cut, or the next connection would trust an index of what is no longer there.
 */
export class StorePeek {
  readonly #path: string;
  readonly #driver: SqliteDriver;
  #database: SqliteDatabase | null = null;
  #statements: Statements | null = null;

  private constructor(path: string, driver: SqliteDriver) {
    this.#path = path;
    this.#driver = driver;
  }

  static async at(path: string): Promise<StorePeek> {
    return new StorePeek(path, await findDriver());
  }

  close(): void {
    this.#database?.close();
    this.#database = null;
    this.#statements = null;
  }

  order(clientOrderId: string): RecordedOrder | null {
    return (this.#open().order.get(clientOrderId) as RecordedOrder | undefined) ?? null;
  }

  ordersOf(trancheId: string): readonly RecordedOrder[] {
    return this.#open().ordersOf.all(trancheId) as RecordedOrder[];
  }

  tranche(id: string): RecordedTranche | null {
    const row = this.#open().tranche.get(id) as TrancheRow | undefined;
    if (row === undefined) return null;
    const closing = JSON.parse(row.closing) as { trigger: { price: string } | null } | null;
    const price = closing?.trigger?.price;
    return {
      id,
      opened: units(row.opened),
      left: units(row.left),
      isOpen: row.state === 'OPEN',
      triggerPrice: price === undefined ? null : Number(price),
    };
  }

  /** Tranches that an entry order's quantity went to. */
  tranchesOf(symbol: string, orderId: string): readonly string[] {
    const row = this.#open().ledger.get(symbol, orderId) as LedgerRow | undefined;
    return row === undefined ? [] : (JSON.parse(row.trancheIds) as string[]);
  }

  #open(): Statements {
    if (this.#statements !== null) return this.#statements;
    const database = this.#driver.open(this.#path, { readOnly: true });
    this.#database = database;
    database.exec('PRAGMA busy_timeout = 500');
    this.#statements = {
      ledger: database.prepare(
        'SELECT tranche_ids AS trancheIds FROM ledgers WHERE symbol = ? AND order_id = ?',
      ),
      order: database.prepare(`SELECT ${ORDER_COLUMNS} FROM orders WHERE client_order_id = ?`),
      ordersOf: database.prepare(`SELECT ${ORDER_COLUMNS} FROM orders WHERE tranche_id = ?`),
      tranche: database.prepare(
        'SELECT opened_qty AS opened, remaining_qty AS left, state, closing FROM tranches WHERE id = ?',
      ),
    };
    return this.#statements;
  }
}
