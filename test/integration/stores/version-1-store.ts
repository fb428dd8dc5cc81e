import type { SqliteDatabase, SqliteValue } from '../../../src/adapters/stores/sqlite/driver.js';
import { APPLICATION_ID, MIGRATIONS } from '../../../src/adapters/stores/sqlite/schema.js';
import { writeStamp } from '../../../src/adapters/stores/sqlite/stamp.js';
import type { ExitPlan } from '../../../src/model/exit-plan.js';
import { IDENTITY, type SqliteHarness } from './sqlite-harness.js';

/** A plan as schema version 1 kept it. */
export interface Version1Plan
  extends Pick<
    ExitPlan,
    'takeProfits' | 'stopLoss' | 'workingType' | 'priceProtect' | 'takeProfitOrder'
  > {
  readonly stopLossOrder: 'market-on-trigger' | 'local';
}

/** The text of it, in the order of that version. */
export function version1PlanText(plan: Version1Plan): string {
  const { takeProfits, stopLoss, workingType, priceProtect, takeProfitOrder } = plan;
  return JSON.stringify({
    takeProfits,
    stopLoss,
    workingType,
    priceProtect,
    takeProfitOrder,
    stopLossOrder: plan.stopLossOrder,
    exitExecution: { kind: 'market' },
    trailingStop: null,
    breakeven: null,
    timeLimitMs: null,
    volatility: null,
    confirm: null,
  });
}

/** A row as columns of schema version 1. */
type Version1Row = Readonly<Record<string, SqliteValue>>;

export interface Version1Rows {
  readonly tranches?: readonly Version1Row[];
  readonly orders?: readonly Version1Row[];
  readonly registrations?: readonly Version1Row[];
}

/** Leaves a file as a monitor of schema version 1 leaves it when it is stopped. */
export function writeVersion1(place: SqliteHarness, rows: Version1Rows): void {
  const database = place.driver.open(place.path, { readOnly: false });
  createVersion1(database, rows);
  database.exec('PRAGMA journal_mode = WAL');
  database.close();
}

/** The tables of schema version 1, filled. */
export function createVersion1(database: SqliteDatabase, rows: Version1Rows): void {
  database.exec(`PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1;`);
  database.exec(MIGRATIONS[0] ?? '');
  writeStamp(database, IDENTITY);
  for (const [table, records] of Object.entries(rows)) {
    for (const record of records ?? []) insert(database, table, record);
  }
}

function insert(database: SqliteDatabase, table: string, record: Version1Row): void {
  const columns = Object.keys(record).map((name) => `"${name}"`);
  database
    .prepare(`INSERT INTO ${table} (${columns.join()}) VALUES (${columns.map(() => '?').join()})`)
    .run(...Object.values(record));
}

export function version1Tranche(number: number, changes: Version1Row = {}): Version1Row {
  return {
    id: `BTCUSDT:LONG:${number}:0`,
    position_id: 'BTCUSDT:LONG',
    symbol: 'BTCUSDT',
    side: 'LONG',
    number,
    opened_seq: number + 1,
    state: 'OPEN',
    opened_qty: '0.3',
    opened_cost: '30000.03',
    exited_qty: '0.1',
    exited_cost: '10000.01',
    proceeds: '10050.5',
    exit_fees: '1.25',
    entry_price: '100000.1',
    plan: 'null',
    take_profits: '[{"price":"100500.1","portion":"1"}]',
    stop_loss: '99000',
    taken_by_slot: '["0.1"]',
    sources: `[{"orderId":"${number}","quantity":"0.3","cost":"30000.03","fees":"12"}]`,
    separate: 0,
    closing: 'null',
    exits: '[]',
    merged_into: null,
    next_generation: '{"stop-loss":1,"take-profit":2,"close":0}',
    opened_at: 1_735_689_600_000,
    updated_at: 1_735_689_600_000,
    remaining_qty: '0.2',
    ...changes,
  };
}

export function version1Order(id: string, changes: Version1Row = {}): Version1Row {
  return {
    client_order_id: id,
    tranche_id: 'BTCUSDT:LONG:0:0',
    role: 'stop-loss',
    slot: 0,
    generation: 0,
    symbol: 'BTCUSDT',
    side: 'SELL',
    position_side: 'BOTH',
    kind: 'stop-market',
    quantity: '0.2',
    price: null,
    trigger_price: '99000',
    trigger_source: 'LAST',
    price_protect: 0,
    reduce_only: 1,
    status: 'accepted',
    attempt: 1,
    venue_order_id: `venue-${id}`,
    executed_qty: '0',
    executed_cost: '0',
    trades: '{}',
    created_at: 1_735_689_600_000,
    send_by: 1_735_689_601_000,
    deadline: 1_735_689_603_000,
    cancel_reason: null,
    cancel_status: 'none',
    rejection: null,
    updated_at: 1_735_689_600_000,
    ...changes,
  };
}

export function version1Registration(key: string, plan: string): Version1Row {
  return {
    key,
    client_order_id: key,
    order_id: null,
    symbol: 'BTCUSDT',
    side: 'BUY',
    position_side: 'BOTH',
    plan,
    tranche: 'auto',
    created_at: 1_735_689_600_000,
  };
}
