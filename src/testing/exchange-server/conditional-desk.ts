import type { PriceSource } from '../../model/price.js';
import type { Clock } from '../../ports/clock.js';
import type { ResolvedServerOptions } from './exchange-server-options.js';
import type { OrderDesk } from './order-desk.js';
import type { AlgoStatus, ConditionalRecord, OrderRecord, ServerNews } from './order-record.js';
import { refusal } from './wire-refusal.js';

/** What becomes of the next condition that is met. */
export type TriggerFate =
  /** Refused when it is met: margin, reduce-only. */
  | { readonly do: 'reject'; readonly reason: string }
  /** The order that it sends ends without an execution. */
  | { readonly do: 'expire' }
  /** It takes so long, ms. */
  | { readonly do: 'hesitate'; readonly ms: number };

const FIRST_ALGO_ID = 1_000_000_000_000;

/** Conditional orders: they wait for a price and then send an order to the {@link OrderDesk}. */
export class ConditionalDesk {
  onNews: (news: ServerNews) => void = () => {};
  readonly records = new Map<number, ConditionalRecord>();
  /** Met in this order. */
  readonly fates: TriggerFate[] = [];
  readonly #desk: OrderDesk;
  readonly #clock: Clock;
  readonly #options: ResolvedServerOptions;
  readonly #byChild = new Map<number, ConditionalRecord>();
  #nextAlgoId = FIRST_ALGO_ID;

  constructor(desk: OrderDesk, options: ResolvedServerOptions) {
    this.#desk = desk;
    this.#clock = options.clock;
    this.#options = options;
  }

  takeId(): number {
    if (!this.#options.dialect.hasAlgoOrders) return this.#desk.takeId();
    this.#nextAlgoId += 1;
    return this.#nextAlgoId;
  }

  /** Waiting or being triggered. */
  get open(): ConditionalRecord[] {
    return [...this.records.values()].filter(
      ({ status }) => status === 'NEW' || status === 'TRIGGERING',
    );
  }

  submit(record: ConditionalRecord): Readonly<ConditionalRecord> {
    this.records.set(record.id, record);
    this.#tell(record);
    return { ...record };
  }

  /** @throws WireRefusal when it does not wait any more */
  cancel(record: ConditionalRecord): void {
    if (record.status === 'TRIGGERING') throw refusal(-4117);
    if (record.status !== 'NEW') throw refusal(-2011);
    this.#become(record, 'CANCELED');
  }

  /** The market moved on one source. */
  onPrice(symbol: string, source: PriceSource, ticks: number): void {
    if (source !== 'LAST' && source !== 'MARK') return;
    for (const record of this.open) {
      if (record.symbol !== symbol || record.status !== 'NEW') continue;
      if (sourceOf(record) !== source || !isMet(record, ticks)) continue;
      this.#trigger(record);
    }
  }

  /** A position changed: what was to close all of it ends with it. */
  onPosition(symbol: string): void {
    for (const record of this.open) {
      if (record.symbol !== symbol || !record.condition.closePosition) continue;
      if (record.status !== 'NEW' || this.#closable(record) > 0) continue;
      this.#become(record, 'EXPIRED');
    }
  }

  /** An order of the plain desk ended; perhaps one that was sent from here. */
  onChildEnded(order: OrderRecord): void {
    const record = this.#byChild.get(order.orderId);
    if (record === undefined || record.status !== 'TRIGGERED') return;
    // Where conditional orders are orders, the child's own end has told it.
    if (this.#options.dialect.hasAlgoOrders) this.#become(record, 'FINISHED');
    else record.status = 'FINISHED';
  }

  #trigger(record: ConditionalRecord): void {
    const fate = this.fates.shift() ?? null;
    record.triggeredAt = this.#desk.venue.now();
    record.status = 'TRIGGERING';
    record.updatedAt = record.triggeredAt;
    if (this.#options.dialect.hasAlgoOrders) this.#tell(record);
    const waitMs = fate?.do === 'hesitate' ? fate.ms : this.#options.triggerMs;
    if (waitMs <= 0) this.#send(record, fate);
    else this.#clock.setTimer(() => this.#send(record, fate), waitMs);
  }

  #send(record: ConditionalRecord, fate: TriggerFate | null): void {
    const desk = this.#desk;
    const child = this.#childOf(record);
    const refused = child.quantity <= 0 ? refusal(-2022) : desk.refusalOf(child);
    const reason = fate?.do === 'reject' ? fate.reason : refused && 'Reduce Only reject';
    if (reason !== null) {
      record.failReason = reason;
      this.#become(record, this.#options.dialect.hasAlgoOrders ? 'REJECTED' : 'EXPIRED');
      return;
    }
    const { hasAlgoOrders } = this.#options.dialect;
    if (!hasAlgoOrders && this.#options.triggerShowsExpired) {
      const order = { ...asOrder(record), status: 'EXPIRED' as const };
      this.onNews({ kind: 'order', order, execution: 'EXPIRED', trade: null });
    }
    record.child = child;
    record.status = 'TRIGGERED';
    record.updatedAt = desk.venue.now();
    this.#byChild.set(child.orderId, record);
    if (hasAlgoOrders) this.#tell(record);
    if (fate?.do === 'expire') desk.submitStillborn(child);
    else desk.submit(child);
  }

  #childOf(record: ConditionalRecord): OrderRecord {
    const { dialect, childClientId } = this.#options;
    const now = this.#desk.venue.now();
    const isPlain = !dialect.hasAlgoOrders;
    const orderId = isPlain ? record.id : this.#desk.takeId();
    const hasOwnId = !isPlain && childClientId === 'own';
    const isLimit = record.price !== null;
    return {
      orderId,
      clientOrderId: hasOwnId ? `tr${orderId.toString(36)}` : record.clientId,
      symbol: record.symbol,
      side: record.side,
      positionSide: record.positionSide,
      type: isLimit ? 'LIMIT' : 'MARKET',
      origType: record.type,
      timeInForce: isLimit ? record.timeInForce : 'GTC',
      quantity: record.condition.closePosition ? this.#closable(record) : record.quantity,
      price: record.price,
      reduceOnly:
        record.positionSide === 'BOTH' && (record.reduceOnly || record.condition.closePosition),
      condition: record.condition,
      cause: 'order',
      status: 'NEW',
      executed: 0,
      cost: 0,
      createdAt: isPlain ? record.createdAt : now,
      updatedAt: now,
      profit: '0',
    };
  }

  #closable({ symbol, side, positionSide }: ConditionalRecord): number {
    return this.#desk.venue.reducible(symbol, side, positionSide);
  }

  #become(record: ConditionalRecord, status: AlgoStatus): void {
    record.status = status;
    record.updatedAt = this.#desk.venue.now();
    this.#tell(record);
  }

  #tell(record: ConditionalRecord): void {
    this.onNews({ kind: 'algo', order: { ...record, child: record.child && { ...record.child } } });
  }
}

function sourceOf({ condition }: ConditionalRecord): PriceSource {
  return condition.workingType === 'MARK_PRICE' ? 'MARK' : 'LAST';
}

/** Whether a level of this kind is passed. */
export function isPassed(
  { type, side }: Pick<ConditionalRecord, 'type' | 'side'>,
  trigger: number,
  ticks: number,
): boolean {
  const isStop = type === 'STOP' || type === 'STOP_MARKET';
  return isStop === (side === 'BUY') ? ticks >= trigger : ticks <= trigger;
}

function isMet(record: ConditionalRecord, ticks: number): boolean {
  const { trigger } = record.condition;
  if (record.type !== 'TRAILING_STOP_MARKET') {
    return trigger !== null && isPassed(record, trigger, ticks);
  }
  const { activation, callbackRate } = record.condition;
  const sells = record.side === 'SELL';
  if (!record.isActive) {
    if (activation !== null && (sells ? ticks < activation : ticks > activation)) return false;
    record.isActive = true;
    record.extreme = ticks;
  }
  const best = record.extreme ?? ticks;
  record.extreme = sells ? Math.max(best, ticks) : Math.min(best, ticks);
  const share = Number(callbackRate) / 100;
  const level = record.extreme * (sells ? 1 - share : 1 + share);
  return sells ? ticks <= level : ticks >= level;
}

/** What a conditional order is on the wire where it is an order like others. */
export function asOrder(record: Readonly<ConditionalRecord>): OrderRecord {
  if (record.child !== null) return record.child;
  const { status } = record;
  return {
    orderId: record.id,
    clientOrderId: record.clientId,
    symbol: record.symbol,
    side: record.side,
    positionSide: record.positionSide,
    type: record.type,
    origType: record.type,
    timeInForce: record.timeInForce,
    quantity: record.quantity,
    price: record.price,
    reduceOnly: record.reduceOnly,
    condition: record.condition,
    cause: 'order',
    status: status === 'CANCELED' || status === 'EXPIRED' || status === 'REJECTED' ? status : 'NEW',
    executed: 0,
    cost: 0,
    createdAt: record.createdAt,
    updatedAt: record.updatedAt,
    profit: '0',
  };
}
