import { describe, expect, it } from 'vitest';
import { EXIT_DEFAULTS, TAKE_PROFIT_LEVELS_MAX } from '../../../src/limits.js';
import { type ExitPlan, type ExitPlanInput, NO_EXITS } from '../../../src/model/exit-plan.js';
import type { PositionSide } from '../../../src/model/side.js';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';

const plan = (input: unknown, base: ExitPlan | null = null, side?: PositionSide): ExitPlan =>
  exitPlanFrom(input as ExitPlanInput, base, 'plan', side);

function refusalOf(input: unknown, base: ExitPlan | null = null, side?: PositionSide): string {
  let resolved: ExitPlan;
  try {
    resolved = plan(input, base, side);
  } catch (error) {
    expect(error).toMatchObject({ code: 'PLAN_INVALID' });
    return (error as Error).message;
  }
  throw new Error(`was accepted: ${JSON.stringify(resolved)}`);
}

const LEVELS = [
  { pct: '1.0', portion: '0.50' },
  { pct: 2, portion: 0.25 },
];
const FULL: ExitPlanInput = {
  takeProfitLevels: LEVELS,
  stopLossPct: 5,
  stopLossOrder: 'limit-on-trigger',
  exitExecution: { kind: 'twap', slices: 4, intervalMs: 1_000 },
  trailingStop: { activationPct: '2.0', callbackPct: '1.50' },
  breakeven: { afterLevel: 2, offsetPct: '0.10' },
  timeLimit: { ms: 60_000, action: 'tighten', onlyIn: 'profit', stopLossPct: '-0.50' },
  volatility: { atrPeriod: 14, barMs: 60_000, slMultiple: '2.0' },
  confirm: { ticks: 3, source: 'MARK', hardFloorPct: '1.0' },
  liquidationGuard: { bufferPct: '2.0' },
};

describe('exit rules, resolved', () => {
  it('have every key, in one order and one notation', () => {
    const resolved = plan(FULL);
    expect(JSON.stringify(resolved)).toBe(
      JSON.stringify({
        takeProfits: [
          { level: { kind: 'percent', percent: '1' }, portion: '0.5' },
          { level: { kind: 'percent', percent: '2' }, portion: '0.25' },
        ],
        stopLoss: { kind: 'percent', percent: '5' },
        workingType: 'LAST',
        priceProtect: false,
        takeProfitOrder: 'limit',
        stopLossOrder: 'limit-on-trigger',
        exitExecution: { kind: 'twap', slices: 4, intervalMs: 1_000, hardFloorPct: null },
        trailingStop: { activationPct: '2', callbackPct: '1.5', stepPct: null },
        breakeven: {
          trigger: { kind: 'level', level: 2 },
          offsetPct: '0.1',
          includeFees: false,
          followLevels: false,
        },
        volatility: { atrPeriod: 14, barMs: 60_000, tpMultiple: null, slMultiple: '2' },
        confirm: { ticks: 3, ms: null, source: 'MARK', hardFloorPct: '1' },
        timeLimit: { ms: 60_000, action: 'tighten', onlyIn: 'profit', stopLossPct: '-0.5' },
        liquidationBufferPct: '2',
      }),
    );
    expect(Object.keys(resolved)).toEqual(Object.keys(NO_EXITS));
    expect(Object.isFrozen(resolved.breakeven?.trigger)).toBe(true);
    expect(Object.isFrozen(resolved.takeProfits[1]?.level)).toBe(true);
  });

  it('fill in what is left out', () => {
    expect(plan({ trailingStop: { callbackPct: 1 } }).trailingStop).toEqual({
      activationPct: null,
      callbackPct: '1',
      stepPct: null,
    });
    expect(plan({ breakeven: { activationPct: 1 } }).breakeven).toEqual({
      trigger: { kind: 'percent', percent: '1' },
      offsetPct: `${EXIT_DEFAULTS.breakevenOffsetPct}`,
      includeFees: false,
      followLevels: false,
    });
    const closing = { ms: 5, action: 'close', onlyIn: null, stopLossPct: null };
    expect(plan({ timeLimit: { ms: 5 } }).timeLimit).toEqual(closing);
    expect(plan({ timeLimitMs: 5 }).timeLimit).toEqual(closing);
    expect(plan({ confirm: { ms: 100 } }).confirm).toEqual({
      ticks: null,
      ms: 100,
      source: null,
      hardFloorPct: null,
    });
  });

  it.each([
    [{ kind: 'market' }, { kind: 'market' }],
    [
      { kind: 'ioc-limit' },
      {
        kind: 'ioc-limit',
        slippagePct: '1',
        deadlineMs: EXIT_DEFAULTS.iocDeadlineMs,
        hardFloorPct: null,
      },
    ],
    [
      { hardFloorPct: 3, deadlineMs: 100, slippagePct: '0.20', kind: 'ioc-limit' },
      { kind: 'ioc-limit', slippagePct: '0.2', deadlineMs: 100, hardFloorPct: '3' },
    ],
    [
      { visiblePortion: '0.10', kind: 'iceberg' },
      {
        kind: 'iceberg',
        visiblePortion: '0.1',
        deadlineMs: EXIT_DEFAULTS.icebergDeadlineMs,
        hardFloorPct: null,
      },
    ],
    [
      { kind: 'twap', intervalMs: 250, slices: 2, hardFloorPct: '4.0' },
      { kind: 'twap', slices: 2, intervalMs: 250, hardFloorPct: '4' },
    ],
  ])('read the execution %j', (exitExecution, expected) => {
    const resolved = plan({ exitExecution }).exitExecution;
    expect(JSON.stringify(resolved)).toBe(JSON.stringify(expected));
  });

  it('look at the liquidation price unless told otherwise', () => {
    const buffer = `${EXIT_DEFAULTS.liquidationBufferPct}`;
    expect(plan({}).liquidationBufferPct).toBe(buffer);
    expect(plan({ liquidationGuard: true }, NO_EXITS).liquidationBufferPct).toBe(buffer);
    expect(plan({ liquidationGuard: false }).liquidationBufferPct).toBeNull();
    expect(plan({ liquidationGuard: { bufferPct: '49.90' } }).liquidationBufferPct).toBe('49.9');
  });

  it('accept bounds themselves', () => {
    const levels = Array.from({ length: TAKE_PROFIT_LEVELS_MAX }, (_, index) => ({
      pct: index + 1,
      portion: '0.05',
    }));
    expect(plan({ takeProfitLevels: levels }).takeProfits).toHaveLength(TAKE_PROFIT_LEVELS_MAX);
    for (const input of [
      { volatility: { atrPeriod: 2, barMs: 1_000, tpMultiple: 100 } },
      { volatility: { atrPeriod: 200, barMs: 86_400_000, slMultiple: '0.01' } },
      { confirm: { ticks: 1_000, ms: 60_000 } },
      { exitExecution: { kind: 'ioc-limit', deadlineMs: 60_000 } },
      { exitExecution: { kind: 'iceberg', visiblePortion: 1 } },
      { exitExecution: { kind: 'twap', slices: 100, intervalMs: 3_600_000 } },
      { timeLimit: { ms: 1, action: 'tighten', stopLossPct: 0 } },
      { timeLimitMs: 31_536_000_000 },
      { trailingStop: { callbackPct: '99.99' } },
      { breakeven: { activationPct: 1, offsetPct: '0.99', followLevels: false } },
    ]) {
      expect(() => plan(input)).not.toThrow();
    }
  });
});

describe('take-profit levels', () => {
  const percents = (input: unknown, side?: PositionSide) =>
    plan({ takeProfitLevels: input }, null, side).takeProfits.map(({ level }) =>
      level.kind === 'percent' ? level.percent : level.price,
    );
  const priced = [60_000, 50_000, 55_000].map((price) => ({ price, portion: 0.2 }));

  it('are counted from the entry outwards', () => {
    expect(percents([10, 9, '1.5'].map((pct) => ({ pct, portion: 0.1 })))).toEqual([
      '1.5',
      '9',
      '10',
    ]);
    expect(percents(priced, 'LONG')).toEqual(['50000', '55000', '60000']);
    expect(percents(priced, 'SHORT')).toEqual(['60000', '55000', '50000']);
  });

  it('stay in the given order where the nearest is not known', () => {
    expect(percents(priced)).toEqual(['60000', '50000', '55000']);
    const mixed = [
      { price: 50_000, portion: 0.5 },
      { pct: 1, portion: 0.5 },
    ];
    expect(percents(mixed, 'LONG')).toEqual(['50000', '1']);
  });

  it('may leave a rest', () => {
    expect(plan({ takeProfitLevels: [{ pct: 1, portion: '0.5' }] }).takeProfits).toEqual([
      { level: { kind: 'percent', percent: '1' }, portion: '0.5' },
    ]);
  });

  it('have a short form', () => {
    expect(plan({ takeProfitPct: 1 })).toEqual(
      plan({ takeProfitLevels: [{ pct: '1.0', portion: 1 }] }),
    );
  });
});

describe('inheritance', () => {
  const base = plan(FULL);

  it('keeps what is left out', () => {
    expect(plan({}, base)).toEqual(base);
    expect(plan({ stopLossPct: 3 }, base)).toEqual({
      ...base,
      stopLoss: { kind: 'percent', percent: '3' },
    });
  });

  it('replaces a rule as a whole', () => {
    expect(plan({ trailingStop: { callbackPct: 1 } }, base).trailingStop).toEqual({
      activationPct: null,
      callbackPct: '1',
      stepPct: null,
    });
    expect(plan({ timeLimitMs: 5 }, base).timeLimit).toMatchObject({ ms: 5, action: 'close' });
    expect(plan({ exitExecution: { kind: 'market' } }, base).exitExecution).toEqual({
      kind: 'market',
    });
  });

  it.each(['trailingStop', 'breakeven', 'timeLimit', 'volatility', 'confirm'] as const)(
    'takes %s away by null',
    (rule) => {
      expect(base[rule]).not.toBeNull();
      expect(plan({ [rule]: null }, base)).toEqual({ ...base, [rule]: null });
    },
  );

  it('takes the time limit away by null of its short form', () => {
    expect(plan({ timeLimitMs: null }, base)).toEqual({ ...base, timeLimit: null });
    expect(plan({ timeLimitMs: null, timeLimit: { ms: 7 } }, base).timeLimit?.ms).toBe(7);
  });

  it('switches the levels of volatility off with their kind', () => {
    const both = plan({ volatility: { atrPeriod: 5, barMs: 1_000, tpMultiple: 1, slMultiple: 2 } });
    expect(plan({ takeProfitEnabled: false }, both).volatility).toEqual({
      ...both.volatility,
      tpMultiple: null,
    });
    expect(plan({ stopLossEnabled: false }, both).volatility).toEqual({
      ...both.volatility,
      slMultiple: null,
    });
    const none = { takeProfitEnabled: false, stopLossEnabled: false };
    expect(plan(none, both).volatility).toBeNull();
    expect(plan({ takeProfitEnabled: true, stopLossEnabled: true }, both)).toEqual(both);
  });

  it('leaves trail and breakeven alone when the stop-loss is switched off', () => {
    const { trailingStop, breakeven, stopLoss } = plan({ stopLossEnabled: false }, base);
    expect([trailingStop, breakeven, stopLoss]).toEqual([base.trailingStop, base.breakeven, null]);
  });

  it.each([
    [
      { takeProfitLevels: [{ pct: 3, portion: 1 }] },
      /plan\.takeProfitLevels: expected at least 2 take-profit levels, since the inherited breakeven\.afterLevel is 2, received 1\. Give breakeven as well; null takes it away/,
    ],
    [{ takeProfitPct: 3 }, /plan\.takeProfitPct: expected at least 2 .*breakeven\.afterLevel is 2/],
    [{ takeProfitEnabled: false }, /plan\.takeProfitEnabled: expected at least 2 .*received 0/],
    [
      {
        takeProfitLevels: [
          { pct: '0.05', portion: 0.5 },
          { pct: '0.1', portion: 0.5 },
        ],
      },
      /plan\.takeProfitLevels: expected level 2 beyond the inherited breakeven\.offsetPct \(0\.1\), received 0\.1/,
    ],
    [
      { workingType: 'MARK_PRICE' },
      /plan\.workingType: expected another price than the inherited confirm\.source \("MARK"\), received "MARK"/,
    ],
  ])('refuses %j where an inherited rule becomes impossible', (input, message) => {
    expect(refusalOf(input, base)).toMatch(message);
  });

  it('refuses several levels beside an inherited take-profit by volatility', () => {
    const volatile = plan({ volatility: { atrPeriod: 5, barMs: 1_000, tpMultiple: 1 } });
    expect(refusalOf({ takeProfitLevels: LEVELS }, volatile)).toMatch(
      /plan\.takeProfitLevels: expected at most one level beside the inherited volatility\.tpMultiple, received 2/,
    );
    expect(plan({ takeProfitLevels: LEVELS, volatility: null }, volatile).takeProfits).toHaveLength(
      2,
    );
  });

  it('does not blame an input for what it does not touch', () => {
    const stripped: ExitPlan = { ...base, takeProfits: [] };
    expect(plan({ stopLossPct: 2 }, stripped).stopLoss).toEqual({ kind: 'percent', percent: '2' });
  });
});

describe('exit rules, refused', () => {
  const volatility = { atrPeriod: 14, barMs: 60_000, slMultiple: 2 };
  it.each([
    // Take-profit levels.
    [
      { takeProfitLevels: Array.from({ length: 21 }, (_, i) => ({ pct: i + 1, portion: '0.01' })) },
      /plan\.takeProfitLevels: expected at most 20 levels, received 21/,
    ],
    [
      { takeProfitLevels: [...LEVELS, { pct: '1.00', portion: 0.1 }] },
      /plan\.takeProfitLevels\[2\]\.pct: expected every level once, received pct 1 again/,
    ],
    [
      { takeProfitLevels: [5, '5.0'].map((price) => ({ price, portion: 0.1 })) },
      /plan\.takeProfitLevels\[1\]\.price: expected every level once, received price 5 again/,
    ],
    [
      { takeProfitLevels: [...LEVELS, { pct: 3, portion: '0.2500001' }] },
      /plan\.takeProfitLevels: expected portions that sum to at most 1, received 1\.0000001/,
    ],
    [
      { takeProfitLevels: [{ pct: 100, portion: 1 }] },
      /plan\.takeProfitLevels\[0\]\.pct: expected a percentage below 100/,
    ],
    // Trailing stop.
    [{ trailingStop: true }, /plan\.trailingStop: expected \{ activationPct\?, callbackPct/],
    [{ trailingStop: {} }, /plan\.trailingStop\.callbackPct: expected a value, since/],
    [{ trailingStop: { callbackPct: 0 } }, /callbackPct: expected a percentage above 0 and below/],
    [{ trailingStop: { callbackPct: 100 } }, /callbackPct: .*below 100, .*received 100/],
    [{ trailingStop: { callbackPct: -1 } }, /callbackPct: .*write 1/],
    [
      { trailingStop: { callbackPct: 1, activationPct: 100 } },
      /plan\.trailingStop\.activationPct: expected a percentage below 100.*activation price of a SHORT/,
    ],
    [{ trailingStop: { callbackPct: 1, stepPct: 0 } }, /plan\.trailingStop\.stepPct: expected a/],
    [
      { trailingStop: { callbackPct: 1, stepPc: 1 } },
      /trailingStop\.stepPc: .*Did you mean stepPct\?/,
    ],
    // Breakeven.
    [{ breakeven: {} }, /plan\.breakeven: expected either activationPct or afterLevel.*neither/],
    [{ breakeven: { activationPct: 1, afterLevel: 1 } }, /plan\.breakeven: .*received both/],
    [{ breakeven: { afterLevel: 0 } }, /afterLevel: expected a whole number of take-profit levels/],
    [
      { breakeven: { afterLevel: 1 } },
      /plan\.breakeven\.afterLevel: expected take-profit levels \(/,
    ],
    [
      { takeProfitLevels: LEVELS, breakeven: { afterLevel: 3 } },
      /plan\.breakeven\.afterLevel: expected a whole number from 1 to 2, since takeProfitLevels has 2, received 3/,
    ],
    [
      { takeProfitLevels: LEVELS, breakeven: { afterLevel: 1, offsetPct: 1 } },
      /plan\.breakeven\.offsetPct: expected a percentage below the level of afterLevel \(takeProfitLevels: 1\), received 1/,
    ],
    [
      { breakeven: { activationPct: 1, offsetPct: '1.0' } },
      /plan\.breakeven\.offsetPct: expected a percentage below activationPct \(1\), received 1\./,
    ],
    [
      { breakeven: { activationPct: 1, offsetPct: -1 } },
      /plan\.breakeven\.offsetPct: expected a percentage from 0 .*never before it/,
    ],
    [{ breakeven: { activationPct: 100 } }, /breakeven\.activationPct: expected .*below 100/],
    [
      { breakeven: { activationPct: 1, followLevels: true } },
      /plan\.breakeven\.followLevels: expected it beside afterLevel only/,
    ],
    [{ breakeven: { activationPct: 1, includeFees: 1 } }, /includeFees: expected true or false/],
    // Time limit.
    [{ timeLimitMs: 0 }, /plan\.timeLimitMs: expected a whole number of milliseconds from 1/],
    [{ timeLimitMs: 31_536_000_001 }, /plan\.timeLimitMs: .*to 31536000000, received/],
    [{ timeLimit: { ms: 1.5 } }, /plan\.timeLimit\.ms: expected a whole number/],
    [{ timeLimit: {} }, /plan\.timeLimit\.ms: expected a value/],
    [
      { timeLimitMs: 1, timeLimit: { ms: 1 } },
      /plan\.timeLimit: expected either timeLimitMs or timeLimit, received both/,
    ],
    [
      { timeLimit: { ms: 1, action: 'tighten' } },
      /plan\.timeLimit\.stopLossPct: expected where the stop goes/,
    ],
    [
      { timeLimit: { ms: 1, stopLossPct: 1 } },
      /plan\.timeLimit\.stopLossPct: expected it for the action "tighten" only/,
    ],
    [
      { timeLimit: { ms: 1, action: 'tighten', stopLossPct: 100 } },
      /stopLossPct: expected a percentage above -100 and below 100/,
    ],
    [{ timeLimit: { ms: 1, action: 'tighten', stopLossPct: -100 } }, /received -100/],
    [{ timeLimit: { ms: 1, action: 'tight' } }, /action: .*Did you mean "tighten"\?/],
    [{ timeLimit: { ms: 1, onlyIn: 'loose' } }, /plan\.timeLimit\.onlyIn: expected "profit"/],
    // Volatility.
    [
      { volatility: { atrPeriod: 14, barMs: 60_000 } },
      /plan\.volatility: expected tpMultiple, slMultiple or both, received neither/,
    ],
    [{ volatility: { ...volatility, atrPeriod: 1 } }, /atrPeriod: .*bars from 2 to 200/],
    [{ volatility: { ...volatility, atrPeriod: 201 } }, /atrPeriod: .*received 201/],
    [{ volatility: { ...volatility, barMs: 999 } }, /barMs: .*from 1000 to 86400000, received 999/],
    [{ volatility: { ...volatility, barMs: 86_400_001 } }, /plan\.volatility\.barMs/],
    [{ volatility: { ...volatility, slMultiple: 0 } }, /slMultiple: expected a multiple of the/],
    [{ volatility: { ...volatility, tpMultiple: 101 } }, /tpMultiple: .*to 100, .*received 101/],
    [
      { takeProfitLevels: LEVELS, volatility: { ...volatility, tpMultiple: 1 } },
      /plan\.volatility\.tpMultiple: expected it with at most one take-profit level, received it with 2 \(takeProfitLevels\)/,
    ],
    // Confirmation.
    [{ confirm: {} }, /plan\.confirm: expected ticks, ms or source, received none/],
    [{ confirm: { hardFloorPct: 1 } }, /plan\.confirm: expected ticks, ms or source/],
    [{ confirm: { ticks: 0 } }, /plan\.confirm\.ticks: expected .*ticks from 1 to 1000/],
    [{ confirm: { ticks: 1_001 } }, /plan\.confirm\.ticks/],
    [{ confirm: { ms: 60_001 } }, /plan\.confirm\.ms: .*from 1 to 60000/],
    [{ confirm: { source: 'MRK' } }, /plan\.confirm\.source: .*Did you mean "MARK"\?/],
    [
      { confirm: { source: 'LAST' } },
      /plan\.confirm\.source: expected another price than workingType \("LAST"\), received "LAST"/,
    ],
    [{ confirm: { ticks: 1, hardFloorPct: 100 } }, /plan\.confirm\.hardFloorPct: .*below 100/],
    // Execution.
    [{ exitExecution: {} }, /plan\.exitExecution\.kind: expected \{ kind: "market" \} or another/],
    [{ exitExecution: { kind: 'ioc' } }, /kind: expected "market" or "ioc-limit" or/],
    [
      { exitExecution: { kind: 'ioc-limit', visiblePortion: 1 } },
      /plan\.exitExecution\.visiblePortion: .*belongs to kind "iceberg"; this one is "ioc-limit"/,
    ],
    [
      { exitExecution: { kind: 'twap', slices: 2, intervalMs: 100, deadlineMs: 100 } },
      /deadlineMs: .*belongs to kind "ioc-limit" and "iceberg"; this one is "twap"/,
    ],
    [
      { exitExecution: { kind: 'market', toString: 1 } },
      /exitExecution\.toString: .*Known keys: k/,
    ],
    [{ exitExecution: { kind: 'ioc-limit', slippagePct: 0 } }, /exitExecution\.slippagePct/],
    [{ exitExecution: { kind: 'ioc-limit', slippagePct: 100 } }, /slippagePct: .*below 100/],
    [{ exitExecution: { kind: 'ioc-limit', deadlineMs: 99 } }, /deadlineMs: .*from 100 to 60000/],
    [{ exitExecution: { kind: 'ioc-limit', deadlineMs: 60_001 } }, /plan\.exitExecution\.deadline/],
    [{ exitExecution: { kind: 'ioc-limit', hardFloorPct: 100 } }, /exitExecution\.hardFloorPct/],
    [{ exitExecution: { kind: 'iceberg' } }, /visiblePortion: expected a value/],
    [{ exitExecution: { kind: 'iceberg', visiblePortion: 0 } }, /visiblePortion: expected a share/],
    [{ exitExecution: { kind: 'iceberg', visiblePortion: 1.1 } }, /received 1\.1\. 1 is all of it/],
    [{ exitExecution: { kind: 'twap', intervalMs: 100 } }, /slices: expected a value/],
    [{ exitExecution: { kind: 'twap', slices: 1, intervalMs: 100 } }, /slices from 2 to 100/],
    [{ exitExecution: { kind: 'twap', slices: 101, intervalMs: 100 } }, /received 101/],
    [{ exitExecution: { kind: 'twap', slices: 2, intervalMs: 99 } }, /from 100 to 3600000/],
    [{ exitExecution: { kind: 'twap', slices: 2, intervalMs: 3_600_001 } }, /exitExecution\.inter/],
    // Liquidation guard.
    [{ liquidationGuard: null }, /liquidationGuard: expected true, false or \{ bufferPct \}/],
    [{ liquidationGuard: 'true' }, /liquidationGuard: .*Write it without quotes/],
    [{ liquidationGuard: {} }, /plan\.liquidationGuard\.bufferPct: expected a value/],
    [{ liquidationGuard: { bufferPct: 0 } }, /bufferPct: .*above 0 and below 50/],
    [{ liquidationGuard: { bufferPct: 50 } }, /bufferPct: .*received 50/],
    // Switches without anything to switch on.
    [{ takeProfitEnabled: true, volatility }, /plan\.takeProfitEnabled: expected a level for it/],
    [
      { stopLossEnabled: true, trailingStop: { callbackPct: 1 } },
      /plan\.stopLossEnabled: expected a level for it/,
    ],
  ])('%j', (input, message) => {
    expect(refusalOf(input)).toMatch(message);
  });

  it('may go further on the side where nothing reaches zero', () => {
    const wide = { trailingStop: { activationPct: 150, callbackPct: 1 } };
    expect(plan(wide, null, 'LONG').trailingStop?.activationPct).toBe('150');
    expect(refusalOf(wide, null, 'SHORT')).toMatch(/activation price of a SHORT would lie at zero/);
    const far = { breakeven: { activationPct: 300, offsetPct: 200 } };
    expect(plan(far, null, 'LONG').breakeven?.offsetPct).toBe('200');
    expect(refusalOf(far, null, 'SHORT')).toMatch(/stop at breakeven of a SHORT would lie at zero/);
  });

  it('tell a fault once, and what else is wrong beside it', () => {
    const message = refusalOf({
      takeProfitEnabled: true,
      takeProfitLevels: [{ pct: -1, portion: 1 }],
      breakeven: { afterLevel: 1 },
      stopLossEnabled: true,
      volatility: { atrPeriod: 1, barMs: 1_000, slMultiple: 1 },
      confirm: { source: 'LAST' },
    });
    expect(message.split('\n- ').map((line) => line.split(':')[0])).toEqual([
      'The exit plan has 3 problems',
      'plan.takeProfitLevels[0].pct',
      'plan.volatility.atrPeriod',
      'plan.confirm.source',
    ]);
  });
});
