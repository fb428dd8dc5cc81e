import { describe, expect, it } from 'vitest';
import { BTC, BTC_INSTRUMENT, trace } from '../../../support/core-bench.js';
import { ExitBench } from '../../../support/exit-bench.js';

const SIDES = ['LONG', 'SHORT'] as const;
const LEVELS = [
  { pct: 1, portion: 0.5 },
  { pct: 2, portion: 0.3 },
  { pct: 3, portion: 0.2 },
];
const LADDER = { takeProfitLevels: LEVELS, stopLossPct: 5 };
const LOCAL = { ...LADDER, takeProfitOrder: 'local' as const };

describe.each(SIDES)('a ladder of take-profits of a %s', (side) => {
  const exit = side === 'LONG' ? 'SELL LONG' : 'BUY SHORT';

  it('rests with one order per level and one stop for the whole', async () => {
    const bench = await ExitBench.holding(side, LADDER);
    expect(await bench.profits()).toEqual(
      [`0.05 @ ${bench.text(1)}`, `0.03 @ ${bench.text(2)}`, `0.02 @ ${bench.text(3)}`].sort(),
    );
    expect(await bench.stops()).toEqual([`0.1 @ ${bench.text(-5)}`]);
  });

  it('leaves the siblings where they are when one fills, and shrinks the stop, new before old', async () => {
    const bench = await ExitBench.holding(side, LADDER);
    bench.core.exchange.forget();
    await bench.tick(1);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.05');
    expect(await bench.profits()).toEqual(
      [`0.03 @ ${bench.text(2)}`, `0.02 @ ${bench.text(3)}`].sort(),
    );
    expect(await bench.stops()).toEqual([`0.05 @ ${bench.text(-5)}`]);
    expect(trace(bench.core)).toEqual([
      `place ${exit} stop-market 0.05 @ ${bench.text(-5)}`,
      'cancel stop-market',
    ]);
  });

  it('is taken level by level, and the last one takes all that is left', async () => {
    const bench = await ExitBench.holding(side, LADDER);
    await bench.ticks(1, 2, 3);
    await bench.rest();
    expect(bench.closed).toEqual(['take-profit']);
    const [closed] = bench.core.named('tranche:closed');
    expect(closed?.chain.fills.map(({ quantity, price }) => `${quantity} @ ${price}`)).toEqual([
      `0.05 @ ${bench.text(1)}`,
      `0.03 @ ${bench.text(2)}`,
      `0.02 @ ${bench.text(3)}`,
    ]);
    expect(await bench.core.resting(BTC)).toEqual([]);
  });

  it('takes two levels that one tick passes, and nothing else', async () => {
    const bench = await ExitBench.holding(side, LOCAL);
    bench.core.exchange.forget();
    await bench.tick(2.5);
    expect(bench.tranche.quantity).toBe('0.02');
    expect(bench.tranche.exits.map(({ slot, quantity }) => [slot, quantity])).toEqual([
      [0, '0.05'],
      [1, '0.03'],
    ]);
    expect(trace(bench.core).filter((line) => line.includes(' market '))).toEqual([
      `place ${exit} market 0.05 + ${exit} market 0.03`,
    ]);
    await bench.rest();
    expect(await bench.stops()).toEqual([`0.02 @ ${bench.text(-5)}`]);
  });

  it('closes the whole at once when the levels that a tick passes leave nothing', async () => {
    const bench = await ExitBench.holding(side, LOCAL);
    bench.core.exchange.forget();
    await bench.tick(3);
    expect(bench.closed).toEqual(['take-profit']);
    expect(trace(bench.core)[0]).toBe(`place ${exit} market 0.1`);
  });

  it('leaves on the stop what its portions leave', async () => {
    const bench = await ExitBench.holding(side, {
      ...LOCAL,
      takeProfitLevels: LEVELS.slice(0, 2),
    });
    await bench.tick(50);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.02');
    expect(await bench.stops()).toEqual([`0.02 @ ${bench.text(-5)}`]);
    expect(bench.tranche.state).toBe('OPEN');
  });

  it('gives a resting order of each level its own grace', async () => {
    const bench = await ExitBench.holding(side, LADDER, { live: true });
    bench.core.exchange.forget();
    /** The feed is ahead of the exchange, within what a resting order is waited for. */
    await bench.tick(1);
    await bench.rest(100);
    await bench.tick(2);
    await bench.rest(150);
    expect(bench.core.named('trigger:hit').map(({ level, decision }) => [level, decision])).toEqual(
      [
        [bench.text(1), 'grace'],
        /** So far beyond it nothing is waited for. */
        [bench.text(1), 'close'],
        [bench.text(2), 'grace'],
      ],
    );
  });

  it('lets the exchange fill within the grace, and takes nothing twice', async () => {
    const bench = await ExitBench.holding(side, LADDER, { live: true });
    await bench.tick(1);
    expect(bench.core.named('trigger:hit').map(({ decision }) => decision)).toEqual(['grace']);
    await bench.core.market(bench.price(1));
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.05');
    expect(bench.core.exchange.writes.filter(({ call }) => call === 'place')).toHaveLength(2);
    expect(await bench.core.held()).toBe(`${side} 0.05`);
  });

  it('takes a level at market when its order does not fill in time', async () => {
    const bench = await ExitBench.holding(side, LADDER, { live: true });
    bench.core.exchange.forget();
    await bench.tick(1);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.05');
    expect(trace(bench.core).slice(0, 2)).toEqual(['cancel limit', `place ${exit} market 0.05`]);
    expect(await bench.profits()).toEqual(
      [`0.03 @ ${bench.text(2)}`, `0.02 @ ${bench.text(3)}`].sort(),
    );
  });

  it('does nothing when the price has gone back before the grace is over', async () => {
    const bench = await ExitBench.holding(side, LADDER, { live: true });
    await bench.ticks(1, 0.5);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.1');
    expect((await bench.profits()).length).toBe(3);
    /** And the level waits again. */
    await bench.tick(1);
    expect(bench.core.named('trigger:hit')).toHaveLength(2);
  });

  it('is taken at once where the price is beyond a level when it is armed', async () => {
    const bench = await ExitBench.flat(side, LOCAL);
    await bench.tick(1.5);
    await bench.enter('0.1', 0);
    await bench.tick(1.5);
    expect(bench.tranche.quantity).toBe('0.05');
  });

  it('goes on after a restart in the middle', async () => {
    const bench = await ExitBench.holding(side, LOCAL);
    await bench.tick(1);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.05');
    const next = await bench.reborn(LOCAL);
    await next.tick(1.5);
    await next.rest();
    expect(next.tranche.quantity).toBe('0.05');
    await next.tick(2);
    expect(next.tranche.quantity).toBe('0.02');
    await next.tick(3);
    expect(next.closed).toEqual(['take-profit']);
  });

  it('shares out anew what joins after a level was taken', async () => {
    const bench = await ExitBench.holding(side, LADDER);
    await bench.ticks(1, 0);
    await bench.enter('0.1', 0);
    await bench.rest();
    expect(bench.tranche.quantity).toBe('0.15');
    /** Of 0.2 the first level is to take 0.1, and has taken 0.05. */
    const quantities = (await bench.profits()).map((line) => line.split(' ')[0]).sort();
    expect(quantities).toEqual(['0.04', '0.05', '0.06']);
  });

  it('stops first where a gap passes both sides', async () => {
    /** A stop that is judged on the mark price, and take-profits on the last one: one moment passes both. */
    const bench = await ExitBench.holding(
      side,
      { ...LOCAL, stopLossOrder: 'local', workingType: 'MARK' },
      { sources: ['LAST', 'MARK'] },
    );
    await bench.core.tick(bench.price(0), { source: 'MARK' });
    await bench.core.tick(bench.price(-6), { source: 'MARK' });
    await bench.tick(3);
    expect(bench.closed).toEqual(['stop-loss']);
  });

  it('stops the rest at a stop that a level has shrunk', async () => {
    const bench = await ExitBench.holding(side, LADDER);
    await bench.tick(1);
    await bench.rest();
    await bench.tick(-5);
    await bench.rest();
    expect(await bench.core.held()).toBe('');
    const [closed] = bench.core.named('tranche:closed');
    expect(closed?.reason).toBe('stop-loss');
    expect(closed?.chain.fills.map(({ quantity }) => quantity)).toEqual(['0.05', '0.05']);
    expect(await bench.core.resting(BTC)).toEqual([]);
  });

  it('takes at market only what market orders may have, and the rest as the plan says', async () => {
    const coarse = [{ ...BTC_INSTRUMENT, marketStepSize: '0.01', minMarketQty: '0.01' }];
    const halves = [
      { pct: 1, portion: 0.5 },
      { pct: 2, portion: 0.5 },
    ];
    const local = await ExitBench.flat(
      side,
      { ...LOCAL, takeProfitLevels: halves },
      { instruments: coarse },
    );
    await local.enter('0.05');
    await local.tick(1);
    await local.rest();
    expect(local.core.named('order:rejected')).toEqual([]);
    expect(local.tranche.quantity).toBe('0.03');
    await local.tick(2);
    expect(local.core.named('order:rejected')).toEqual([]);
    expect(local.closed).toEqual(['take-profit']);
    const resting = await ExitBench.flat(
      side,
      { ...LADDER, takeProfitLevels: halves },
      { instruments: coarse },
    );
    await resting.enter('0.05');
    expect(await resting.profits()).toEqual(
      [`0.025 @ ${resting.text(1)}`, `0.025 @ ${resting.text(2)}`].sort(),
    );
  });
});
