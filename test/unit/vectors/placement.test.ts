import { describe, expect, it } from 'vitest';
import type { PositionMode } from '../../../src/model/side.js';
import { CoreBench, trace } from '../../support/core-bench.js';

describe('vectors: order placement', () => {
  it('vector 21: one request, the stop in front of the take-profit', async () => {
    const bench = await CoreBench.started();
    expect(await bench.fill('0.1', '45000')).toBe(true);
    expect(trace(bench)).toEqual([
      'place SELL LONG stop-market 0.1 @ 42750 + SELL LONG limit 0.1 @ 45450',
    ]);
  });

  it('vector 21: without batches the stop is live before the take-profit leaves', async () => {
    const bench = await CoreBench.started({ globals: { tpSlBatchEnabled: false } });
    await bench.fill('0.1', '45000');
    expect(trace(bench)).toEqual([
      'place SELL LONG stop-market 0.1 @ 42750',
      'place SELL LONG limit 0.1 @ 45450',
    ]);
    const unbatched = await CoreBench.started({ withoutBatch: true });
    await unbatched.fill('0.1', '45000');
    expect(trace(unbatched)).toHaveLength(2);
  });

  /** The origin takes no answer for "not placed". It proves nothing: the order is looked for before it is sent again. */
  it('vector 22: an empty answer is an unknown outcome, resolved and never forgotten', async () => {
    const bench = await CoreBench.started();
    let garbled = 0;
    bench.exchange.garble = () => {
      garbled += 1;
      return garbled <= 2 ? null : undefined;
    };
    expect(await bench.fill('0.1', '45000')).toBe(true);
    expect(bench.named('order:unresolved')).toHaveLength(2);
    expect(bench.exchange.calls).toContainEqual({ call: 'read', member: 'fetchOrder' });
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.1 @ 45450',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
    const ids = new Set(bench.exchange.placed.map((order) => order.clientOrderId));
    expect(ids.size).toBe(2);
  });

  /** The origin ends with two empty ids and no alarm. */
  it('vector 23: a refusal is alarmed, answered with false, and tried again', async () => {
    const bench = await CoreBench.started();
    bench.exchange.refuse = () => 'insufficient-margin';
    expect(await bench.fill('0.1', '45000')).toBe(false);
    expect(bench.named('protection:failed')[0]).toMatchObject({
      role: 'stop-loss',
      exposure: '0.1',
      reason: expect.stringContaining('insufficient-margin'),
    });
    bench.exchange.refuse = null;
    await bench.run(5_000);
    expect(await bench.resting()).toHaveLength(2);
    expect(bench.tranche().coverage).toBe('resting');
  });

  it('vector 24: a cancellation refused as unknown throws nothing; the order itself is asked', async () => {
    const bench = await CoreBench.started();
    await bench.fill('0.1', '45000');
    bench.exchange.answerCancel = () => ({
      kind: 'rejected',
      rejection: { code: 'unknown-order', detail: '-2011' },
    });
    const changed = bench.monitor.updateTpSl(bench.tranche().id, { tpPrice: '45600' });
    await bench.monitor.settled();
    bench.exchange.answerCancel = null;
    expect(await bench.until(changed)).toBe(true);
    expect(await bench.resting()).toEqual([
      'SELL LONG limit 0.1 @ 45600',
      'SELL LONG stop-market 0.1 @ 42750',
    ]);
  });

  const modes: readonly (readonly [PositionMode, 'LONG' | 'SHORT', string])[] = [
    ['hedge', 'LONG', 'LONG'],
    ['hedge', 'SHORT', 'SHORT'],
    ['one-way', 'LONG', 'BOTH'],
    ['one-way', 'SHORT', 'BOTH'],
  ];

  it.each(modes)(
    'vector 25: %s mode, %s: every exit names the side %s and only reduces',
    async (positionMode, side, wire) => {
      const bench = await CoreBench.started({ positionMode });
      await bench.tick(45000);
      await bench.fill('0.1', '45000', {
        side: side === 'LONG' ? 'BUY' : 'SELL',
        ...(positionMode === 'hedge' && { positionSide: side }),
      });
      await bench.until(bench.monitor.closePosition('BTCUSDT'));
      const exits = bench.exchange.placed;
      expect(exits.map(({ kind }) => kind)).toEqual(['stop-market', 'limit', 'market']);
      for (const order of exits) {
        expect(order).toMatchObject({
          positionSide: wire,
          side: side === 'LONG' ? 'SELL' : 'BUY',
          reduceOnly: true,
        });
      }
      /** On the wire the flag is left out in hedge mode, where the position side implies it. */
      const { reduceOnly } = bench.exchange.capabilities;
      expect(reduceOnly).toEqual({ hedge: 'implied', oneWay: 'flag' });
    },
  );
});
