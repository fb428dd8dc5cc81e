import { describe, expectTypeOf, it } from 'vitest';
import type { CloseResult } from '../../src/model/close-result.js';
import type { ExitExecutionInput, ExitPlan, ExitPlanInput } from '../../src/model/exit-plan.js';
import type { TrancheView } from '../../src/model/views.js';
import type { SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import type { PositionMonitor } from '../../src/monitor/position-monitor.js';

declare const monitor: PositionMonitor;

describe('a plan as a user writes it', () => {
  it('takes every rule, with numbers or text for prices and percentages', () => {
    const plan: ExitPlanInput = {
      takeProfitLevels: [
        { pct: 1, portion: '0.5' },
        { price: '46000', portion: 0.5 },
      ],
      stopLossPct: '5',
      workingType: 'MARK_PRICE',
      takeProfitOrder: 'local',
      stopLossOrder: 'limit-on-trigger',
      exitExecution: { kind: 'ioc-limit', slippagePct: 0.2, deadlineMs: 1_000 },
      trailingStop: { activationPct: '2', callbackPct: 1, stepPct: 0.1 },
      breakeven: { afterLevel: 1, offsetPct: 0.1, includeFees: true, followLevels: true },
      timeLimit: { ms: 60_000, action: 'tighten', onlyIn: 'profit', stopLossPct: -1 },
      volatility: { atrPeriod: 14, barMs: 60_000, tpMultiple: 3, slMultiple: '2' },
      confirm: { ticks: 3, ms: 100, source: 'MARK', hardFloorPct: 1 },
      liquidationGuard: { bufferPct: 1 },
    };
    expectTypeOf(plan).toExtend<SymbolSettings>();
    expectTypeOf<{ takeProfitPct: 2; stopLossPct: 1 }>().toExtend<ExitPlanInput>();
  });

  it('takes rules away with null, and only rules', () => {
    const none: ExitPlanInput = {
      trailingStop: null,
      breakeven: null,
      timeLimit: null,
      timeLimitMs: null,
      volatility: null,
      confirm: null,
    };
    expectTypeOf(none).toExtend<ExitPlanInput>();
    // @ts-expect-error a level is switched off with stopLossEnabled: false
    const noStop: ExitPlanInput = { stopLossPct: null };
    // @ts-expect-error there is always a way to sell
    const noExecution: ExitPlanInput = { exitExecution: null };
    // @ts-expect-error it is switched off with false
    const noGuard: ExitPlanInput = { liquidationGuard: null };
    expectTypeOf([noStop, noExecution, noGuard]).toBeArray();
  });

  it('refuses what is not a rule', () => {
    // @ts-expect-error misspelt
    const misspelt: ExitPlanInput = { takeProfitPercent: 1 };
    // @ts-expect-error a level has a portion
    const noPortion: ExitPlanInput = { takeProfitLevels: [{ pct: 1 }] };
    // @ts-expect-error a trail has a callback
    const noCallback: ExitPlanInput = { trailingStop: { activationPct: 1 } };
    // @ts-expect-error twap needs its intervals
    const noInterval: ExitPlanInput = { exitExecution: { kind: 'twap', slices: 3 } };
    // @ts-expect-error an iceberg shows something
    const noSlice: ExitPlanInput = { exitExecution: { kind: 'iceberg' } };
    // @ts-expect-error no such way to sell
    const unknownKind: ExitPlanInput = { exitExecution: { kind: 'vwap' } };
    // @ts-expect-error neither flat nor anything else
    const flat: ExitPlanInput = { timeLimit: { ms: 1, onlyIn: 'flat' } };
    // @ts-expect-error an average is of bars of some length
    const noBars: ExitPlanInput = { volatility: { atrPeriod: 14, slMultiple: 1 } };
    // @ts-expect-error no price has this name
    const noSource: ExitPlanInput = { confirm: { source: 'MID' } };
    // @ts-expect-error times are numbers
    const textTime: ExitPlanInput = { timeLimitMs: '60000' };
    expectTypeOf([
      misspelt,
      noPortion,
      noCallback,
      noInterval,
      noSlice,
      unknownKind,
      flat,
      noBars,
      noSource,
      textTime,
    ]).toBeArray();
  });

  it('is read-only', () => {
    const plan: ExitPlanInput = { takeProfitLevels: [{ pct: 1, portion: 1 }] };
    // @ts-expect-error a plan is replaced, not changed
    plan.stopLossPct = 1;
    // @ts-expect-error neither are its levels
    plan.takeProfitLevels?.push({ pct: 2, portion: 0 });
  });
});

describe('a plan as it is resolved', () => {
  it('has every rule, and null for none', () => {
    expectTypeOf<ExitPlan['trailingStop']>().toBeNullable();
    expectTypeOf<ExitPlan['timeLimit']>().toBeNullable();
    expectTypeOf<ExitPlan['stopLoss']>().not.toEqualTypeOf<undefined>();
    expectTypeOf<ExitPlan>().not.toExtend<ExitPlanInput>();
    expectTypeOf<Required<ExitPlan>>().toEqualTypeOf<ExitPlan>();
  });

  it('says which breakeven it is', () => {
    const breakeven = {} as NonNullable<ExitPlan['breakeven']>;
    if (breakeven.trigger.kind === 'level') {
      expectTypeOf(breakeven.trigger.level).toBeNumber();
      // @ts-expect-error a level has no percentage
      breakeven.trigger.percent;
    } else expectTypeOf(breakeven.trigger.percent).toBeString();
  });
});

describe('calls about exits', () => {
  it('give what they promise', () => {
    expectTypeOf(monitor.updatePlan).returns.resolves.toBeBoolean();
    expectTypeOf(monitor.splitTranche).returns.resolves.toEqualTypeOf<
      readonly [TrancheView, TrancheView]
    >();
    expectTypeOf(monitor.addBars).returns.resolves.toBeVoid();
    const execution: ExitExecutionInput = { kind: 'twap', slices: 5, intervalMs: 2_000 };
    expectTypeOf(execution).toExtend<ExitPlanInput['exitExecution']>();
    expectTypeOf(monitor.closeTranche('id', { execution })).resolves.toEqualTypeOf<CloseResult>();
    expectTypeOf(
      monitor.closePosition('BTCUSDT', undefined, { execution }),
    ).resolves.toEqualTypeOf<CloseResult>();
  });

  it('refuse what would be an accident', () => {
    // @ts-expect-error everything is closed only with a confirmation
    void monitor.closeAll({});
    // @ts-expect-error true, and nothing else
    void monitor.closeAll({ confirm: false });
    // @ts-expect-error a position's side, not an order's
    void monitor.closeAll({ confirm: true, side: 'BUY' });
    // @ts-expect-error a panic is always at market
    void monitor.closeAll({ confirm: true, execution: { kind: 'market' } });
    // @ts-expect-error twap needs its intervals
    void monitor.closeTranche('id', { execution: { kind: 'twap', slices: 3 } });
    // @ts-expect-error misspelt
    void monitor.closeTranche('id', { exitExecution: { kind: 'market' } });
    // @ts-expect-error options come after the side
    void monitor.closePosition('BTCUSDT', { execution: { kind: 'market' } });
    // @ts-expect-error how much is to be split off
    void monitor.splitTranche('id');
    // @ts-expect-error a bar has four prices
    void monitor.addBars('BTCUSDT', 60_000, [{ startTime: 0, open: 1, high: 1, low: 1 }]);
    // @ts-expect-error an update has no portions
    void monitor.updateTpSl('id', { tpPrice: 1, portion: 1 });
  });
});
