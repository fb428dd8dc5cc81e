import type { CancelOrderRequest, FillReport, PlaceOrderRequest } from 'position-monitor';
import type { Account, Write } from '../venue/account.js';
import { type ExitRole, exitKey, roleOf, units } from '../venue/live-book.js';
import { ExitHistory } from './exit-history.js';
import type { Findings } from './findings.js';
import type { RecordedOrder, StorePeek } from './store-peek.js';

/** A tranche may have grown within this time after a cancellation was decided and before it arrived, ms. */
const NEWS_MS = 250;

/** What the judge must know of the bot. */
export interface BotLife {
  /** Whether a bot process lives that can have been asked for this. */
  isAlive(): boolean;
  /** Ms since the world began during which a bot was up and running. */
  upMs(): number;
}

/**
 * Judges every request as it arrives and every execution as it happens: what was attempted, not what the venue's own
 * checks let pass. What the monitor knew is read from its store at that moment.
 */
export class ArrivalJudge {
  readonly #account: Account;
  readonly #findings: Findings;
  readonly #life: BotLife;
  /** What each id was first sent with, and when. */
  readonly #terms = new Map<string, { readonly text: string; readonly at: number }>();
  readonly #exits: ExitHistory;
  /** What tranches had opened whenever we looked. */
  readonly #opened = new Map<string, { readonly at: number; readonly quantity: number }[]>();
  #powerLostAt = Number.NEGATIVE_INFINITY;
  readonly peek: StorePeek;

  constructor(account: Account, findings: Findings, life: BotLife, peek: StorePeek) {
    this.#account = account;
    this.#findings = findings;
    this.#life = life;
    this.#exits = new ExitHistory(() => life.upMs());
    this.peek = peek;
  }

  /** The request is at the door: its intent must be on record, in the same words. */
  received({ kind, request }: Write): void {
    const { clientOrderId } = request;
    const role = roleOf(clientOrderId);
    this.#findings.trace(`${kind} ${role} ${clientOrderId} ${wordsOf(request)}`);
    // The last words of a dead bot: power loss may already have taken what it knew.
    if (role === null || !this.#life.isAlive()) return;
    const row = this.peek.order(clientOrderId);
    if (row !== null) this.#look(row.trancheId);
    if (kind === 'cancel') {
      if (role === 'stop-loss' && row !== null) this.#judgeStopCancel(row);
    } else if (row === null) {
      this.#fail('I5', `${role} ${clientOrderId} arrived without a record`);
    } else if (!isAsRecorded(request, row)) {
      this.#fail('I5', `${role} ${clientOrderId} is recorded otherwise: ${JSON.stringify(row)}`);
    }
  }

  /** The request reaches the book. */
  arrives({ kind, request }: Write): void {
    if (kind === 'cancel') this.#judgeCancel(request);
    else this.#judgeOrder(request);
  }

  /** An order of the monitor executes; the book does not know it yet. */
  executed(fill: FillReport): void {
    const { clientOrderId = '', symbol, side, trade } = fill;
    this.#findings.note(`executed ${roleOf(clientOrderId)}`);
    this.#findings.trace(
      `EXECUTED ${clientOrderId} ${symbol} ${side} ${trade.quantity} at ${trade.price}`,
    );
    const key = exitKey(symbol, side);
    const row = this.peek.order(clientOrderId);
    const quantity = units(trade.quantity);
    const left = row === null ? null : this.#left(row.trancheId);
    if (row !== null && left !== null && quantity > left) {
      const detail = `${clientOrderId} executes ${quantity} of ${row.trancheId}, which holds ${left}`;
      this.#judgeRace('I1b', detail, row, key, 'up');
      this.#traceTranche(row.trancheId, key);
      this.#exits.overlapped(key);
    }
    this.#exits.add(clientOrderId, key);
  }

  /** The bot was told that its fill is taken care of: what it opened has a stop at the venue, or is being left. */
  acknowledged(symbol: string, orderId: string): void {
    const { accepted } = this.#account.book;
    for (const id of this.peek.tranchesOf(symbol, orderId)) {
      if (this.peek.tranche(id)?.isOpen !== true) continue;
      const hasStop = this.peek
        .ordersOf(id)
        .some(({ role, clientOrderId }) => role === 'stop-loss' && accepted.has(clientOrderId));
      if (!hasStop) this.#fail('I12', `${symbol} ${orderId} acknowledged, ${id} never had a stop`);
    }
  }

  /** Somebody else reduced the position: nobody could know. */
  reducedByHand(key: string): void {
    this.#exits.overlapped(key);
  }

  /** The machine lost its memory of what was not synced. */
  powerLost(): void {
    this.#powerLostAt = Date.now();
    this.#opened.clear();
  }

  #judgeOrder(request: PlaceOrderRequest): void {
    const { clientOrderId, symbol, side, positionSide, kind } = request;
    const role = roleOf(clientOrderId);
    if (role === null) {
      this.#fail('I14', `an order without the monitor's mark: ${clientOrderId}`);
      return;
    }
    this.#findings.note(`arrived ${role}`);
    this.#judgeDirection(request);
    // Refused for being late: that is what its deadline is for.
    if (request.expiresAt < Date.now()) return;
    this.#judgeId(request, role);
    this.#judgeQuantity(request, role);
    const key = exitKey(symbol, side);
    const held = this.#account.book.heldOf(key);
    if (kind === 'market' && units(request.quantity) > held && !this.#exits.sideRaces(key)) {
      this.#fail(
        'I4',
        `${clientOrderId} closes ${units(request.quantity)}, ${positionSide} holds ${held}`,
      );
    }
    if (kind === 'market') this.#judgeTrigger(clientOrderId);
  }

  /** One id, one order; and no second life after its end. */
  #judgeId({ expiresAt: _, ...terms }: PlaceOrderRequest, role: ExitRole): void {
    const { clientOrderId } = terms;
    const { book } = this.#account;
    const text = JSON.stringify(terms);
    const before = this.#terms.get(clientOrderId);
    const isLive = book.orders.has(clientOrderId);
    const hasEnded = book.accepted.has(clientOrderId) && !isLive;
    // Sent before it was synced, and gone without a trade: nobody can know any more that there was such an order.
    const isForgotten =
      !isLive &&
      book.executedBy(clientOrderId) === 0 &&
      before !== undefined &&
      before.at <= this.#powerLostAt;
    if (before === undefined || isForgotten) {
      if (isForgotten) this.#findings.note('an order was forgotten by power loss');
      this.#terms.set(clientOrderId, { text, at: Date.now() });
      return;
    }
    if (before.text !== text) {
      this.#fail('I5a', `one id, two orders: ${before.text} and ${text}`);
    }
    if (hasEnded) this.#fail('I5a', `${role} ${clientOrderId} comes again although it has ended`);
  }

  #judgeDirection({ clientOrderId, side, positionSide, reduceOnly }: PlaceOrderRequest): void {
    if (this.#account.mode === 'one-way') {
      if (reduceOnly && positionSide === 'BOTH') return;
      this.#fail('I2', `${clientOrderId} is not reduce-only (${positionSide})`);
    } else if (positionSide !== (side === 'SELL' ? 'LONG' : 'SHORT')) {
      this.#fail('I2', `${clientOrderId} is a ${side} of ${positionSide}`);
    }
  }

  #judgeQuantity(request: PlaceOrderRequest, role: ExitRole): void {
    const { clientOrderId } = request;
    const row = this.peek.order(clientOrderId);
    const left = row === null ? null : this.#left(row.trancheId);
    if (row === null || left === null || units(request.quantity) <= left) return;
    const detail = `${role} ${clientOrderId} asks for ${units(request.quantity)}, ${row.trancheId} holds ${left}`;
    const key = exitKey(request.symbol, request.side);
    this.#judgeRace('I1a', detail, row, key, 'wall');
    this.#traceTranche(row.trancheId, key);
  }

  /** A close must not come from a price that never was. */
  #judgeTrigger(clientOrderId: string): void {
    const row = this.peek.order(clientOrderId);
    const price = row === null ? null : (this.peek.tranche(row.trancheId)?.triggerPrice ?? null);
    if (price === null) return;
    this.#findings.note('closed by a local trigger');
    if (this.#account.oddPrices.has(price)) {
      this.#fail('I9', `${clientOrderId} closes because of ${price}, which never was`);
    }
  }

  #judgeCancel({ clientOrderId }: CancelOrderRequest): void {
    const role = roleOf(clientOrderId);
    if (role === null) this.#fail('I14', `a foreign order is cancelled: ${clientOrderId}`);
    else this.#findings.note(`cancel ${role}`);
  }

  /** A stop that rests goes only when others cover what its tranche holds, or it holds nothing. */
  #judgeStopCancel({ clientOrderId, trancheId }: RecordedOrder): void {
    const { book } = this.#account;
    const order = book.orders.get(clientOrderId);
    if (order === undefined) return;
    // After an overlap the position may hold less than its tranches.
    const left = Math.min(this.#left(trancheId) ?? 0, book.heldOf(order.key));
    let stays = 0;
    for (const other of this.peek.ordersOf(trancheId)) {
      const isOther = other.role === 'stop-loss' && other.clientOrderId !== clientOrderId;
      if (isOther) stays += book.orders.get(other.clientOrderId)?.leaves ?? 0;
    }
    const needed = left - this.#growth(trancheId);
    if (stays >= needed) return;
    this.#traceTranche(trancheId, order.key);
    this.#fail(
      'I3b',
      `stop ${clientOrderId} of ${trancheId} goes, ${stays} of ${needed} stay covered`,
    );
  }

  /** What the store and the venue know of a tranche. */
  #traceTranche(trancheId: string, key: string): void {
    const { book } = this.#account;
    this.#findings.trace(`store: ${JSON.stringify(this.peek.tranche(trancheId))}`);
    for (const { clientOrderId, role, status, quantity } of this.peek.ordersOf(trancheId)) {
      this.#findings.trace(`store: ${role} ${clientOrderId} ${status} ${quantity}`);
    }
    this.#findings.trace(`venue: ${key} holds ${book.heldOf(key)}`);
    for (const order of book.orders.values()) {
      if (order.key === key) this.#findings.trace(`venue: ${order.clientOrderId} ${order.leaves}`);
    }
  }

  #look(trancheId: string): void {
    const tranche = this.peek.tranche(trancheId);
    if (tranche === null) return;
    const looks = this.#opened.get(trancheId) ?? [];
    looks.push({ at: Date.now(), quantity: tranche.opened });
    this.#opened.set(trancheId, looks.slice(-50));
  }

  /** How much a tranche has grown too lately for a request at the door to know of it. */
  #growth(trancheId: string): number {
    const looks = this.#opened.get(trancheId) ?? [];
    const before = looks.findLast(({ at }) => at < Date.now() - NEWS_MS);
    return (looks.at(-1)?.quantity ?? 0) - (before?.quantity ?? 0);
  }

  /** What a tranche still holds: as recorded, without what executed and is not booked yet. */
  #left(trancheId: string): number | null {
    const tranche = this.peek.tranche(trancheId);
    if (tranche === null) return null;
    const { book } = this.#account;
    let left = tranche.left;
    for (const { clientOrderId, executedQty } of this.peek.ordersOf(trancheId)) {
      left -= Math.max(0, book.executedBy(clientOrderId) - units(executedQty));
    }
    return left;
  }

  /** Two exits at once are a race, which is counted; anything else is a violation. */
  #judgeRace(
    invariant: string,
    detail: string,
    row: RecordedOrder,
    key: string,
    clock: 'wall' | 'up',
  ): void {
    const siblings = this.peek.ordersOf(row.trancheId).map(({ clientOrderId }) => clientOrderId);
    const races =
      this.#exits.races(siblings, row.clientOrderId, key, clock) ||
      // What one exit takes too much is taken from its neighbours, so news of any of them may change what is left.
      (clock === 'wall' && this.#exits.sideRaces(key));
    if (!races) this.#fail(invariant, detail);
    else {
      this.#findings.note(`race ${invariant}`);
      this.#findings.trace(`race: ${detail}`);
    }
  }

  #fail(invariant: string, detail: string): void {
    this.#findings.violation(invariant, detail);
  }
}

function isAsRecorded(request: PlaceOrderRequest, row: RecordedOrder): boolean {
  return (
    request.side === row.side &&
    request.kind === row.kind &&
    units(request.quantity) === units(row.quantity) &&
    Number(request.price ?? 0) === Number(row.price ?? 0) &&
    Number(request.triggerPrice ?? 0) === Number(row.triggerPrice ?? 0)
  );
}

function wordsOf(request: PlaceOrderRequest | CancelOrderRequest): string {
  if (!('quantity' in request)) return request.symbol;
  const { symbol, side, kind, quantity, price, triggerPrice } = request;
  return `${symbol} ${side} ${kind} ${quantity} ${price ?? triggerPrice ?? ''}`;
}
