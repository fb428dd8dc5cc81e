import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../../src/adapters/stores/memory/memory-store.js';
import { CoreBench } from '../support/core-bench.js';

/** A store belongs to one monitor at one account; anything else must not touch it. */
describe('the owner of a store', () => {
  it('is told apart by its instance id: another one is refused and changes nothing', async () => {
    const store = new MemoryStore();
    const first = await CoreBench.started({ store });
    await first.fill('0.1', '45000');
    await first.until(first.monitor.stop());
    const other = new CoreBench({ store, after: first, monitor: { instanceId: 'another' } });
    await expect(other.monitor.start()).rejects.toMatchObject({ code: 'STORE_FOREIGN' });
    const again = await CoreBench.started({ store, after: first });
    expect(again.tranche().quantity).toBe('0.1');
    await again.until(again.monitor.stop());
  });

  it('holds it alone: a second monitor is refused while the first one runs', async () => {
    const store = new MemoryStore();
    const first = await CoreBench.started({ store });
    const second = new CoreBench({ store });
    await expect(second.monitor.start()).rejects.toMatchObject({ code: 'STORE_LOCKED' });
    await first.fill('0.1', '45000');
    expect(first.tranche().coverage).toBe('resting');
    await first.until(first.monitor.stop());
  });
});
