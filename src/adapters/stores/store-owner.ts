import { StoreError } from '../../errors/store-error.js';
import type { StoreIdentity, StoreStamp } from '../../ports/store.js';

/** The part of a stamp that must be equal for a store to be ours. */
export type StoreOwner = Pick<StoreStamp, 'exchangeId' | 'accountId' | 'mode' | 'instanceId'>;

/**
 * Stamp of a store that was made where no account could be asked: it belongs to the first monitor that opens it.
 *
 * Only an import writes it; a monitor stamps what it creates.
 */
export const UNCLAIMED: StoreOwner = {
  exchangeId: 'unclaimed',
  accountId: 'unclaimed',
  mode: 'live',
  instanceId: 'unclaimed',
};

/** Whether nobody has opened the store for writing since it was made without an account. */
export function isUnclaimed(stamp: StoreOwner): boolean {
  return ownerText(stamp) === ownerText(UNCLAIMED);
}

/**
 * Refuses a store that belongs to someone else.
 *
 * @param where names the store for the message
 * @throws StoreError `STORE_FOREIGN`
 */
export function assertOwner(stamp: StoreOwner, identity: StoreIdentity, where: string): void {
  const expected = ownerText(identity);
  const received = ownerText(stamp);
  if (expected === received || isUnclaimed(stamp)) return;
  throw new StoreError('STORE_FOREIGN', `${where} belongs to another monitor`, {
    expected,
    received,
    remedy: 'Give the path of this account and instance, or a new one',
  });
}

/** JSON, so that no separator inside a value can make two owners look alike. */
function ownerText({ exchangeId, accountId, mode, instanceId }: StoreOwner): string {
  return JSON.stringify({ exchangeId, accountId, mode, instanceId });
}
