import type { FillReport, OrderStatusReport, PositionStatusReport } from 'position-monitor';

export type ExitRole = 'stop-loss' | 'take-profit' | 'close';

/** Own client order ids: `pm`, 26 characters, and at this place what the order is for. */
const OWN_ID = /^pm[0-9a-z]{27}$/;
const ROLE_AT = 22;
const ROLES: Readonly<Record<string, ExitRole>> = { s: 'stop-loss', t: 'take-profit', c: 'close' };

/** Quantities are compared as whole millionths: none has more than six decimals. */
export function units(quantity: string | number | { toString(): string }): number {
  return Math.round(Number(quantity) * 1e6);
}

/** What an order of the monitor is for; `null` when it is not the monitor's. */
export function roleOf(clientOrderId: string | undefined): ExitRole | null {
  if (clientOrderId === undefined || !OWN_ID.test(clientOrderId)) return null;
  return ROLES[clientOrderId[ROLE_AT] ?? ''] ?? null;
}

/** Symbol and the side of the position that an exit of this side reduces. */
export function exitKey(symbol: string, side: 'BUY' | 'SELL'): string {
  return `${symbol} ${side === 'SELL' ? 'LONG' : 'SHORT'}`;
}

export interface LiveOrder {
  readonly clientOrderId: string;
  readonly role: ExitRole;
  /** {@link exitKey} */
  readonly key: string;
  readonly leaves: number;
  readonly executed: number;
}

/** The account as it is at this moment: the monitor's live orders, what they executed, and what is held. */
export class LiveBook {
  readonly orders = new Map<string, LiveOrder>();
  /** Held quantity by symbol and side. */
  readonly held = new Map<string, number>();
  /** Executed so far by each of the monitor's orders, dead ones too. */
  readonly executed = new Map<string, number>();
  /** The monitor's orders that the venue ever accepted. */
  readonly accepted = new Set<string>();

  order(report: OrderStatusReport): void {
    const { clientOrderId = '', symbol, side, status } = report;
    const role = roleOf(clientOrderId);
    if (role === null) return;
    if (status !== 'accepted' && status !== 'triggered') {
      this.orders.delete(clientOrderId);
      return;
    }
    this.accepted.add(clientOrderId);
    const executed = units(report.executedQty);
    const leaves = units(report.quantity) - executed;
    this.orders.set(clientOrderId, {
      clientOrderId,
      role,
      key: exitKey(symbol, side),
      leaves,
      executed,
    });
  }

  fill({ clientOrderId = '', trade }: FillReport): void {
    if (roleOf(clientOrderId) === null) return;
    this.executed.set(clientOrderId, this.executedBy(clientOrderId) + units(trade.quantity));
  }

  position({ symbol, side, quantity }: PositionStatusReport): void {
    this.held.set(`${symbol} ${side}`, units(quantity));
  }

  heldOf(key: string): number {
    return this.held.get(key) ?? 0;
  }

  executedBy(clientOrderId: string): number {
    return this.executed.get(clientOrderId) ?? 0;
  }

  /** Quantity of stops that rest for a side, one of them left out if asked. */
  stopped(key: string, except = ''): number {
    let sum = 0;
    for (const order of this.orders.values()) {
      if (order.role !== 'stop-loss' || order.key !== key) continue;
      if (order.clientOrderId !== except) sum += order.leaves;
    }
    return sum;
  }

  /** Sides that hold more than their stops cover. */
  uncovered(): string[] {
    const keys: string[] = [];
    for (const [key, held] of this.held) if (held > 0 && this.stopped(key) < held) keys.push(key);
    return keys;
  }
}
