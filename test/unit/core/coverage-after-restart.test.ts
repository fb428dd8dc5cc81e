import { describe, expect, it } from 'vitest';
import { CoreBench } from '../../support/core-bench.js';
import {
  holding,
  LOCAL,
  naked,
  nakedMs,
  STOP_REFUSED,
  told,
} from '../../support/coverage-bench.js';
import { ProtocolBench } from '../../support/protocol-bench.js';

describe('a restart', () => {
  it('while naked counts from the start of the new process, and tells after a second', async () => {
    const first = await naked();
    await first.run(5_000);
    await first.until(first.monitor.stop());
    const again = new CoreBench({ store: first.store, after: first });
    again.exchange.refuse = STOP_REFUSED;
    await again.monitor.start();
    again.feed.disconnect();
    await again.run(999);
    expect(again.named('protection:missing')).toEqual([]);
    await again.run(1_001);
    expect(again.named('protection:missing')).toHaveLength(1);
    expect(again.monitor.getHealth()).toMatchObject({ unprotected: 1, nakedMs: 2_000 });
    expect(again.tranche().unprotectedMs).toBe(2_000);
  });

  it('that finds the stop resting was covered all the time, however long it looked', async () => {
    const bench = await ProtocolBench.started({ latencyMs: 300 });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.crash();
    await bench.boot();
    await bench.run(30_000);
    expect(bench.monitor.getHealth()).toMatchObject({ unprotected: 0, nakedMs: 0 });
    expect(bench.named('protection:missing')).toEqual([]);
  });

  it('into a close that is not through counts until it is closed', async () => {
    const first = await holding(LOCAL);
    first.exchange.refuse = ({ kind }) => (kind === 'market' ? 'other' : null);
    await first.tick(42_000);
    await first.until(first.monitor.stop());
    const again = new CoreBench({ ...LOCAL, store: first.store, after: first });
    again.exchange.refuse = first.exchange.refuse;
    await again.monitor.start();
    await again.run(1_200);
    expect(again.tranche().state).toBe('CLOSING');
    expect(nakedMs(again)).toBe(1_200);
    again.exchange.refuse = null;
    await again.run(10_000);
    expect(again.tranches()).toEqual([]);
    expect(told(again)).toEqual([nakedMs(again)]);
  });
});
