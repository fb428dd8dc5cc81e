import {
  type Decimal,
  type DecimalString,
  decimal,
  sumDecimals,
  toDecimalString,
  ZERO,
} from '../../model/decimal.js';
import type { PositionSide } from '../../model/side.js';
import type { CloseReason } from '../../model/tranche.js';
import type { ExitView } from '../../model/views.js';
import type { StoreSnapshot } from '../../ports/store.js';
import type { MadeEntry } from './entry-book.js';
import type { FillPlace } from './fill-places.js';
import type { ReplayRun } from './replay-run.js';

/** What `replay --json` prints. */
export interface ReplayResult {
  readonly symbol: string;
  /** Data rows of the recording. */
  readonly rows: number;
  readonly elapsedMs: number;
  readonly entries: readonly EntryResult[];
  readonly stats: ReplayStats;
}

export interface EntryResult {
  readonly id: string;
  readonly side: PositionSide;
  readonly quantity: DecimalString;
  /** Price of the entry's own fill; that of the tranche is `trancheEntryPrice`. */
  readonly entryPrice: DecimalString;
  readonly trancheEntryPrice: DecimalString | null;
  /** Data row and time of the entry. */
  readonly entryRow: number;
  readonly entryTime: number;
  /** Tranche that its quantity is in; `null` when it only reduced another position (one-way mode). */
  readonly trancheId: string | null;
  /** Entry that opened the tranche which this one joined. */
  readonly joined?: string;
  /** Entry whose tranche took over the one of this entry. */
  readonly mergedInto?: string;
  readonly legs: readonly ReplayLeg[];
  /** Of the tranche, before fees; `"0"` for an entry in another's tranche. */
  readonly realizedPnl: DecimalString;
  readonly fees: DecimalString;
}

export interface ReplayLeg {
  /** Share of everything that the tranche ever held. */
  readonly portion: DecimalString;
  readonly reason: CloseReason | 'open';
  readonly row: number | null;
  readonly time: number | null;
  readonly level: DecimalString | null;
  readonly price: DecimalString | null;
  /** An open leg whose trailing stop was armed at the end. */
  readonly armed?: true;
  /** Price that made it happen, and the orders that did it: for people. */
  readonly cause?: {
    readonly place: FillPlace;
    readonly orderIds: readonly string[];
    readonly role: string;
  };
  /** What was executed, one by one: for reports. */
  readonly fills?: readonly ExitView[];
}

export interface ReplayStats {
  /** Share of the executed legs that had this reason, 0 to 1. */
  readonly hitRates: Readonly<Record<string, number>>;
  /** Legs by reason, open ones included. */
  readonly legs: Readonly<Record<string, number>>;
  readonly tranches: number;
  readonly realizedPnl: DecimalString;
  readonly fees: DecimalString;
  readonly netPnl: DecimalString;
  /** Time of the first and of the last row, ms. */
  readonly from: number;
  readonly to: number;
  /** Rows that went back in time and were taken at the time of the row before. */
  readonly clampedRows: number;
  readonly warnings: readonly string[];
}

/** Puts together what a run did. The monitor must still be running. */
export function resultOf(
  run: ReplayRun,
  symbol: string,
  snapshot: StoreSnapshot,
  elapsedMs: number,
  warnings: readonly string[],
): ReplayResult {
  const exits = new Map(run.entries.exits);
  // What is still open has no `tranche:closed` yet; its exits so far are in the store.
  for (const row of snapshot.tranches) if (!exits.has(row.id)) exits.set(row.id, row.exits);
  const entries = run.entries.made.map((entry) => entryResult(run, entry, exits));
  const legs = entries.flatMap((entry) => entry.legs);
  const executed = legs.filter(({ reason }) => reason !== 'open').length;
  const counts = new Map<string, number>();
  for (const { reason } of legs) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const total = (key: 'realizedPnl' | 'fees'): Decimal =>
    sumDecimals(entries.map((entry) => decimal(entry[key])));
  return {
    symbol,
    rows: run.rows,
    elapsedMs: Math.round(elapsedMs),
    entries,
    stats: {
      hitRates: Object.fromEntries(
        [...counts]
          .filter(([reason]) => reason !== 'open')
          .map(([reason, count]) => [reason, Math.round((count / executed) * 1e4) / 1e4]),
      ),
      legs: Object.fromEntries(counts),
      tranches: entries.filter(
        ({ trancheId, joined }) => trancheId !== null && joined === undefined,
      ).length,
      realizedPnl: toDecimalString(total('realizedPnl')),
      fees: toDecimalString(total('fees')),
      netPnl: toDecimalString(total('realizedPnl').minus(total('fees'))),
      from: run.firstTime,
      to: run.clock.now(),
      clampedRows: run.clampedRows,
      warnings,
    },
  };
}

function entryResult(
  run: ReplayRun,
  entry: MadeEntry,
  exits: ReadonlyMap<string, readonly ExitView[]>,
): EntryResult {
  const { request, price, row, time, trancheId: own, joined } = entry;
  const trancheId = own === null ? null : run.entries.survivorOf(own);
  const owner = own === null ? undefined : run.entries.ownerOf(joined ? own : (trancheId ?? own));
  const isElsewhere = owner !== undefined && owner !== entry;
  const tranche = trancheId === null ? undefined : trancheOf(run, trancheId);
  // An absorbed tranche may have taken profits before; they stay its own.
  const ownTranche = own === null || joined ? undefined : trancheOf(run, own);
  return {
    id: request.id,
    side: request.side,
    quantity: request.quantity,
    entryPrice: toDecimalString(decimal(price)),
    trancheEntryPrice: tranche?.entryPrice ?? null,
    entryRow: row,
    entryTime: time,
    trancheId,
    ...(isElsewhere && (joined ? { joined: owner.request.id } : { mergedInto: owner.request.id })),
    legs:
      isElsewhere || tranche === undefined ? [] : legsOf(run, exits.get(tranche.id) ?? [], tranche),
    realizedPnl: ownTranche?.realizedPnl ?? '0',
    fees: ownTranche?.fees ?? '0',
  };
}

interface TrancheFigures {
  readonly id: string;
  readonly openedQty: DecimalString;
  readonly quantity: DecimalString;
  readonly entryPrice: DecimalString;
  readonly realizedPnl: DecimalString;
  readonly fees: DecimalString;
  /** `null` = no trailing stop is armed. */
  readonly trail: object | null;
}

function trancheOf(run: ReplayRun, id: string): TrancheFigures | undefined {
  return run.entries.closed.get(id)?.tranche ?? run.monitor.tranche(id);
}

/** One leg per level, whatever number of orders it took, and one for what is left. */
function legsOf(
  run: ReplayRun,
  exits: readonly ExitView[],
  { openedQty, quantity: left, trail }: TrancheFigures,
): readonly ReplayLeg[] {
  const groups = new Map<string, ExitView[]>();
  for (const exit of exits) {
    const slot = exit.role === 'take-profit' ? exit.slot : '';
    const key = [exit.reason, exit.role, slot, exit.level].join('|');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [exit]);
    else group.push(exit);
  }
  const whole = decimal(openedQty);
  const portionOf = (quantity: Decimal): DecimalString =>
    toDecimalString(whole.eq(0) ? ZERO : quantity.div(whole));
  const legs: ReplayLeg[] = [...groups.values()].map((group) => {
    const [first] = group as [ExitView];
    const quantity = sumDecimals(group.map((exit) => decimal(exit.quantity)));
    const proceeds = sumDecimals(group.map((exit) => decimal(exit.quantity).times(exit.price)));
    const place = run.places.of(first.orderId);
    return {
      portion: portionOf(quantity),
      reason: first.reason,
      row: place?.row ?? null,
      time: place?.time ?? first.time,
      level: first.level,
      price: toDecimalString(proceeds.div(quantity)),
      ...(place !== undefined && {
        cause: {
          place,
          orderIds: [...new Set(group.map((exit) => exit.orderId))],
          role: first.role,
        },
      }),
      fills: group,
    };
  });
  if (decimal(left).eq(0)) return legs;
  const open = { reason: 'open', row: null, time: null, level: null, price: null } as const;
  const armed = trail !== null && ({ armed: true } as const);
  return [...legs, { portion: portionOf(decimal(left)), ...open, ...armed }];
}

const FOR_PEOPLE: ReadonlySet<string> = new Set(['cause', 'fills']);

/** The result as `--json` prints it: without what is only for people. */
export function jsonOf(result: ReplayResult): string {
  return JSON.stringify(result, (key, value) => (FOR_PEOPLE.has(key) ? undefined : value));
}
