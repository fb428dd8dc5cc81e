import { describe, expect, it } from 'vitest';
import { ProtocolBench } from '../../support/protocol-bench.js';

describe('placing protective orders', () => {
  it('covers a fill with the stop first, in one batch', async () => {
    const bench = await ProtocolBench.started();
    const fill = await bench.trade('0.1');
    expect(await bench.until(bench.monitor.handleOrderFill(fill))).toBe(true);
    expect(await bench.resting()).toEqual([
      'stop-loss SELL 0.1 @ 44550',
      'take-profit SELL 0.1 @ 45900',
    ]);
    expect(bench.placed().map(({ kind }) => kind)).toEqual(['stop-market', 'limit']);
    expect(bench.tranche().coverage).toBe('resting');
  });
});
