import type { OrderRole } from '../../src/model/order.js';
import { ownPrefix } from '../../src/orders/client-order-id.js';

const ROLES: Readonly<Record<string, OrderRole>> = { s: 'stop-loss', t: 'take-profit', c: 'close' };
/** The library's mark and the one instance of the simulation; other instances have other letters. */
const MARK = ownPrefix('default');
const TAG_AT = 12;
const ROLE_AT = 22;

export function isOwn(clientOrderId: string): boolean {
  return clientOrderId.startsWith(MARK);
}

/** What an order of ours is for, read off its id; `null` for orders of others. */
export function roleOf(clientOrderId: string): OrderRole | null {
  return isOwn(clientOrderId) ? (ROLES[clientOrderId[ROLE_AT] ?? ''] ?? null) : null;
}

/** The part of an id that names the tranche for which the order was made. */
export function tagOf(clientOrderId: string): string {
  return clientOrderId.slice(TAG_AT, ROLE_AT);
}
