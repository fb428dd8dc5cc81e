import { PROFIT_END_WAIT_MS } from '../../src/limits.js';
import type { OrderRow, StoreBatch, StoredEvent, TrancheRow } from '../../src/ports/store.js';
import type { SimOrder } from '../../src/testing/sim/sim-order.js';
import { expectedTail } from './expected-id.js';
import { type Oracle, RACE_MS } from './oracle.js';

/** Where the tail of an id begins: behind the mark and the instance. */
const TAIL_AT = 8;
/** A read of positions may be this old when it is used: further reads come after it, ms. */
const READ_AGE_MS = 6_000;

const ENDED: ReadonlySet<string> = new Set(['canceled', 'expired', 'rejected', 'absent']);
const OPEN: ReadonlySet<string> = new Set(['accepted', 'triggered']);

/** What the exchange said that it holds, steps. */
export interface SeenPositions {
  readonly LONG: number;
  readonly SHORT: number;
}

/** What an order executed by one batch, and what was booked of it before, steps. */
interface Growth {
  readonly by: number;
  /** What the order has executed in all. */
  readonly total: number;
  readonly exits: number;
}

/**
 * Judges what the monitor decides to record against what the exchange knows at that moment: a claim without evidence is
 * wrong even where later luck repairs it.
 */
export class Claims {
  readonly #oracle: Oracle;
  readonly #rows = new Map<string, OrderRow>();
  readonly #tranches = new Map<string, TrancheRow>();
  /** Steps that each order executed, by the exchange's id. */
  readonly #executed = new Map<string, number>();
  /** When the exchange first accepted each client id, monotonic ms. */
  readonly #accepted = new Map<string, number>();
  /** When each tranche began to be closed, monotonic ms. */
  readonly #closingAt = new Map<string, number>();
  /** Answers on positions that reached the process, and when, monotonic ms. */
  readonly #seen: { readonly at: number; readonly positions: SeenPositions }[] = [];
  /** Process whose rows are known here. */
  #life = 0;

  constructor(oracle: Oracle) {
    this.#oracle = oracle;
    const { disk } = oracle.world;
    const next = disk.onDecided;
    disk.onDecided = (batch) => {
      this.#judge(batch);
      next(batch);
    };
  }

  /** The exchange said something about an order. */
  onOrder(order: Readonly<SimOrder>): void {
    this.#executed.set(order.orderId, order.executed);
    if (this.#accepted.has(order.clientOrderId)) return;
    this.#accepted.set(order.clientOrderId, this.#oracle.now);
  }

  /** Whether an answer on positions reached the process since the tranche began to be closed. */
  hasLooked(trancheId: string): boolean {
    const last = this.#seen.at(-1);
    /** A look that was under way when the close was decided answers for it as well. */
    return last !== undefined && last.at >= (this.#closingAt.get(trancheId) ?? 0) - RACE_MS;
  }

  /** An answer on positions reached the process. */
  onPositions(positions: SeenPositions): void {
    this.#seen.push({ at: this.#oracle.now, positions });
  }

  /** Monotonic ms at which the exchange first accepted an order of this id. */
  acceptedAt(clientOrderId: string): number {
    return this.#accepted.get(clientOrderId) ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Whether a close has to wait for take-profits: not for longer than this, and not where what rests is the hard floor
   * behind the level that was passed.
   */
  mustWait(trancheId: string): boolean {
    const row = this.#tranches.get(trancheId);
    if (row === undefined || row.guard !== row.stopLoss) return false;
    const since = this.#closingAt.get(trancheId) ?? this.#oracle.now;
    return this.#oracle.now - since < PROFIT_END_WAIT_MS;
  }

  /** I5a: the id of an order that arrives follows from what it is for. */
  judgeId(clientOrderId: string): void {
    const row = this.#rows.get(clientOrderId);
    if (row === undefined) return;
    const { incarnation } = this.#oracle.world.disk;
    const tail = expectedTail({ incarnation, ...row });
    if (clientOrderId.slice(TAIL_AT) === tail) return;
    /** What was merged keeps its name. */
    const absorbed = [...this.#tranches.values()].some(
      ({ id, mergedInto }) =>
        mergedInto !== null &&
        expectedTail({ incarnation, ...row, trancheId: id }) === clientOrderId.slice(TAIL_AT),
    );
    if (!absorbed) this.#oracle.fail('I5a', `${clientOrderId} should end in ${tail}`);
  }

  #judge(batch: StoreBatch): void {
    if (this.#oracle.world.disk.life !== this.#life) this.#reload();
    const exited = new Map([...this.#tranches].map(([id, row]) => [id, steps(row.exitedQty)]));
    const grown = this.#grownOf(batch);
    for (const row of batch.orders) this.#judgeOrder(row);
    for (const { orderId, quantity } of batch.ledgers) {
      if (steps(quantity) > this.#executedBy(orderId)) {
        this.#oracle.fail('I11', `order ${orderId} is booked with ${quantity}`);
      }
    }
    const before = batch.tranches.map(({ id }) => this.#tranches.get(id));
    for (const row of batch.tranches) this.#tranches.set(row.id, row);
    for (const [index, row] of batch.tranches.entries()) this.#judgeTranche(row, before[index]);
    this.#judgeBooked(grown, batch);
    for (const event of batch.events) {
      if (event.name === 'position:external') this.#judgeExternal(event, exited);
    }
  }

  /** What orders of ours executed by a batch, and what was booked of them before it, steps. */
  #grownOf({ orders }: StoreBatch): Map<string, Growth> {
    const grown = new Map<string, Growth>();
    for (const { clientOrderId: id, executedQty } of orders) {
      const before = this.#rows.get(id);
      const by = steps(executedQty) - steps(before?.executedQty ?? '0');
      if (by > 0 && before !== undefined)
        grown.set(id, { by, exits: this.#exitsOf(id), total: steps(executedQty) });
    }
    return grown;
  }

  /** I1b: what an exit executed beyond its tranche is taken out of the siblings, or told. */
  #judgeBooked(grown: ReadonlyMap<string, Growth>, { events }: StoreBatch): void {
    const isTold = events.some(
      ({ name, payload }) =>
        name === 'position:external' &&
        (payload as Record<string, unknown>).reason === 'sibling-race',
    );
    if (isTold || this.#oracle.hasStoreTrouble) return;
    for (const [id, { by, exits, total }] of grown) {
      const booked = this.#exitsOf(id) - exits;
      /** A store that refused one batch and took the next may have kept the tranche and not the order. */
      const isBehind = this.#exitsOf(id) >= total;
      if (booked < by && !isBehind)
        this.#oracle.fail('I1b', `${id} executed ${by}, ${booked} of it is booked`);
    }
  }

  /** Steps that tranches booked as exits by an order. */
  #exitsOf(id: string): number {
    let sum = 0;
    for (const { exits } of this.#tranches.values()) {
      for (const { orderId, quantity } of exits) if (orderId === id) sum += steps(quantity);
    }
    return sum;
  }

  /** What was decided and not recorded is gone with its process; what was recorded may have been cut off. */
  #reload(): void {
    this.#life = this.#oracle.world.disk.life;
    this.#rows.clear();
    this.#tranches.clear();
    for (const { orders, tranches } of this.#oracle.world.disk.batches) {
      for (const row of orders) this.#rows.set(row.clientOrderId, row);
      for (const row of tranches) this.#tranches.set(row.id, row);
    }
  }

  #judgeOrder(row: OrderRow): void {
    const oracle = this.#oracle;
    const id = row.clientOrderId;
    const before = this.#rows.get(id);
    this.#rows.set(id, row);
    const name = `${row.role} ${id}`;
    const executed = oracle.executedOf(id);
    if (before?.status === 'filled' && row.status !== 'filled') {
      oracle.fail('I10', `${name} was filled and became ${row.status}`);
    }
    if (steps(row.executedQty) > executed) {
      oracle.fail('I10', `${name} is booked with ${row.executedQty}, it executed ${executed}`);
    }
    if (row.status === 'filled' && executed < steps(row.quantity)) {
      oracle.fail('I10', `${name} is taken for filled, it executed ${executed}`);
    }
    const lives = oracle.live.has(id);
    if (OPEN.has(row.status) && before !== undefined && ENDED.has(before.status) && !lives) {
      if (before.status !== 'absent') {
        oracle.fail('I10', `${name} was ${before.status} and came back to life`);
      }
    }
    /** Rows that the store could not take are written late: what they said was true then. */
    if (oracle.hasStoreTrouble) return;
    if (OPEN.has(row.status) && !this.#accepted.has(id)) {
      oracle.fail('I13', `${name} is taken for ${row.status}, the exchange never had it`);
    }
    if (ENDED.has(row.status) && before?.status !== row.status && lives) {
      oracle.fail('I13', `${name} is taken for ${row.status} and lives`);
    }
    const again = before !== undefined && row.attempt > before.attempt;
    if (!again && (row.status !== 'absent' || before?.status === 'absent')) return;
    if (lives || executed > 0 || oracle.lineWatch.mayStillArrive(id)) {
      oracle.fail('I13', `${name} is taken for not placed, and it was or may be`);
    }
  }

  #judgeTranche(row: TrancheRow, known: TrancheRow | undefined): void {
    const oracle = this.#oracle;
    const before = known?.state;
    if (known !== undefined) this.#judgeMonotony(known, row);
    for (const { orderId } of row.sources) this.#judgeSource(orderId);
    this.#judgeRounding(row);
    if (row.state === 'CLOSING' && before !== 'CLOSING') this.#closingAt.set(row.id, oracle.now);
    if (row.state !== 'CLOSED' || before === 'CLOSED') return;
    if (steps(row.openedQty) > steps(row.exitedQty)) {
      oracle.fail('I6', `${row.id} is closed and holds ${row.openedQty} less ${row.exitedQty}`);
    }
    for (const id of oracle.live.keys()) {
      if (this.#rows.get(id)?.trancheId === row.id) {
        oracle.fail('I7', `${row.id} is closed while its order ${id} lives`);
      }
    }
  }

  /** I11: what tranches opened by an order is at most what it executed. */
  #judgeSource(orderId: string): void {
    if (orderId.startsWith('adopted-')) return;
    let sum = 0;
    for (const { sources } of this.#tranches.values()) {
      for (const source of sources) {
        if (source.orderId === orderId) sum += Number(source.quantity) * STEPS_PER_UNIT;
      }
    }
    const executed = this.#executedBy(orderId);
    if (sum > executed + TOLERANCE) {
      this.#oracle.fail('I11', `order ${orderId} executed ${executed} and opened ${sum}`);
    }
  }

  /** I26: under one plan and one entry, a stop and a planned target only come nearer, and nothing reached is lost. */
  #judgeMonotony(before: TrancheRow, row: TrancheRow): void {
    const { id, side, plan, entryPrice, openedQty } = row;
    if (row.state === 'CLOSED' || before.openedQty !== openedQty) return;
    if (before.entryPrice !== entryPrice) return;
    if (before.plan !== plan && JSON.stringify(before.plan) !== JSON.stringify(plan)) return;
    const fell = (a: string | null, b: string | null, way = 1): boolean =>
      a !== null && (b === null || (Number(a) - Number(b)) * way * (side === 'LONG' ? 1 : -1) > 0);
    const fail = (what: string, a: string | null, b: string | null): void =>
      this.#oracle.fail('I26', `${what} of ${id} went from ${a} to ${b}`);
    if (fell(before.guard, row.guard)) fail('the stop', before.guard, row.guard);
    if (fell(before.stopLoss, row.stopLoss)) fail('the order', before.stopLoss, row.stopLoss);
    const [was, is] = [before.takeProfits[0]?.price ?? null, row.takeProfits[0]?.price ?? null];
    if (plan.volatility !== null && was !== null && fell(was, is, -1)) fail('the target', was, is);
    const { peak, breakevenReached, timeLimitDone } = before.progress;
    if (fell(peak, row.progress.peak)) fail('the best price', peak, row.progress.peak);
    if (breakevenReached && !row.progress.breakevenReached) fail('breakeven', 'reached', 'not');
    if (timeLimitDone && !row.progress.timeLimitDone) fail('the time limit', 'done', 'not done');
  }

  /** I23: a stop is never looser than asked for. */
  #judgeRounding({ id, side, plan, entryPrice, guard: stopLoss }: TrancheRow): void {
    if (stopLoss === null || plan.stopLoss?.kind !== 'percent') return;
    const factor = Number(plan.stopLoss.percent) / 100;
    const long = side === 'LONG';
    const exact = Number(entryPrice) * (long ? 1 - factor : 1 + factor);
    const looser = long ? exact - Number(stopLoss) : Number(stopLoss) - exact;
    if (looser > TOLERANCE) {
      this.#oracle.fail('I23', `the stop of ${id} is ${stopLoss}, looser than ${exact}`);
    }
  }

  /** I25: what is booked as gone was gone by an answer of the exchange. */
  #judgeExternal({ payload }: StoredEvent, exited: ReadonlyMap<string, number>): void {
    const { reason, side, quantity = '0' } = payload as Record<string, string>;
    /** What could not be recorded is decided late: it speaks of an earlier moment. */
    if ((side !== 'LONG' && side !== 'SHORT') || this.#oracle.hasStoreTrouble) return;
    if (reason !== 'gone' && reason !== 'netted') return;
    let expected = 0;
    for (const row of this.#tranches.values()) {
      if (row.side === side) expected += steps(row.openedQty) - (exited.get(row.id) ?? 0);
    }
    const left = reason === 'gone' ? 0 : Math.max(0, expected - steps(quantity));
    const since = this.#oracle.now - READ_AGE_MS - this.#oracle.pausedMs;
    const seen = this.#seen.filter(({ at }) => at >= since).map(({ positions }) => positions[side]);
    if (seen.some((held) => held <= left)) return;
    const what = `${quantity} ${side} is booked as ${reason}, the exchange said [${seen}]`;
    this.#oracle.fail('I25', what);
  }

  #executedBy(orderId: string): number {
    return orderId.startsWith('adopted-')
      ? Number.POSITIVE_INFINITY
      : /** One of ours may have opened the other side where the exchange lets it take more than was there. */
        Math.max(this.#executed.get(orderId) ?? 0, this.#oracle.executedOf(orderId));
  }
}

/** Steps of one unit of the simulated contract. */
const STEPS_PER_UNIT = 1_000;
const TOLERANCE = 1e-6;

function steps(text: string): number {
  return Math.round(Number(text) * STEPS_PER_UNIT);
}
