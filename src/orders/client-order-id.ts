import { invariant } from '../errors/invariant.js';
import type { ClientOrderId, TrancheId } from '../model/ids.js';
import type { OrderRole } from '../model/order.js';

/**
 * Layout, all lower-case base 36: `pm` · instance (6) · incarnation (4) · tranche (10) · role (1) · slot (2) ·
 * generation (4). 29 characters: every exchange takes it, and nothing in it tells of a strategy or a user.
 */
const MARK = 'pm';
const INSTANCE_LENGTH = 6;
const INCARNATION_LENGTH = 4;
const TRANCHE_LENGTH = 10;
const SLOT_LENGTH = 2;
const GENERATION_LENGTH = 4;
const TOTAL_LENGTH =
  MARK.length +
  INSTANCE_LENGTH +
  INCARNATION_LENGTH +
  TRANCHE_LENGTH +
  1 +
  SLOT_LENGTH +
  GENERATION_LENGTH;

const ROLE_LETTERS: Readonly<Record<OrderRole, string>> = {
  'stop-loss': 's',
  'take-profit': 't',
  close: 'c',
};

/** Who sends: the same over restarts of one store. */
export interface Issuer {
  readonly instanceId: string;
  /** Four base-36 characters, drawn when the store was created. */
  readonly incarnation: string;
}

export interface ClientOrderIdParts {
  readonly role: OrderRole;
  readonly slot: number;
  readonly generation: number;
}

/**
 * The id of an order is a function of what it is for; nothing about it is drawn or counted globally.
 *
 * So an order that was sent without a record, or whose record was lost, is found again by computing its id.
 */
export function clientOrderIdOf(
  issuer: Issuer,
  trancheId: TrancheId,
  parts: ClientOrderIdParts,
): ClientOrderId {
  return (ownPrefix(issuer.instanceId) +
    incarnationPart(issuer) +
    trancheTag(trancheId) +
    ROLE_LETTERS[parts.role] +
    base36(parts.slot, SLOT_LENGTH) +
    base36(parts.generation, GENERATION_LENGTH)) as ClientOrderId;
}

/** What every client order id of an instance begins with. */
export function ownPrefix(instanceId: string): string {
  return MARK + hash36(instanceId, INSTANCE_LENGTH);
}

export function isOwnClientOrderId(id: string | null, instanceId: string): id is ClientOrderId {
  return id !== null && id.length === TOTAL_LENGTH && id.startsWith(ownPrefix(instanceId));
}

/** The part that names the tranche; equal for every order of one tranche. */
export function trancheTag(trancheId: TrancheId): string {
  return hash36(trancheId, TRANCHE_LENGTH);
}

/** What ids of orders that were planned together have in common: everything but the slot. */
export function withoutSlot(id: ClientOrderId): string {
  const slotAt = TOTAL_LENGTH - GENERATION_LENGTH - SLOT_LENGTH;
  return id.slice(0, slotAt) + id.slice(slotAt + SLOT_LENGTH);
}

/** Reads an id of ours back; `null` when it is not one. */
export function parseClientOrderId(
  id: string,
  instanceId: string,
): (ClientOrderIdParts & { readonly incarnation: string; readonly trancheTag: string }) | null {
  if (!isOwnClientOrderId(id, instanceId)) return null;
  let at = MARK.length + INSTANCE_LENGTH;
  const take = (length: number): string => {
    at += length;
    return id.slice(at - length, at);
  };
  const incarnation = take(INCARNATION_LENGTH);
  const tag = take(TRANCHE_LENGTH);
  const letter = take(1);
  const slot = Number.parseInt(take(SLOT_LENGTH), 36);
  const generation = Number.parseInt(take(GENERATION_LENGTH), 36);
  const role = (Object.keys(ROLE_LETTERS) as OrderRole[]).find(
    (name) => ROLE_LETTERS[name] === letter,
  );
  if (role === undefined || Number.isNaN(slot) || Number.isNaN(generation)) return null;
  return { incarnation, trancheTag: tag, role, slot, generation };
}

function incarnationPart(issuer: Issuer): string {
  invariant(
    /^[0-9a-z]{4}$/.test(issuer.incarnation),
    'a store incarnation has four lower-case base-36 characters',
  );
  return issuer.incarnation;
}

function base36(value: number, length: number): string {
  const text = value.toString(36).padStart(length, '0');
  invariant(text.length === length && value >= 0, `${value} fits ${length} base-36 characters`);
  return text;
}

const FNV_OFFSET = 0xcbf29ce484222325n;
const FNV_PRIME = 0x100000001b3n;
const MASK_64 = (1n << 64n) - 1n;

/** FNV-1a, 64 bits, as base 36. Not a secret: only short, stable and evenly spread. */
function hash36(text: string, length: number): string {
  let hash = FNV_OFFSET;
  for (let index = 0; index < text.length; index += 1) {
    hash = ((hash ^ BigInt(text.charCodeAt(index))) * FNV_PRIME) & MASK_64;
  }
  /** FNV's low bits mix less for short inputs; one more round of folding evens them out. */
  hash = ((hash ^ (hash >> 29n)) * FNV_PRIME) & MASK_64;
  return (hash % 36n ** BigInt(length)).toString(36).padStart(length, '0');
}
