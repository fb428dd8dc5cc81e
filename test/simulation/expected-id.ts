import type { OrderRole } from '../../src/model/order.js';

/*
 * The published layout of an order id, written down a second time: what the oracle compares with must not be the code
 * that is judged.
 */

const LETTERS: Readonly<Record<OrderRole, string>> = {
  'stop-loss': 's',
  'take-profit': 't',
  close: 'c',
};

const TAGS = new Map<string, string>();

export interface OrderName {
  readonly incarnation: string;
  readonly trancheId: string;
  readonly role: OrderRole;
  readonly slot: number;
  readonly generation: number;
}

/** Everything of an id behind the instance's part. */
export function expectedTail({
  incarnation,
  trancheId,
  role,
  slot,
  generation,
}: OrderName): string {
  const part = (value: number, length: number): string => value.toString(36).padStart(length, '0');
  return incarnation + tagFor(trancheId) + LETTERS[role] + part(slot, 2) + part(generation, 4);
}

/** FNV-1a over 64 bits, folded once, ten digits of base 36. */
function tagFor(trancheId: string): string {
  let tag = TAGS.get(trancheId);
  if (tag !== undefined) return tag;
  const mask = (1n << 64n) - 1n;
  const prime = 0x100000001b3n;
  let hash = 0xcbf29ce484222325n;
  for (const letter of trancheId) {
    hash = ((hash ^ BigInt(letter.charCodeAt(0))) * prime) & mask;
  }
  hash = ((hash ^ (hash >> 29n)) * prime) & mask;
  tag = (hash % 36n ** 10n).toString(36).padStart(10, '0');
  if (TAGS.size > 10_000) TAGS.clear();
  TAGS.set(trancheId, tag);
  return tag;
}
