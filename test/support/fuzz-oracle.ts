import type { PlaceOrderRequest } from '../../src/ports/exchange-adapter.js';
import { type ProtocolBench, roleOf, SYMBOL } from './protocol-bench.js';
import type { RequestRecord, StreamEvent } from './scripted-exchange.js';

/** A race is two exits of one tranche within this time, ms: the exchange was faster than our knowledge. */
const RACE_MS = 3_000;

interface LiveOrder {
  readonly quantity: number;
  executed: number;
}

/**
 * Watches what arrives at the exchange and judges what was attempted, not what the exchange let pass.
 *
 * Quantities are numbers here: they have three decimals and are compared with a tolerance far below a step.
 */
export class FuzzOracle {
  readonly violations: string[] = [];
  /** Things that must happen sometimes, or the world is too tame. */
  readonly seen = new Map<string, number>();
  readonly #bench: ProtocolBench;
  readonly #live = new Map<string, LiveOrder>();
  readonly #executed = new Map<string, number>();
  readonly #lastExecution = new Map<string, number>();
  readonly #terms = new Map<string, string>();
  /** Tranche of each of our orders, and what tranches opened, as the monitor last said. */
  readonly #trancheOf = new Map<string, string>();
  readonly #opened = new Map<string, number>();
  readonly #held = new Map<string, number>();
  readonly #foreign: { readonly at: number; readonly side: string; readonly quantity: number }[] =
    [];
  readonly #position = new Map<string, number>();
  readonly #arrivedCloses = new Set<string>();
  storeMayFail = false;
  severalStops = true;
  /** A close that could not look first may ask for what is gone: the exchange clamps it. */
  lastReadFault = Number.NEGATIVE_INFINITY;
  lastForeignTrade = 0;
  lastPlanChange = Number.NEGATIVE_INFINITY;

  constructor(bench: ProtocolBench) {
    this.#bench = bench;
    bench.exchange.onArrival = (record) => this.#onArrival(record);
  }

  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  fail(what: string): void {
    const at = this.#bench.clock.now() - 1_700_000_000_000;
    if (this.violations.length < 20) this.violations.push(`${at} ms: ${what}`);
  }

  /** Called with everything that the exchange says, before any of it is lost. */
  onEvent(event: StreamEvent): void {
    if (event.kind === 'order') this.#onOrder(event.report);
    if (event.kind === 'position') {
      this.#position.set(event.report.side, Number(event.report.quantity));
    }
    if (event.kind !== 'fill') return;
    if (roleOf(event.report.clientOrderId) === 'foreign') {
      const { side, trade } = event.report;
      this.#foreign.push({ at: this.#bench.clock.now(), side, quantity: Number(trade.quantity) });
      return;
    }
    const id = event.report.clientOrderId as string;
    this.look();
    /** An execution stays with the tranche of its moment, whatever merges later. */
    const key = `${id}|${this.#trancheOf.get(id) ?? ''}`;
    this.#executed.set(key, (this.#executed.get(key) ?? 0) + Number(event.report.trade.quantity));
    this.#lastExecution.set(id, this.#bench.clock.now());
    this.note(`filled ${roleOf(id)}`);
  }

  #onOrder(report: Extract<StreamEvent, { kind: 'order' }>['report']): void {
    const id = report.clientOrderId;
    if (id === undefined || roleOf(id) === 'foreign') return;
    if (report.status === 'accepted' || report.status === 'triggered') {
      this.#live.set(id, {
        quantity: Number(report.quantity),
        executed: Number(report.executedQty),
      });
    } else this.#live.delete(id);
  }

  /** Takes the monitor's own picture in, while it is alive. */
  look(): void {
    for (const view of this.#bench.tranches(SYMBOL)) {
      this.#opened.set(view.id, Number(view.openedQty));
      this.#held.set(view.id, Number(view.quantity));
      for (const order of view.orders) this.#trancheOf.set(order.clientOrderId, view.id);
    }
  }

  #onArrival(record: RequestRecord): void {
    if (record.session === this.#bench.exchange.session) this.look();
    if (record.place) this.#onPlace(record.place);
    else if (record.cancel) this.#onCancel(record, record.cancel.clientOrderId);
  }

  #onPlace(request: PlaceOrderRequest): void {
    const id = request.clientOrderId;
    const role = roleOf(id);
    this.note(`arrived ${role}`);
    if (role === 'foreign') {
      this.fail(`an order without our mark: ${id}`);
      return;
    }
    this.#checkTerms(request);
    const recorded = this.#isRecorded(id);
    if (!recorded && !(this.storeMayFail && role !== 'take-profit')) {
      this.fail(`I5: ${role} ${id} arrived without a record`);
    }
    const tranche = this.#trancheOf.get(id);
    /** A request that comes too late is refused by the exchange: that is what its deadline is for. */
    const expired = request.expiresAt < this.#bench.clock.now();
    /** While it starts, a monitor shows nothing yet. */
    const isBlind = this.#bench.monitor.getHealth().state === 'starting';
    if (tranche === undefined || expired || isBlind) return;
    const left = (this.#opened.get(tranche) ?? 0) - this.#executedBy(tranche);
    const racing = this.#bench.clock.now() - this.#lastExitOf(tranche) <= RACE_MS;
    if (Number(request.quantity) > left + 1e-9) {
      if (racing) this.note('race');
      else if (this.lastReadFault > this.#bench.clock.now() - 6_000) this.note('blind close');
      else this.fail(`I1a: ${role} ${id} of ${request.quantity} although ${left} is left`);
    }
    if (role === 'take-profit') this.#checkStopFirst(tranche, id);
    if (role === 'close') {
      if (this.#arrivedCloses.has(id)) this.fail(`a close arrived twice: ${id}`);
      this.#arrivedCloses.add(id);
    }
  }

  #checkTerms(request: PlaceOrderRequest): void {
    const { expiresAt: _, ...terms } = request;
    const text = JSON.stringify(terms);
    const before = this.#terms.get(request.clientOrderId);
    /** An unrecorded order that is gone cannot be remembered: its id may come again for the same tranche. */
    const forgotten = this.storeMayFail && !this.#live.has(request.clientOrderId);
    if (before !== undefined && before !== text && !forgotten) {
      this.fail(`I5a: one id, two orders: ${before} and ${text}`);
    }
    this.#terms.set(request.clientOrderId, text);
    if (!request.reduceOnly) this.fail(`I2: not reduce-only: ${text}`);
  }

  #checkStopFirst(tranche: string, id: string): void {
    const view = this.#bench.tranches(SYMBOL).find((one) => one.id === tranche);
    if (view === undefined || view.levels.stopLoss === null || view.state !== 'OPEN') return;
    if (view.plan.stopLossOrder === 'local' || view.coverage !== 'none') return;
    const stops = [...this.#live.keys()].filter(
      (live) => roleOf(live) === 'stop-loss' && this.#trancheOf.get(live) === tranche,
    );
    const together = [...this.#terms.keys()].some(
      (other) => roleOf(other) === 'stop-loss' && this.#trancheOf.get(other) === tranche,
    );
    if (stops.length === 0 && !together) this.fail(`I3a: ${id} arrived before any stop`);
  }

  #onCancel(record: RequestRecord, id: string): void {
    if (roleOf(id) === 'foreign') {
      this.fail(`I14: a foreign order was cancelled: ${id}`);
      return;
    }
    this.note(`cancel ${roleOf(id)}`);
    if (roleOf(id) !== 'stop-loss' || !this.#live.has(id)) return;
    const tranche = this.#trancheOf.get(id);
    const view = this.#bench.tranches(SYMBOL).find((one) => one.id === tranche);
    if (view === undefined || view.levels.stopLoss === null) return;
    let others = 0;
    for (const [other, order] of this.#live) {
      if (other === id || roleOf(other) !== 'stop-loss') continue;
      if (this.#trancheOf.get(other) === tranche) others += order.quantity - order.executed;
    }
    /** A stop for a fill that came in the same moment travels beside the cancellation. */
    for (const { place, arrivedAt, session } of this.#bench.exchange.requests) {
      if (place === undefined || arrivedAt !== null) continue;
      const id = place.clientOrderId;
      if (session !== this.#bench.exchange.session || roleOf(id) !== 'stop-loss') continue;
      if (this.#trancheOf.get(id) === tranche) others += Number(place.quantity);
    }
    const held = Math.min(
      this.#position.get(view.side) ?? 0,
      Number(view.quantity) - this.#enteredSince(view.side, record.sentAt - 5),
      (this.#opened.get(view.id) ?? 0) - this.#executedBy(view.id),
    );
    if (others >= held - 1e-9) return;
    if (!this.severalStops) {
      if (view.coverage === 'none') this.fail(`I3b: the only stop ${id} goes without a guard`);
      return;
    }
    this.fail(`I3b: stop ${id} is cancelled, ${others} of ${held} stay covered`);
  }

  /** What came in after the request in question had left. */
  #enteredSince(side: 'LONG' | 'SHORT', since: number): number {
    const buys = side === 'LONG' ? 'BUY' : 'SELL';
    return this.#foreign
      .filter((fill) => fill.side === buys && fill.at >= since)
      .reduce((sum, fill) => sum + fill.quantity, 0);
  }

  #lastExitOf(tranche: string): number {
    let last = Number.NEGATIVE_INFINITY;
    for (const [id, time] of this.#lastExecution) {
      if (this.#trancheOf.get(id) === tranche) last = Math.max(last, time);
    }
    return last;
  }

  #executedBy(tranche: string): number {
    let sum = 0;
    for (const [key, quantity] of this.#executed) {
      const [id = '', then = ''] = key.split('|');
      if ((then === '' ? this.#trancheOf.get(id) : then) === tranche) sum += quantity;
    }
    return sum;
  }

  #isRecorded(id: string): boolean {
    const { batches } = this.#bench.disk;
    for (let index = batches.length - 1; index >= 0; index -= 1) {
      if (batches[index]?.orders.some((row) => row.clientOrderId === id)) return true;
    }
    return false;
  }

  /** Faults were off for long enough: everything must fit together. */
  async judgeEnd(): Promise<void> {
    const { monitor, paper } = this.#bench;
    const health = monitor.getHealth();
    if (health.state !== 'running') {
      this.fail(`I16: the monitor is ${health.state}`);
      return;
    }
    if (health.unresolvedOrders > 0) this.fail(`I6: ${health.unresolvedOrders} orders unresolved`);
    const open = (await paper.fetchOpenOrders()).filter(
      (order) => roleOf(order.clientOrderId) !== 'foreign',
    );
    const actual = new Set(open.map((order) => order.clientOrderId as string));
    const believed = new Set<string>();
    const held = { LONG: 0, SHORT: 0 };
    for (const view of this.#bench.tranches(SYMBOL)) {
      held[view.side] += Number(view.quantity);
      const mine = { 'stop-loss': 0, 'take-profit': 0, close: 0 };
      for (const order of view.orders) {
        if (order.status !== 'accepted' && order.status !== 'triggered') continue;
        believed.add(order.clientOrderId);
        mine[order.role] += Number(order.quantity) - Number(order.executedQty);
      }
      const name = `${view.id} (${view.state}, ${view.quantity})`;
      if (view.state === 'CLOSING') this.fail(`I16: ${name} does not get closed`);
      const quantity = Number(view.quantity);
      const wantsStop = view.levels.stopLoss !== null && view.plan.stopLossOrder !== 'local';
      if (wantsStop && Math.abs(mine['stop-loss'] - quantity) > 1e-9) {
        this.fail(`I6: stops of ${name} rest for ${mine['stop-loss']}`);
      }
      const profits = view.levels.takeProfits.length > 0 && view.plan.takeProfitOrder !== 'local';
      if (profits && Math.abs(mine['take-profit'] - quantity) > 1e-9) {
        this.fail(`I6: take-profits of ${name} rest for ${mine['take-profit']}`);
      }
      if (view.levels.stopLoss !== null && view.coverage === 'none') {
        this.fail(`I3: ${name} is not covered`);
      }
    }
    for (const id of actual) if (!believed.has(id)) this.fail(`I7: orphan ${roleOf(id)} ${id}`);
    for (const id of believed) if (!actual.has(id)) this.fail(`I6: ${id} does not rest`);
    for (const side of ['LONG', 'SHORT'] as const) {
      const rows = (await paper.fetchPositions(SYMBOL)).filter((row) => row.side === side);
      const there = rows.reduce((sum, row) => sum + Number(row.quantity), 0);
      if (Math.abs(there - held[side]) > 1e-9) {
        this.fail(`I6: the exchange holds ${side} ${there}, the tranches ${held[side]}`);
      }
    }
    await this.#judgeStore();
  }

  async #judgeStore(): Promise<void> {
    const rows = new Map<string, { state: string; held: number }>();
    const orders = new Map<string, string>();
    for (const batch of this.#bench.disk.batches) {
      for (const row of batch.tranches) {
        rows.set(row.id, { state: row.state, held: Number(row.openedQty) - Number(row.exitedQty) });
      }
      for (const row of batch.orders) orders.set(row.clientOrderId, row.status);
    }
    const views = new Map(this.#bench.tranches(SYMBOL).map((view) => [view.id, view]));
    for (const [id, row] of rows) {
      const view = views.get(id);
      if (view === undefined && row.state !== 'CLOSED') this.fail(`store: ${id} is ${row.state}`);
      if (view !== undefined && Math.abs(Number(view.quantity) - row.held) > 1e-9) {
        this.fail(`store: ${id} holds ${row.held}, in memory ${view.quantity}`);
      }
    }
    for (const view of views.values()) {
      for (const order of view.orders) {
        const status = orders.get(order.clientOrderId);
        if (status !== order.status) {
          this.fail(`store: ${order.clientOrderId} is ${status}, in memory ${order.status}`);
        }
      }
    }
  }
}
