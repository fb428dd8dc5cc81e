import { describe, it, test } from 'vitest';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import type { Store } from '../../../src/ports/store.js';
import { type StoreHarness, storeContract } from '../../../src/testing/contracts/store-contract.js';
import { knownDrivers } from './drivers.js';
import { SqliteHarness } from './sqlite-harness.js';

const skip = (name: string, reason: string): unknown => it.skip(`${name} (${reason})`);

class MemoryHarness implements StoreHarness {
  /** The data live in the object, so there is only this one. */
  readonly #store = new MemoryStore();

  store(): Store {
    return this.#store;
  }
}

describe('MemoryStore', () => {
  storeContract({
    test,
    skip,
    factory: () => new MemoryHarness(),
    skips: {
      'ST-02': 'nothing of it survives the process, and it says so',
      'ST-06': 'it has no records outside the process that could be damaged',
      'ST-08': 'no other version can have written it',
    },
  });
});

for (const { name, driver, reason } of await knownDrivers()) {
  describe(`SqliteStore on ${name}`, () => {
    if (driver === null) it.skip(`cannot run here: ${reason}`);
    else storeContract({ test, skip, factory: () => new SqliteHarness(driver) });
  });
}
