import { describe, expect, it } from 'vitest';
import { ProtocolBench } from '../../support/protocol-bench.js';

/** The stream looks alive and tells nothing: the stop of one of two tranches fills and nobody hears of it. */
describe('a stop that fills unheard', () => {
  async function holdingTwo(): Promise<ProtocolBench> {
    const bench = await ProtocolBench.started({ globals: { tranchePnlIncrementPct: 0.05 } });
    bench.tick(45_000);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
    bench.tick(44_900);
    await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.2')));
    await bench.run(1_000);
    expect(bench.placed('stop-loss')).toHaveLength(2);
    return bench;
  }

  it('is not followed by a close that would take the quantity of its sibling', async () => {
    const bench = await holdingTwo();
    bench.exchange.onStream({ do: 'drop' });
    bench.tick(44_540);
    await bench.run(3_000);
    expect(bench.placed('close')).toEqual([]);
    expect(bench.named('tranche:closed').map(({ reason }) => reason)).toEqual(['stop-loss']);
    expect(await bench.held()).toBe('LONG 0.2');
  });

  it('is closed for when the position says that it did not fill', async () => {
    const bench = await holdingTwo();
    bench.tick(44_540, { feedOnly: true });
    await bench.run(3_000);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.1']);
    expect(await bench.held()).toBe('LONG 0.2');
  });

  it('is closed for when the position cannot be read', async () => {
    const bench = await holdingTwo();
    bench.exchange.onRead('fetchPositions', { do: 'fail' }, 5);
    bench.tick(44_540, { feedOnly: true });
    await bench.run(3_000);
    expect(bench.placed('close').map(({ quantity }) => quantity)).toEqual(['0.1']);
    expect(await bench.held()).toBe('LONG 0.2');
  });
});
