import { describe, it, test } from 'vitest';
import { MemoryStore } from '../../src/adapters/stores/memory/memory-store.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import type { Store } from '../../src/ports/store.js';
import { type StoreHarness, storeContract } from '../../src/testing/contracts/store-contract.js';
import { FaultyStore, type StorePace } from '../../src/testing/stores/faulty-store.js';
import { knownDrivers } from '../integration/stores/drivers.js';
import { SqliteHarness } from '../integration/stores/sqlite-harness.js';

const skip = (name: string, reason: string): unknown => it.skip(`${name} (${reason})`);

const MEMORY_SKIPS = {
  'ST-02': 'nothing of it survives the process, and it says so',
  'ST-06': 'it has no records outside the process that could be damaged',
  'ST-08': 'no other version can have written it',
} as const;

class FaultyMemory implements StoreHarness {
  readonly #store: FaultyStore;
  /** Moves the clock as fast as the event loop turns, so that slow writes end. */
  readonly #ticker: NodeJS.Timeout | null;

  constructor(pace: StorePace | null) {
    const clock = new VirtualClock();
    this.#store = new FaultyStore(new MemoryStore(), { clock });
    if (pace !== null) this.#store.slow(pace);
    // real-time: the suite knows nothing of virtual time, so it passes by itself
    this.#ticker = pace === null ? null : setInterval(() => clock.advanceBy(1), 1);
  }

  store(): Store {
    return this.#store;
  }

  cleanup(): void {
    if (this.#ticker !== null) clearInterval(this.#ticker);
  }
}

class FaultySqlite extends SqliteHarness {
  override store(...driver: Parameters<SqliteHarness['store']>): Store {
    return new FaultyStore(super.store(...driver));
  }
}

describe('FaultyStore without faults over MemoryStore', () => {
  storeContract({ test, skip, factory: () => new FaultyMemory(null), skips: MEMORY_SKIPS });
});

describe('FaultyStore that is slow over MemoryStore', () => {
  storeContract({
    test,
    skip,
    factory: () => new FaultyMemory({ recordedMs: 1, durableMs: 3 }),
    skips: {
      ...MEMORY_SKIPS,
      'ST-07': 'a slow store has no time limit to keep',
    },
  });
});

for (const { name, driver, reason } of await knownDrivers()) {
  describe(`FaultyStore without faults over SqliteStore on ${name}`, () => {
    if (driver === null) it.skip(`cannot run here: ${reason}`);
    else storeContract({ test, skip, factory: () => new FaultySqlite(driver) });
  });
}
