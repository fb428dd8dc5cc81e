import type { InstrumentInput } from '../../model/instrument.js';
import type { PriceSource } from '../../model/price.js';
import type { OrderSide, PositionMode, PositionSide } from '../../model/side.js';
import type { Clock } from '../../ports/clock.js';
import type { ExchangeCause } from '../../ports/exchange-adapter.js';
import { forcedRequest } from './forced-order.js';
import { SimInstrument } from './sim-instrument.js';
import { SimLiquidation } from './sim-liquidation.js';
import {
  isLive,
  isReducing,
  isRestingLimit,
  latestMatch,
  type SimEvent,
  type SimFill,
  type SimOrder,
  type SimQuery,
  type SimRequest,
  type SimVerdict,
} from './sim-order.js';
import { SimPositions } from './sim-positions.js';
import type { SimProfile } from './sim-profile.js';
import { isPassed, refusalOf } from './sim-refusals.js';

/** How one execution goes: in several parts, with pauses, perhaps without its rest. */
export interface FillFate {
  readonly parts: number;
  /** Pause between two parts, ms. */
  readonly pauseMs: number;
  /** After the first part the rest expires. */
  readonly restExpires: boolean;
}

/** What becomes of a stop that was triggered. */
export type TriggerFate =
  | { readonly do: 'reject' }
  /** It stays triggered this long before it executes, ms. */
  | { readonly do: 'hesitate'; readonly ms: number };

export interface SimVenueOptions {
  readonly clock: Clock;
  readonly profile: SimProfile;
  readonly positionMode: PositionMode;
  readonly instruments: readonly InstrumentInput[];
  /** Exchange time at monotonic zero, ms. Default: the clock's wall time then. */
  readonly startMs?: number;
}

/**
 * The truth of a simulated account: orders, matching, positions, trades. Synchronous, without latency and without faults
 * of its own: what is asked happens at once, what happens is told at once through `onEvent`.
 *
 * Its time follows the monotonic clock, so that a jump of the wall clock is a jump of the monitor's alone.
 */
export class SimVenue {
  readonly profile: SimProfile;
  readonly positionMode: PositionMode;
  onEvent: (event: SimEvent) => void = () => {};
  /** Called with every execution, before it is told. */
  onExecution: (order: Readonly<SimOrder>, fill: SimFill) => void = () => {};
  /** Decide the fate of executions and triggers; `null` = the ordinary one. */
  fillFate: (order: Readonly<SimOrder>) => FillFate | null = () => null;
  triggerFate: (order: Readonly<SimOrder>) => TriggerFate | null = () => null;
  /** Difference of the exchange's clock, ms. */
  skewMs = 0;
  /** Trading is halted: nothing matches, new orders are refused. */
  halted = false;
  /** Most stops that may rest per symbol. */
  stopCap = Number.POSITIVE_INFINITY;
  readonly liquidation = new SimLiquidation();
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #instruments = new Map<string, SimInstrument>();
  readonly #open = new Map<string, SimOrder>();
  readonly #ended = new Map<string, SimOrder>();
  readonly #usedIds = new Set<string>();
  readonly #positions: SimPositions;
  readonly #fills: SimFill[] = [];
  readonly #prices = new Map<string, number>();
  #nextOrder = 1;
  #nextTrade = 1;

  constructor(options: SimVenueOptions) {
    this.#clock = options.clock;
    const { profile } = options;
    /** In hedge mode the position side itself bounds a reduction: no exchange goes below zero there. */
    const clamps = options.positionMode === 'hedge' && profile.excess === 'executed';
    this.profile = clamps ? { ...profile, excess: 'clamped' } : profile;
    this.positionMode = options.positionMode;
    this.#positions = new SimPositions(options.positionMode);
    // Whole ms, as exchanges tell them: the difference of two real clocks is none.
    this.#startMs = options.startMs ?? Math.floor(options.clock.now() - options.clock.monotonic());
    for (const input of options.instruments) {
      this.#instruments.set(input.symbol, new SimInstrument(input));
    }
  }

  /** Exchange time, ms. */
  now(): number {
    return this.#startMs + Math.floor(this.#clock.monotonic()) + this.skewMs;
  }

  instrument(symbol: string): SimInstrument | undefined {
    return this.#instruments.get(symbol);
  }

  get symbols(): readonly string[] {
    return [...this.#instruments.keys()];
  }

  place(request: SimRequest): SimVerdict {
    const refused = refusalOf(request, this);
    if (refused !== null) return refused;
    const instrument = this.#instruments.get(request.symbol) as SimInstrument;
    const order: SimOrder = {
      orderId: String(this.#nextOrder++),
      clientOrderId: request.clientOrderId,
      symbol: request.symbol,
      side: request.side,
      positionSide: request.positionSide,
      kind: request.kind,
      quantity: instrument.steps(request.quantity) as number,
      price: request.price === null ? null : instrument.ticks(request.price),
      trigger: request.triggerPrice === null ? null : instrument.ticks(request.triggerPrice),
      triggerSource: request.triggerSource ?? 'LAST',
      reduceOnly: request.reduceOnly,
      cause: request.cause ?? 'order',
      status: 'accepted',
      inBook: false,
      executed: 0,
      cost: 0,
      updatedAt: this.now(),
    };
    this.#usedIds.add(order.clientOrderId);
    this.#open.set(order.orderId, order);
    this.#tell(order, null);
    if (order.kind === 'market') this.#executeAtMarket(order);
    else if (order.kind === 'ioc-limit') this.#fillOrExpire(order);
    else if (order.kind === 'limit' && this.#isMarketable(order)) this.#fillLimit(order);
    return { kind: 'accepted', order: { ...order } };
  }

  cancel(query: SimQuery): SimVerdict {
    const order = latestMatch(query, this.#open.values());
    if (order !== undefined) {
      this.#end(order, 'canceled');
      return { kind: 'accepted', order: { ...order } };
    }
    const ended = latestMatch(query, this.#ended.values());
    return ended === undefined
      ? { kind: 'rejected', code: 'unknown-order', detail: 'no such order' }
      : { kind: 'rejected', code: 'unknown-order', detail: `the order is ${ended.status}` };
  }

  /** The open order, else the latest that ended. */
  find(query: SimQuery): Readonly<SimOrder> | null {
    const order =
      latestMatch(query, this.#open.values()) ?? latestMatch(query, this.#ended.values());
    return order === undefined ? null : { ...order };
  }

  /** Open orders as they are, for looking only. */
  get open(): Iterable<Readonly<SimOrder>> {
    return this.#open.values();
  }

  /** Whether an order ever had this client id. */
  wasUsed(clientOrderId: string): boolean {
    return this.#usedIds.has(clientOrderId);
  }

  openOrders(symbol?: string): Readonly<SimOrder>[] {
    const orders: SimOrder[] = [];
    for (const order of this.#open.values()) {
      if (symbol === undefined || order.symbol === symbol) orders.push({ ...order });
    }
    return orders;
  }

  /** Trades of the account since an exchange time, oldest first. */
  fills(symbol: string, sinceMs: number): readonly SimFill[] {
    return this.#fills.filter((fill) => fill.symbol === symbol && fill.time >= sinceMs);
  }

  /** Steps held of a side; below zero only where excess is executed. */
  held(symbol: string, side: PositionSide): number {
    return this.#positions.held(symbol, side);
  }

  positions(symbol?: string): { symbol: string; side: PositionSide; quantity: number }[] {
    const rows: { symbol: string; side: PositionSide; quantity: number }[] = [];
    for (const name of this.#instruments.keys()) {
      if (symbol !== undefined && name !== symbol) continue;
      for (const side of ['LONG', 'SHORT'] as const) {
        const quantity = this.held(name, side);
        if (quantity > 0) rows.push({ symbol: name, side, quantity });
      }
    }
    return rows;
  }

  /** Last price of a source, ticks; `null` before the first. */
  price(symbol: string, source: PriceSource): number | null {
    return this.#prices.get(`${symbol}|${source}`) ?? null;
  }

  /** The market moves: stops trigger, limits fill, in the order in which they were placed. */
  setPrice(symbol: string, source: PriceSource, ticks: number): void {
    this.#prices.set(`${symbol}|${source}`, ticks);
    if (this.halted) return;
    for (const order of [...this.#open.values()]) {
      if (order.symbol !== symbol || !isLive(order)) continue;
      if (isRestingLimit(order)) {
        if (source === 'LAST' && this.#isMarketable(order)) this.#fillLimit(order);
      } else if (order.trigger !== null && order.status === 'accepted') {
        if (order.triggerSource === source && isPassed(order, ticks)) this.#trigger(order);
      }
    }
  }

  /** The exchange closes (part of) a position itself. */
  forceReduce(
    symbol: string,
    side: PositionSide,
    steps: number,
    cause: Exclude<ExchangeCause, 'order'>,
  ): void {
    const instrument = this.#instruments.get(symbol);
    const quantity = Math.min(steps, this.held(symbol, side));
    if (instrument === undefined || quantity <= 0) return;
    const { positionMode: mode } = this;
    const number = this.#nextOrder;
    this.place(forcedRequest({ instrument, side, mode, steps: quantity, cause, number }));
  }

  #isMarketable({ symbol, side, price }: SimOrder): boolean {
    const last = this.price(symbol, 'LAST');
    if (last === null || price === null) return false;
    return side === 'BUY' ? last <= price : last >= price;
  }

  #trigger(order: SimOrder): void {
    order.status = 'triggered';
    this.#tell(order, null);
    const fate = this.triggerFate(order);
    if (fate?.do === 'reject') {
      this.#end(order, 'rejected');
      return;
    }
    const waitMs = fate?.do === 'hesitate' ? fate.ms : this.profile.triggerMs;
    this.#later(waitMs, () => this.#release(order));
  }

  /** What a trigger sends: an order at market, or a limit that may rest. */
  #release(order: SimOrder): void {
    if (order.price === null) {
      this.#executeAtMarket(order);
      return;
    }
    if (!isLive(order)) return;
    if (this.halted) {
      this.#later(HALT_LOOK_MS, () => this.#release(order));
      return;
    }
    order.inBook = true;
    if (this.#isMarketable(order)) this.#fillAtOnce(order);
  }

  /** A limit that ends as soon as it came: what does not fill at once expires. */
  #fillOrExpire(order: SimOrder): void {
    if (this.#isMarketable(order)) this.#fillAtOnce(order);
    if (isLive(order)) this.#end(order, 'expired');
  }

  #executeAtMarket(order: SimOrder): void {
    if (!isLive(order)) return;
    const last = this.price(order.symbol, 'LAST');
    if (last === null || this.halted) {
      this.#later(HALT_LOOK_MS, () => this.#executeAtMarket(order));
      return;
    }
    const fate = this.fillFate(order);
    const left = order.quantity - order.executed;
    const part = fate === null ? left : Math.max(1, Math.floor(left / fate.parts));
    this.#execute(order, part, last);
    if (!isLive(order)) return;
    if (fate?.restExpires) this.#end(order, 'expired');
    else this.#later(fate?.pauseMs ?? 1, () => this.#executeAtMarket(order));
  }

  /** At its own price, as a limit that rests. */
  #fillLimit(order: SimOrder): void {
    this.#execute(order, this.#partOf(order), order.price as number);
  }

  /** At the price of now, which is its own or better. */
  #fillAtOnce(order: SimOrder): void {
    const last = this.price(order.symbol, 'LAST');
    this.#execute(order, this.#partOf(order), last ?? (order.price as number));
  }

  #partOf(order: SimOrder): number {
    const fate = this.fillFate(order);
    const left = order.quantity - order.executed;
    return fate === null ? left : Math.max(1, Math.floor(left / fate.parts));
  }

  #execute(order: SimOrder, wanted: number, ticks: number): void {
    const isExit = isReducing(order);
    const room =
      !isExit || this.profile.excess === 'executed'
        ? wanted
        : Math.min(wanted, this.reducible(order.symbol, order.side, order.positionSide));
    if (room <= 0) {
      this.#end(order, 'expired');
      return;
    }
    order.executed += room;
    order.cost += room * ticks;
    order.updatedAt = this.now();
    this.#positions.move(order, room);
    const fill: SimFill = {
      tradeId: String(this.#nextTrade++),
      orderId: order.orderId,
      clientOrderId: order.clientOrderId,
      symbol: order.symbol,
      side: order.side,
      positionSide: order.positionSide,
      reduceOnly: order.reduceOnly,
      cause: order.cause,
      quantity: room,
      price: ticks,
      time: order.updatedAt,
    };
    this.#fills.push(fill);
    if (order.executed >= order.quantity) this.#archive(order, 'filled');
    this.onExecution(order, fill);
    this.#tell(order, fill);
    this.onEvent({ kind: 'fill', fill });
    for (const side of ['LONG', 'SHORT'] as const) {
      if (this.positionMode === 'hedge' && side !== order.positionSide) continue;
      this.onEvent({
        kind: 'position',
        symbol: order.symbol,
        side,
        quantity: Math.max(0, this.held(order.symbol, side)),
        time: order.updatedAt,
      });
    }
    if (isExit && room < wanted && isLive(order)) this.#end(order, 'expired');
    this.#dropWhenFlat(order);
  }

  /** How much an order of this side can take away. */
  reducible(symbol: string, side: OrderSide, positionSide: SimOrder['positionSide']): number {
    return this.#positions.reducible(symbol, side, positionSide);
  }

  #dropWhenFlat({ symbol, side, positionSide }: SimOrder): void {
    if (!this.profile.dropsReduceOnlyWhenFlat) return;
    if (this.reducible(symbol, side, positionSide) > 0) return;
    for (const order of [...this.#open.values()]) {
      if (order.symbol !== symbol || !isReducing(order) || order.side !== side) continue;
      const rests = order.status === 'accepted' || isRestingLimit(order);
      if (order.positionSide === positionSide && rests) {
        this.#end(order, 'canceled');
      }
    }
  }

  #end(order: SimOrder, status: 'canceled' | 'expired' | 'rejected'): void {
    this.#archive(order, status);
    this.#tell(order, null);
  }

  #archive(order: SimOrder, status: SimOrder['status']): void {
    order.status = status;
    order.updatedAt = this.now();
    this.#open.delete(order.orderId);
    this.#ended.set(order.orderId, order);
  }

  #tell(order: SimOrder, fill: SimFill | null): void {
    this.onEvent({ kind: 'order', order: { ...order }, fill });
  }

  #later(ms: number, act: () => void): void {
    if (ms <= 0) act();
    else this.#clock.setTimer(act, ms);
  }
}

/** How often an order that cannot execute while trading is halted looks again, ms. */
const HALT_LOOK_MS = 100;
