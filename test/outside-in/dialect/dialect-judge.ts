import type { LoopbackExchange } from '../../../src/testing/exchange-server/loopback-exchange.js';
import type {
  OrderRecord,
  TradeRecord,
} from '../../../src/testing/exchange-server/order-record.js';
import type { RequestRecord } from '../../../src/testing/exchange-server/request-faults.js';
import type { Findings } from '../oracle/findings.js';
import type { StorePeek } from '../oracle/store-peek.js';
import { type ExitRole, roleOf } from '../venue/live-book.js';

/** What a write of the bot is about. */
export interface WireWrite {
  readonly what: ExitRole | 'cancel';
  /** Client ids of what it places. */
  readonly placed: readonly string[];
}

/** Ids that the bot itself gave; `null` for what is no write about the monitor's orders. */
export function readWrite({ method, name, params }: Readonly<RequestRecord>): WireWrite | null {
  if (method === 'DELETE') return { what: 'cancel', placed: [] };
  const placed =
    name === 'batchOrders'
      ? (JSON.parse(params.batchOrders ?? '[]') as Readonly<Record<string, string>>[]).map(idOf)
      : [idOf(params)];
  const roles = placed.map(roleOf).filter((role) => role !== null);
  return roles[0] === undefined ? null : { what: roles[0], placed };
}

function idOf(params: Readonly<Record<string, string>>): string {
  return params.clientAlgoId ?? params.newClientOrderId ?? '';
}

/** Judges what arrives and what executes, as it happens. */
export class DialectJudge {
  readonly #exchange: LoopbackExchange;
  readonly #findings: Findings;
  readonly peek: StorePeek;
  readonly #signs = new Map<string, number>();

  constructor(exchange: LoopbackExchange, findings: Findings, peek: StorePeek) {
    this.#exchange = exchange;
    this.#findings = findings;
    this.peek = peek;
  }

  /** A write of a living bot is at the door: what it places must be on record. */
  received(request: Readonly<RequestRecord>, write: WireWrite | null): void {
    const { method, name, params } = request;
    const shown = Object.entries(params).filter(([key]) => !SILENT_PARAMS.has(key));
    this.#findings.trace(`${method} ${name} ${shown.map(([, value]) => value).join(' ')}`);
    if (write === null) {
      this.#findings.violation('I14', `a ${method} ${name} without the monitor's mark`);
      return;
    }
    this.#findings.note(`arrived ${write.what}`);
    for (const id of write.placed) {
      if (this.peek.order(id) !== null) continue;
      this.#findings.violation('I5', `${write.what} ${id} arrived without a record`);
    }
  }

  /** An exit was taken: it can only reduce. */
  taken(order: Pick<OrderRecord, 'side' | 'positionSide' | 'reduceOnly'>, clientId: string): void {
    const { side, positionSide, reduceOnly } = order;
    const fits =
      this.#exchange.positionMode === 'one-way'
        ? positionSide === 'BOTH' && reduceOnly
        : positionSide === (side === 'SELL' ? 'LONG' : 'SHORT');
    if (!fits) this.#findings.violation('I2', `${clientId} may open: ${side} of ${positionSide}`);
  }

  /** Somebody's order executed; the account has it already. */
  executed(order: Readonly<OrderRecord>, trade: TradeRecord): void {
    const { symbol, positionSide } = trade;
    const key = `${symbol} ${positionSide}`;
    const before = this.#signs.get(key) ?? 0;
    const after = Math.sign(this.#exchange.book.row(symbol, positionSide).steps);
    this.#signs.set(key, after);
    const stop = this.stopOf(order);
    const name = stop ?? order.clientOrderId;
    const role = roleOf(name);
    this.#findings.note(`executed ${role ?? 'other'}`);
    const { side, quantity } = trade;
    this.#findings.trace(`EXECUTED ${name} ${symbol} ${side} ${quantity} steps`);
    if (role === null || after === 0 || after === before) return;
    this.#findings.violation('I2', `${name} turned ${key} round`);
  }

  /** Client id of the conditional order that sent an order; `null` when none did. */
  stopOf({ orderId }: Pick<OrderRecord, 'orderId'>): string | null {
    for (const record of this.#exchange.conditionals.records.values()) {
      if (record.child?.orderId === orderId) return record.clientId;
    }
    return null;
  }
}

const SILENT_PARAMS = new Set(['timestamp', 'recvWindow', 'newOrderRespType', 'algoType']);
