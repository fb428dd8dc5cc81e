import type { Store, StoreBatch, StoreIdentity } from '../../ports/store.js';
import type { ContractCard } from './contract-runner.js';

type Digit = '0' | '1' | '2' | '3' | '4' | '5' | '6' | '7' | '8' | '9';
/** `ST-01` to `ST-19`. */
export type StoreCardId = Exclude<`ST-${'0' | '1'}${Digit}`, 'ST-00'>;
export type StoreCard = ContractCard<StoreCardId, StoreHarness>;

/** One place where data is kept, empty at first, and what a card may do to it. */
export interface StoreHarness {
  /** A store over the data: a new object, or the only one where the data lives in the object. */
  store(): Store;
  /**
   * Commits batches one after the other in a process of its own, which then dies without closing.
   *
   * @returns how many it saw recorded
   */
  commitAndDie?(identity: StoreIdentity, batches: readonly StoreBatch[]): Promise<number>;
  /** Spoils one stored value of the order with this client id behind the store's back. The store is closed. */
  damageOrder?(clientOrderId: string): Promise<void> | void;
  /** Raises the version of the schema behind the store's back. The store is closed. */
  makeNewer?(): Promise<void> | void;
  /** Removes the place. Stores that a failed card left open count as closed. */
  cleanup?(): Promise<void> | void;
}
