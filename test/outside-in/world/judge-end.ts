import type { OrderRow, StoreSnapshot } from '../../../src/ports/store.js';
import { units } from '../venue/live-book.js';

/** What the venue knows of an account. */
export interface JudgedAccount {
  readonly book: {
    /** The monitor's resting orders by client id. */
    readonly orders: ReadonlyMap<string, { readonly role: string; readonly executed: number }>;
    /** Held quantity by symbol and side. */
    readonly held: ReadonlyMap<string, number>;
    heldOf(key: string): number;
  };
  /** Executed quantity of each entry, by symbol and order id. */
  readonly entries: ReadonlyMap<string, number>;
  /** What somebody placed by hand, far from the market. */
  readonly foreignOrder: string;
  /** Client ids of all that rests. */
  openOrders(): Promise<readonly (string | undefined)[]>;
}

const ENDED = ['filled', 'canceled', 'rejected', 'expired', 'absent'];

/** What does not fit when everything has been quiet: the venue, the store and the plan side by side. */
export async function differences(
  account: JudgedAccount,
  snapshot: StoreSnapshot,
): Promise<string[]> {
  return [
    ...orderDifferences(account, snapshot),
    ...positionDifferences(account, snapshot),
    ...coverDifferences(snapshot),
    ...entryDifferences(account, snapshot),
    ...(await foreignDifferences(account)),
  ];
}

/** I6, I7: both sides know the same orders, and the same of them. */
function orderDifferences({ book }: JudgedAccount, snapshot: StoreSnapshot): string[] {
  const found: string[] = [];
  const recorded = new Map(snapshot.orders.filter(isAlive).map((row) => [row.clientOrderId, row]));
  for (const [id, order] of book.orders) {
    const row = recorded.get(id);
    if (row === undefined) found.push(`I7: ${order.role} ${id} rests and is not in the store`);
    else if (units(row.executedQty) !== order.executed) {
      found.push(`I6: ${id} executed ${order.executed}, in the store ${row.executedQty}`);
    }
  }
  for (const [id, row] of recorded) {
    if (!book.orders.has(id))
      found.push(`I6: ${row.role} ${id} is ${row.status} and does not rest`);
    else if (row.status !== 'accepted' || row.cancelStatus !== 'none') {
      found.push(`I6: ${row.role} ${id} is ${row.status}, cancel ${row.cancelStatus}`);
    }
  }
  return found;
}

/** I6: what the venue holds is what the tranches hold. */
function positionDifferences({ book }: JudgedAccount, snapshot: StoreSnapshot): string[] {
  const ours = new Map<string, number>();
  for (const row of snapshot.tranches) {
    const key = `${row.symbol} ${row.side}`;
    ours.set(key, (ours.get(key) ?? 0) + units(row.openedQty) - units(row.exitedQty));
  }
  const keys = new Set([...ours.keys(), ...book.held.keys()]);
  return [...keys]
    .filter((key) => (ours.get(key) ?? 0) !== book.heldOf(key))
    .map((key) => `I6: ${key} holds ${book.heldOf(key)}, the tranches ${ours.get(key) ?? 0}`);
}

/** I3, I16: each open tranche has exactly its stop and its take-profit resting, and none is stuck while closing. */
function coverDifferences(snapshot: StoreSnapshot): string[] {
  const found: string[] = [];
  for (const row of snapshot.tranches) {
    if (row.state === 'CLOSED') continue;
    const left = units(row.openedQty) - units(row.exitedQty);
    const resting = (role: string) =>
      snapshot.orders
        .filter((order) => order.trancheId === row.id && order.role === role && isAlive(order))
        .reduce((sum, order) => sum + units(order.quantity) - units(order.executedQty), 0);
    if (row.state === 'CLOSING') found.push(`I16: ${row.id} does not get closed`);
    if (resting('stop-loss') !== left) {
      found.push(`I3: stops of ${row.id} rest for ${resting('stop-loss')} of ${left}`);
    }
    if (row.plan.takeProfitOrder === 'local') continue;
    if (resting('take-profit') !== left) {
      found.push(`I6: take-profits of ${row.id} rest for ${resting('take-profit')} of ${left}`);
    }
  }
  return found;
}

/** I11: every entry is booked with what it executed, no more and no less. */
function entryDifferences({ entries }: JudgedAccount, snapshot: StoreSnapshot): string[] {
  const ledgers = new Map(snapshot.ledgers.map((row) => [`${row.symbol} ${row.orderId}`, row]));
  return [...entries]
    .filter(([key, executed]) => units(ledgers.get(key)?.quantity ?? 0) !== executed)
    .map(
      ([key, executed]) => `I11: ${key} executed ${executed}, booked ${ledgers.get(key)?.quantity}`,
    );
}

/** I14: what somebody placed by hand is still there. */
async function foreignDifferences(account: JudgedAccount): Promise<string[]> {
  const open = await account.openOrders();
  return open.includes(account.foreignOrder) ? [] : [`I14: ${account.foreignOrder} is gone`];
}

function isAlive({ status }: OrderRow): boolean {
  return !ENDED.includes(status);
}
