import {
  PaperExchange,
  PositionMonitor,
  type PositionMonitorOptions,
  type PriceFeed,
  type Store,
  type StoreBatch,
  type StoreSnapshot,
  type SymbolSettings,
} from 'position-monitor';
import { BlankStore } from './blank-store.js';
import { PushFeed } from './push-feed.js';

type TrancheRow = StoreSnapshot['tranches'][number];
type LedgerRow = StoreSnapshot['ledgers'][number];

/** Take-profit at +5 %, stop at -5 %, both guarded by the monitor itself: every tranche arms two levels, no order rests. */
export const TWO_LEVELS: SymbolSettings = {
  takeProfitPct: 5,
  stopLossPct: 5,
  takeProfitOrder: 'local',
  stopLossOrder: 'local',
};
/** A stop that follows the price, and a fixed one far away. What is recorded of the trail follows in long steps. */
export const TRAILING: SymbolSettings = {
  takeProfitEnabled: false,
  stopLossPct: 90,
  stopLossOrder: 'local',
  trailingStop: { callbackPct: 3, stepPct: 90 },
};
/** The same with the default step. */
export const TRAILING_IN_STEPS: SymbolSettings = {
  ...TRAILING,
  trailingStop: { callbackPct: 3 },
};
/** Between the highest stop and the lowest take-profit of all seeded tranches with two levels: quiet. */
export const QUIET_FROM = 1_045;
export const QUIET_TO = 1_049;
/** Entries lie on 1,000 … 1,099, so that both levels are on the tick. */
const ENTRY_FROM = 1_000;
const ENTRIES = 100;
const QUANTITY = '0.01';
const TEMPLATE_SYMBOL = 'TEMPLATE';

export function symbolOf(index: number): string {
  return `S${index}USDT`;
}

export interface BenchMonitor {
  readonly monitor: PositionMonitor;
  readonly feed: PushFeed;
  readonly exchange: PaperExchange;
}

export interface MonitorParts {
  readonly plan: SymbolSettings;
  readonly store?: Store;
  readonly positions?: SeededRows['positions'];
  readonly feed?: PriceFeed;
  /** The exchange is not told prices, as a real one is not; it then closes nothing at market. */
  readonly isDeaf?: boolean;
}

/** A monitor with the paper exchange. Nothing is compared in between, and no tranche is merged. */
export function newMonitor(parts: MonitorParts): BenchMonitor {
  const { plan, store = new BlankStore(), positions = [] } = parts;
  const feed = new PushFeed();
  const exchange = new PaperExchange({ instruments, positions });
  // As at a real exchange: prices are no business of the adapter.
  if (parts.isDeaf) Object.defineProperty(exchange, 'acceptPrice', { value: undefined });
  const options: PositionMonitorOptions = {
    config: {
      symbols: { '*': plan },
      globals: {
        maxTranchesPerSymbolSide: 1_000_000,
        mergeProfitableTranches: false,
        reconcileIntervalMs: 3_600_000,
        staleAfterMs: 3_600_000,
      },
    },
    exchange,
    feed: parts.feed ?? feed,
    store,
  };
  return { monitor: new PositionMonitor(options), feed, exchange };
}

/** Filters of any symbol. */
export function instruments(symbol: string): {
  readonly symbol: string;
  readonly tickSize: string;
  readonly stepSize: string;
} {
  return { symbol, tickSize: '0.01', stepSize: '0.001' };
}

export interface SeededRows {
  readonly snapshot: StoreSnapshot;
  readonly positions: readonly {
    readonly symbol: string;
    readonly side: 'LONG';
    readonly quantity: string;
    readonly entryPrice: string;
  }[];
}

/**
 * Rows of many open tranches, and the positions that they are of.
 *
 * One tranche is opened by a fill and its rows are taken as the pattern: a hundred thousand fills would take minutes,
 * and what a restart restores is the same.
 */
export async function seededRows(
  plan: SymbolSettings,
  count: number,
  symbols: number,
): Promise<SeededRows> {
  const { tranche, ledger, marks } = await pattern(plan);
  const tranches: TrancheRow[] = [];
  const ledgers: LedgerRow[] = [];
  for (let index = 0; index < count; index += 1) {
    const symbol = symbolOf(index % symbols);
    const id = `${symbol}:LONG:o${index}:0`;
    const entry = ENTRY_FROM + ((index * 7_919) % ENTRIES);
    const cost = (entry / 100).toFixed(2);
    const source = { orderId: `o${index}`, quantity: QUANTITY, cost, fees: '0' };
    tranches.push({
      ...tranche,
      ...{ id, symbol, positionId: `${symbol}:LONG` },
      number: Math.floor(index / symbols),
      openedSeq: index + 1,
      openedCost: cost,
      sources: [source],
      ...(tranche.plan.trailingStop === null ? levelsAt(entry) : trailAt(tranche, index)),
    });
    ledgers.push({
      ...ledger,
      ...{ symbol, orderId: source.orderId, cost, trancheIds: [id] },
      cumulative: { quantity: QUANTITY, cost },
    });
  }
  const positions = Array.from({ length: Math.min(symbols, count) }, (_, index) => ({
    symbol: symbolOf(index),
    side: 'LONG' as const,
    quantity: (Math.ceil((count - index) / symbols) / 100).toFixed(2),
    entryPrice: '1050',
  }));
  const rows = { tranches, ledgers, marks, orders: [], registrations: [] };
  return { snapshot: { ...rows, lastSeq: 1_000 }, positions };
}

function levelsAt(entry: number): Partial<TrancheRow> {
  const stop = String((entry * 95) / 100);
  return {
    entryPrice: String(entry),
    takeProfits: [{ price: String((entry * 105) / 100), portion: '1' }],
    stopLoss: stop,
    guard: stop,
  };
}

/** All with the same best price, each with a callback of its own. */
function trailAt(tranche: TrancheRow, index: number): Partial<TrancheRow> {
  const callbackPct = (2 + ((index * 7_919) % 10_007) / 10_000).toFixed(4);
  return {
    openedCost: String(ENTRY_FROM / 100),
    entryPrice: String(ENTRY_FROM),
    plan: { ...tranche.plan, trailingStop: { ...tranche.plan.trailingStop, callbackPct } },
  } as Partial<TrancheRow>;
}

async function pattern(plan: SymbolSettings): Promise<{
  readonly tranche: TrancheRow;
  readonly ledger: LedgerRow;
  readonly marks: StoreSnapshot['marks'];
}> {
  const batches: StoreBatch[] = [];
  const store = new BlankStore(undefined, (batch) => batches.push(batch));
  const { monitor, feed } = newMonitor({ plan, store });
  await monitor.start();
  tick(feed, TEMPLATE_SYMBOL, ENTRY_FROM);
  const covered = await monitor.handleOrderFill({
    orderId: 'pattern',
    symbol: TEMPLATE_SYMBOL,
    side: 'BUY',
    positionSide: 'LONG',
    executedQty: QUANTITY,
    avgPrice: ENTRY_FROM,
    status: 'FILLED',
  });
  await monitor.stop();
  const tranche = batches.flatMap(({ tranches }) => tranches).at(-1);
  const ledger = batches.flatMap(({ ledgers }) => ledgers).at(-1);
  if (!covered || tranche === undefined || ledger === undefined) {
    throw new Error('the tranche that serves as the pattern is not protected');
  }
  return { tranche, ledger, marks: batches.flatMap(({ marks }) => marks) };
}

/** A running monitor that holds so many tranches, each symbol with a first price. */
export async function seededMonitor(
  plan: SymbolSettings,
  count: number,
  symbols: number,
  parts: Partial<MonitorParts> = {},
): Promise<BenchMonitor> {
  const { snapshot, positions } = await seededRows(plan, count, symbols);
  const made = newMonitor({ plan, store: new BlankStore(snapshot), positions, ...parts });
  await made.monitor.start();
  const first = plan.trailingStop === undefined ? QUIET_FROM : ENTRY_FROM;
  for (let index = 0; index < symbols; index += 1) tick(made.feed, symbolOf(index), first);
  await made.monitor.settled();
  const { activeTranches } = made.monitor.getHealth();
  if (activeTranches !== count) throw new Error(`${activeTranches} of ${count} tranches are held`);
  return made;
}

export function tick(feed: PushFeed, symbol: string, price: number): void {
  feed.sink.tick(symbol, 'LAST', price, Date.now(), performance.now());
}
