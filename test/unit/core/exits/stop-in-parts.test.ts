import { describe, expect, it } from 'vitest';
import { SPLIT_PARTS_MAX } from '../../../../src/limits.js';
import { BTC_INSTRUMENT } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const PLAN = { takeProfitPct: 1, stopLossPct: 5 };
/** An exchange whose largest market order is a step: more parts are wanted than are ever placed at once. */
const TINY = { instruments: [{ ...BTC_INSTRUMENT, maxMarketQty: '0.001' }] };
const HELD = '0.15';

describe.each(SIDES)('a stop of a %s in more parts than are ever placed', (side) => {
  it('lets take-profits rest once those that are placed rest, and we guard the whole', async () => {
    const bench = await ExitBench.flat(side, PLAN, TINY);
    await bench.enter(HELD);
    await bench.rest();
    expect(await bench.stops()).toEqual(
      Array.from({ length: SPLIT_PARTS_MAX }, () => `0.001 @ ${bench.text(-5)}`),
    );
    expect(await bench.profits()).toEqual([`${HELD} @ ${bench.text(1)}`]);
    await bench.tick(1);
    await bench.rest();
    expect(bench.closed).toEqual(['take-profit']);
    expect(await bench.core.held()).toBe('');
  });

  it('keeps them back while one of the placed parts does not rest', async () => {
    const bench = await ExitBench.flat(side, PLAN, TINY);
    const { exchange } = bench.core;
    let asked = 0;
    exchange.refuse = ({ kind }) => {
      if (kind !== 'stop-market') return null;
      asked += 1;
      return asked >= SPLIT_PARTS_MAX ? 'throttled' : null;
    };
    await bench.enter(HELD);
    await bench.tick(0);
    await bench.rest(1_000);
    expect(await bench.stops()).toHaveLength(SPLIT_PARTS_MAX - 1);
    expect(await bench.profits()).toEqual([]);
    exchange.refuse = null;
    await bench.tick(0);
    await bench.rest(10_000);
    expect(await bench.stops()).toHaveLength(SPLIT_PARTS_MAX);
    expect(await bench.profits()).toEqual([`${HELD} @ ${bench.text(1)}`]);
  });

  it('keeps them back while no fresh price lets us guard what no part covers', async () => {
    const bench = await ExitBench.flat(side, PLAN, TINY);
    await bench.rest(20_000);
    await bench.enter(HELD);
    await bench.rest();
    expect(await bench.stops()).toHaveLength(SPLIT_PARTS_MAX);
    expect(await bench.profits()).toEqual([]);
    await bench.tick(0);
    await bench.rest();
    expect(await bench.profits()).toEqual([`${HELD} @ ${bench.text(1)}`]);
  });

  it('is ours to act on for what no part covers', async () => {
    const bench = await ExitBench.flat(side, PLAN, TINY);
    await bench.enter(HELD);
    await bench.rest();
    await bench.tick(-5);
    await bench.rest(10_000);
    expect(bench.closed).toEqual(['stop-loss']);
    expect(await bench.core.held()).toBe('');
    expect(await bench.core.resting()).toEqual([]);
  });
});

describe.each(SIDES)('a stop of a %s in parts of one quantity', (side) => {
  const parts = { instruments: [{ ...BTC_INSTRUMENT, maxMarketQty: '0.05' }] };

  it('rests when each of them does, and not when one does', async () => {
    const bench = await ExitBench.flat(side, PLAN, parts);
    const { core } = bench;
    let asked = 0;
    core.exchange.refuse = ({ kind }) => {
      if (kind !== 'stop-market') return null;
      asked += 1;
      return asked === 1 ? null : 'throttled';
    };
    const answer = core.fill('0.1', '45000', { side: bench.entrySide });
    expect(await answer).toBe(false);
    expect(await bench.stops()).toEqual([`0.05 @ ${bench.text(-5)}`]);
    expect(core.named('protection:placed')).toEqual([]);
    core.exchange.refuse = null;
    await bench.rest(20_000);
    expect(await bench.stops()).toHaveLength(2);
    expect(core.named('protection:placed')).toHaveLength(1);
    expect(await bench.profits()).toEqual([`0.1 @ ${bench.text(1)}`]);
  });
});
