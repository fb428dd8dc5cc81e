import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors/config-error.js';
import { CONFIG_ENTRIES_MAX, DEFAULTS } from '../../../src/limits.js';
import { plansAreEqual } from '../../../src/model/exit-plan.js';
import { configuredPlan } from '../../../src/model/settings.js';
import { instanceIdFrom } from '../../../src/monitor/config/instance-id.js';
import type { MonitorConfig } from '../../../src/monitor/config/monitor-config.js';
import { resolveConfig } from '../../../src/monitor/config/resolve-config.js';
import { coreSettingsFor } from '../../../src/monitor/config/resolved-config.js';

const SYMBOLS = { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 } };

/** Resolves untyped input, as plain JavaScript would pass it. */
const resolve = (config: unknown) => resolveConfig(config as MonitorConfig);

function errorOf(config: unknown): ConfigError {
  try {
    resolve(config);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('was accepted');
}

describe('resolveConfig, defaults', () => {
  it('fills in every default', () => {
    const resolved = resolveConfig({ symbols: SYMBOLS });
    expect(resolved).toMatchObject({
      positionMode: 'auto',
      simulateOnly: false,
      priceMonitorReconnectDelayMs: 5_000,
      reconcileIntervalMs: 10_000,
      maxSlippageBps: 100,
      exchange: null,
      feed: null,
      store: null,
      instanceId: 'default',
      warnings: [],
      core: {
        usePositionMonitor: true,
        instantTpEnabled: true,
        manage: 'all',
        tpSlBatchEnabled: true,
        maxTranchesPerSymbolSide: 5,
        onTrancheLimit: 'join-newest',
        mergeProfitableTranches: true,
        emergencyClose: { afterFailures: 5, afterMs: 10_000 },
        maxJumpPct: 10,
        adoptPositions: 'report',
        adoptAfterMs: 5_000,
        tpGraceMs: 300,
        instantTpBeyondBps: 10,
        slGraceMs: 500,
        ackTimeoutMs: 10_000,
        staleAfterMs: 15_000,
        judgeOnArming: true,
      },
    });
    expect(resolved.core.tranchePnlIncrementPct.toFixed()).toBe('5');
    expect(resolved.instruments.size).toBe(0);
  });

  it('takes every key', () => {
    const globals = {
      usePositionMonitor: false,
      instantTpEnabled: false,
      manage: 'registered',
      priceMonitorReconnectDelay: 0.5,
      tpSlBatchEnabled: false,
      simulateOnly: true,
      positionMode: 'hedge',
      tranchePnlIncrementPct: '2.50',
      maxTranchesPerSymbolSide: 3,
      onTrancheLimit: 'reject',
      mergeProfitableTranches: false,
      emergencyClose: { afterFailures: 2 },
      maxJumpPct: '7.5',
      adoptPositions: 'adopt',
      adoptAfterMs: 1,
      tpGraceMs: 0,
      instantTpBeyondBps: 0,
      slGraceMs: 0,
      ackTimeoutMs: 2,
      staleAfterMs: 3,
      reconcileIntervalMs: 1_000,
      maxSlippageBps: 4.5,
    } as const;
    const resolved = resolveConfig({ globals, symbols: SYMBOLS, instanceId: 'desk-1' });
    expect(resolved).toMatchObject({
      positionMode: 'hedge',
      simulateOnly: true,
      priceMonitorReconnectDelayMs: 500,
      reconcileIntervalMs: 1_000,
      maxSlippageBps: 4.5,
      instanceId: 'desk-1',
      core: {
        usePositionMonitor: false,
        manage: 'registered',
        onTrancheLimit: 'reject',
        emergencyClose: { afterFailures: 2, afterMs: DEFAULTS.emergencyCloseAfterMs },
        maxJumpPct: 7.5,
        adoptPositions: 'adopt',
      },
    });
    expect(resolved.core.tranchePnlIncrementPct.toFixed()).toBe('2.5');
  });

  it('switches the emergency close off', () => {
    const globals = { emergencyClose: false } as const;
    expect(resolveConfig({ globals, symbols: SYMBOLS }).core.emergencyClose).toBeNull();
  });

  it('reads plans of symbols and of the rest, without merging them', () => {
    const { core } = resolveConfig({
      symbols: { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 }, '*': { stopLossPct: 5 } },
    });
    const settings = coreSettingsFor(resolveConfig({ symbols: { '*': { stopLossPct: 5 } } }), {
      positionMode: 'hedge',
      pricesConfirmThemselves: false,
    });
    expect(core.plans.get('BTCUSDT')?.stopLoss).toEqual({ kind: 'percent', percent: '1' });
    expect(core.plans.get('*')?.takeProfits).toEqual([]);
    expect(configuredPlan(settings, 'ETHUSDT')?.stopLoss).toEqual({
      kind: 'percent',
      percent: '5',
    });
  });

  it('accepts instruments, exchange, feed and store', () => {
    const config: MonitorConfig = {
      symbols: SYMBOLS,
      instruments: {
        BTCUSDT: {
          tickSize: '0.10',
          stepSize: 0.001,
          minQty: '0.001',
          maxQty: 0,
          minNotional: 5,
          maxMarketQty: 120,
          priceBand: { up: '1.05', down: '0.95' },
          contract: { size: 1 },
        },
      },
      exchange: { id: 'aster', restUrl: 'http://127.0.0.1:9', streamUrl: 'ws://localhost:9/ws' },
      feed: { sources: ['LAST', 'MARK'], streamUrl: 'wss://stream.example.com' },
      store: { path: 'data/monitor.db' },
    };
    const resolved = resolveConfig(config);
    expect(resolved.instruments.get('BTCUSDT')).toMatchObject({
      symbol: 'BTCUSDT',
      tickSize: '0.10',
    });
    expect(resolved.exchange).toEqual(config.exchange);
    expect(resolved.feed).toEqual(config.feed);
    expect(resolved.store).toEqual(config.store);
  });

  it('accepts symbols of every exchange', () => {
    const names = [
      'BTCUSDT',
      'BTC/USDT:USDT',
      'BTC-USDT-SWAP',
      'xyz:NVDA',
      'BTCUSDT_250627',
      '币安人生USDT',
    ];
    const symbols = Object.fromEntries(names.map((name) => [name, { stopLossPct: 1 }]));
    expect([...resolveConfig({ symbols }).core.plans.keys()]).toEqual(names);
  });
});

describe('resolveConfig, result', () => {
  it('is frozen, maps included', () => {
    const resolved = resolveConfig({ symbols: SYMBOLS });
    expect(Object.isFrozen(resolved)).toBe(true);
    expect(Object.isFrozen(resolved.core)).toBe(true);
    expect(Object.isFrozen(resolved.core.plans.get('BTCUSDT')?.takeProfits[0])).toBe(true);
    const plans = resolved.core.plans as Map<string, unknown>;
    expect(() => plans.set('X', {})).toThrow(TypeError);
    expect(() => plans.clear()).toThrow(TypeError);
  });

  it('leaves its decimals usable: they change their sign while they compute', () => {
    const { tranchePnlIncrementPct } = resolveConfig({ symbols: SYMBOLS }).core;
    expect(tranchePnlIncrementPct.mod(3).toFixed()).toBe('2');
  });

  it('does not follow later changes of the input', () => {
    const symbols = { BTCUSDT: { stopLossPct: 1 } };
    const { core } = resolveConfig({ symbols });
    symbols.BTCUSDT.stopLossPct = 50;
    expect(core.plans.get('BTCUSDT')?.stopLoss).toEqual({ kind: 'percent', percent: '1' });
  });

  it('gives equal plans for equal wishes', () => {
    const { plans } = resolveConfig({
      symbols: {
        A: { stopLossPct: 1, takeProfitPct: 2 },
        B: { takeProfitPct: '2.00', stopLossPct: '1.0', takeProfitEnabled: true },
        C: { takeProfitLevels: [{ pct: 2, portion: '1.0' }], stopLossPct: 1, workingType: 'LAST' },
      },
    }).core;
    const [a, b, c] = [...plans.values()];
    expect(plansAreEqual(a!, b!)).toBe(true);
    expect(plansAreEqual(a!, c!)).toBe(true);
  });
});

describe('resolveConfig, warnings', () => {
  it.each([
    [
      { symbols: { BTCUSDT: { takeProfitPct: 1 } } },
      /symbols\.BTCUSDT has no stop-loss, so losses/,
    ],
    [{ symbols: { BTCUSDT: {} } }, /no stop-loss and no take-profit: nothing is protected/],
    [
      { symbols: { X: { takeProfitPct: 1, breakeven: { activationPct: 1 }, timeLimitMs: 1 } } },
      /symbols\.X has no stop-loss, so losses/,
    ],
    [
      { symbols: { X: { volatility: { atrPeriod: 14, barMs: 1_000, tpMultiple: 1 } } } },
      /symbols\.X has no stop-loss, so losses/,
    ],
    [
      { symbols: { X: { volatility: { atrPeriod: 14, barMs: 1_000, slMultiple: 1 } } } },
      /symbols\.X has no stop until the average of volatility is known: before that.*Give stopLossPct/,
    ],
    [
      { symbols: { X: { trailingStop: { activationPct: 2, callbackPct: 1 } } } },
      /symbols\.X has no stop until the price has reached trailingStop\.activationPct: before/,
    ],
    [
      {
        globals: { instantTpEnabled: false },
        symbols: {
          X: {
            stopLossPct: 1,
            takeProfitOrder: 'local',
            volatility: { atrPeriod: 14, barMs: 1_000, tpMultiple: 1 },
          },
        },
      },
      /it is taken at market all the same/,
    ],
    [{ symbols: {} }, /symbols is empty/],
    [{ globals: { usePositionMonitor: false }, symbols: SYMBOLS }, /only observes/],
    [
      {
        globals: { instantTpEnabled: false },
        symbols: { BTCUSDT: { ...SYMBOLS.BTCUSDT, takeProfitOrder: 'local' } },
      },
      /it is taken at market all the same/,
    ],
    [
      { symbols: SYMBOLS, instruments: { ETHUSDT: { tickSize: 1, stepSize: 1 } } },
      /instruments\.ETHUSDT has no entry in symbols/,
    ],
  ])('%j', (config, warning) => {
    expect(resolve(config).warnings).toEqual([expect.stringMatching(warning)]);
  });

  it.each([
    { trailingStop: { callbackPct: 1 } },
    { stopLossPct: 1, trailingStop: { activationPct: 2, callbackPct: 1 } },
    { stopLossPct: 1, volatility: { atrPeriod: 14, barMs: 1_000, slMultiple: 1 } },
  ])('take %j as a stop', (X) => {
    expect(resolve({ symbols: { X } }).warnings).toEqual([]);
  });
});

describe('resolveConfig, refusals', () => {
  it.each([
    // The path, what was expected, what was received, what to do.
    [
      { stopLossPct: -3 },
      /symbols\.X\.stopLossPct: expected a percentage above 0 .*received -3\. The sign is implied by the name: write 3/,
    ],
    [{ stopLossPct: '-3.0' }, /received "-3.0"\. The sign is implied by the name: write 3/],
    [{ stopLossPct: 0 }, /stopLossPct: .*received 0\. Leave it out, or disable the rule/],
    [
      { stopLossPct: 100 },
      /stopLossPct: expected a percentage below 100, received 100\. .*stop-loss of a LONG would lie at zero/,
    ],
    [
      { takeProfitPct: 100 },
      /takeProfitPct: expected a percentage below 100, received 100\. .*take-profit of a SHORT would/,
    ],
    [{ takeProfitPct: 1e5, stopLossPct: 1 }, /above 0 to 10000.*received 100000/],
    [{ stopLossPct: Number.NaN }, /received NaN/],
    [{ stopLossPct: Number.POSITIVE_INFINITY }, /received Infinity/],
    [{ stopLossPct: '1e1' }, /received "1e1"\. Write it without an exponent/],
    [{ stopLossPct: '2 %' }, /Leave the percent sign out/],
    [{ stopLossPct: '2,5' }, /Write a point instead of the comma/],
    [{ stopLossPct: 1e-300 }, /stopLossPct/],
    [{ stopLossPct: null }, /received null/],
    [{ stopLossPct: [1] }, /received an array of 1/],
    [
      { takeProfitEnabled: true },
      /takeProfitEnabled: expected a level for it, received none\. Give takeProfitPct/,
    ],
    [
      { stopLossEnabled: true },
      /stopLossEnabled: expected a level for it, received none\. Give stopLossPct/,
    ],
    [
      { takeProfitEnabled: 'true', takeProfitPct: 1 },
      /expected true or false, received "true"\. Write it without quotes/,
    ],
    [
      { takeProfitPct: 1, takeProfitLevels: [{ pct: 1, portion: 1 }] },
      /either takeProfitPct or takeProfitLevels, received both/,
    ],
    [{ takeProfitLevels: [] }, /takeProfitLevels: expected at least one level/],
    [{ takeProfitLevels: {} }, /takeProfitLevels: expected a list/],
    [
      { takeProfitLevels: [{ pct: 1 }] },
      /takeProfitLevels\[0\]\.portion: expected a value, since the key is required/,
    ],
    [
      { takeProfitLevels: [{ portion: 1 }] },
      /takeProfitLevels\[0\]: expected either pct or price, received neither/,
    ],
    [{ takeProfitLevels: [{ pct: 1, price: 2, portion: 1 }] }, /received both/],
    [
      { takeProfitLevels: [{ pct: 1, portion: 2 }] },
      /portion: expected a share of the tranche above 0 to 1, .*received 2\. 1 is all of it/,
    ],
    [
      {
        takeProfitLevels: [
          { pct: 1, portion: '0.6' },
          { pct: 2, portion: '0.5' },
        ],
      },
      /sum to at most 1, received 1\.1/,
    ],
    [{ workingType: 'CONTRACTPRICE' }, /workingType: expected .*Did you mean "CONTRACT_PRICE"/],
    [{ takeProfitOrder: 'stop' }, /takeProfitOrder/],
    [
      { stopLosPct: 3 },
      /symbols\.X\.stopLosPct: expected a known key, received an unknown one\. Did you mean stopLossPct\?/,
    ],
    [{ stop_loss_pct: 3 }, /Did you mean stopLossPct\?/],
    [{ slPercent: 3 }, /Did you mean stopLossPct\?/],
    [{ zzz: 3 }, /Known keys: takeProfitEnabled, /],
    [{ exitExecution: 'market' }, /exitExecution: expected \{ kind: "market" \}/],
    [
      { exitExecution: { kind: 'market', slices: 3 } },
      /exitExecution\.slices: expected a known key, .*It belongs to kind "twap"; this one is "market"/,
    ],
    [3, /symbols\.X: expected an object, received 3/],
    [null, /symbols\.X: expected an object, received null/],
    [[], /symbols\.X: expected an object, received an array of 0/],
  ])('symbol settings %j', (settings, message) => {
    const error = errorOf({ symbols: { X: settings } });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
  });

  it.each([
    ['usePositionMonitor', 1, /expected true or false, received 1/],
    ['manage', 'some', /expected "all" or "registered", received "some"/],
    ['priceMonitorReconnectDelay', 0, /a number of seconds above 0 to 60, received 0/],
    ['priceMonitorReconnectDelay', 5_000, /to 60, received 5000/],
    ['priceMonitorReconnectDelay', '5', /received "5"\. Write it without quotes/],
    ['positionMode', 'HEDGE', /Did you mean "hedge"\?/],
    ['tranchePnlIncrementPct', -5, /write 5/],
    ['maxTranchesPerSymbolSide', 0, /a whole number of tranches from 1 to 1000000, received 0/],
    ['maxTranchesPerSymbolSide', 2.5, /received 2.5/],
    ['onTrancheLimit', 'join', /onTrancheLimit/],
    ['emergencyClose', true, /false or \{ afterFailures, afterMs \}, received true/],
    [
      'emergencyClose',
      { afterFailures: 0 },
      /globals\.emergencyClose\.afterFailures: .*from 1 to 1000 *, received 0|from 1 to 1000, received 0/,
    ],
    [
      'emergencyClose',
      { afterFails: 1 },
      /emergencyClose\.afterFails: .*Did you mean afterFailures/,
    ],
    ['maxJumpPct', 0, /maxJumpPct/],
    ['adoptPositions', 'yes', /adoptPositions/],
    ['adoptAfterMs', -1, /milliseconds from 0 to 86400000, received -1/],
    ['tpGraceMs', 0.5, /received 0.5/],
    ['instantTpBeyondBps', -1, /basis points from 0 to 10000, received -1/],
    ['slGraceMs', 1e12, /slGraceMs/],
    ['ackTimeoutMs', 0, /ackTimeoutMs/],
    ['staleAfterMs', 0, /staleAfterMs/],
    ['reconcileIntervalMs', 10, /from 100 /],
    ['maxSlippageBps', 0, /maxSlippageBps/],
    ['maxSlippageBps', Number.NaN, /received NaN/],
    ['usePositionMonitr', true, /Did you mean usePositionMonitor\?/],
  ])('globals.%s = %j', (key, value, message) => {
    const error = errorOf({ globals: { [key]: value }, symbols: SYMBOLS });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(`globals.${key}`);
    expect(error.message).toMatch(message);
  });

  it.each([
    [null, /The configuration: expected an object, received null/],
    ['x', /expected an object, received "x"/],
    [[], /expected an object, received an array of 0/],
    [new Map(), /expected plain data/],
    [{}, /symbols: expected a value, since the key is required, received nothing/],
    [{ symbols: [] }, /symbols: expected an object with one entry per symbol/],
    [{ symbols: new Map([['BTCUSDT', {}]]) }, /symbols: expected plain data/],
    [{ symbols: SYMBOLS, globals: 'x' }, /globals: expected an object/],
    [{ symbols: SYMBOLS, global: {} }, /global: .*Did you mean globals\?/],
    [{ symbols: { 'BTC USDT': {} } }, /symbols\["BTC USDT"\]: expected a symbol/],
    [{ symbols: { ['X'.repeat(65)]: {} } }, /expected a symbol/],
    [{ symbols: SYMBOLS, instanceId: '' }, /instanceId: expected 1 to 64 letters/],
    [{ symbols: SYMBOLS, instanceId: 'a b' }, /instanceId/],
    [{ symbols: SYMBOLS, instanceId: 'x'.repeat(65) }, /instanceId/],
    [{ symbols: SYMBOLS, instanceId: 7 }, /instanceId: .*received 7/],
    [{ symbols: SYMBOLS, exchange: { id: 'binanc' } }, /exchange\.id: .*Did you mean "binance"\?/],
    [{ symbols: SYMBOLS, exchange: {} }, /exchange\.id: expected a value/],
    [
      { symbols: SYMBOLS, exchange: { id: 'paper', restUrl: 'http://example.com' } },
      /exchange\.restUrl: .*host "example.com"/,
    ],
    [
      { symbols: SYMBOLS, exchange: { id: 'paper', streamUrl: 'https://example.com' } },
      /a wss:\/\/ URL/,
    ],
    [{ symbols: SYMBOLS, exchange: { id: 'paper', streamUrl: 'nonsense' } }, /text that is no URL/],
    [
      { symbols: SYMBOLS, exchange: { id: 'binance', apiUrl: 'wss://ws-fapi.binance.com' } },
      /exchange\.apiUrl: .*restUrl says where they go/,
    ],
    [{ symbols: SYMBOLS, feed: { sources: ['LAST', 'LAST'] } }, /feed\.sources: .*none twice/],
    [{ symbols: SYMBOLS, feed: { sources: ['TRADES'] } }, /feed\.sources\[0\]/],
    [{ symbols: SYMBOLS, store: {} }, /store\.path/],
    [{ symbols: SYMBOLS, store: { path: 'a\0b' } }, /store\.path/],
    [
      { symbols: SYMBOLS, instruments: { BTCUSDT: { tickSize: 0, stepSize: 1 } } },
      /tickSize: expected a price step above 0/,
    ],
    [
      { symbols: SYMBOLS, instruments: { BTCUSDT: { tickSize: 1 } } },
      /instruments\.BTCUSDT\.stepSize: expected a value/,
    ],
    [
      {
        symbols: SYMBOLS,
        instruments: { BTCUSDT: { tickSize: 1, stepSize: 1, minQty: 3, maxQty: 2 } },
      },
      /maxQty: expected at least minQty \(3\), received 2/,
    ],
    [
      { symbols: SYMBOLS, instruments: { BTCUSDT: { symbol: 'X', tickSize: 1, stepSize: 1 } } },
      /instruments\.BTCUSDT\.symbol/,
    ],
    [
      { symbols: SYMBOLS, instruments: { '*': { tickSize: 1, stepSize: 1 } } },
      /instruments\.\*: expected a symbol/,
    ],
  ])('%j', (config, message) => {
    const error = errorOf(config);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
  });

  it('tells everything at once', () => {
    const error = errorOf({
      simbols: {},
      globals: { maxJumpPct: -1 },
      symbols: {
        A: { stopLossPct: -1, takeProfitLevels: [], confirm: {} },
        B: { zzz: 1 },
      },
      instanceId: '!',
    });
    expect(error.message).toMatch(/^The configuration has 7 problems:/);
    for (const path of [
      'simbols',
      'globals.maxJumpPct',
      'symbols.A.stopLossPct',
      'symbols.A.takeProfitLevels',
      'symbols.A.confirm',
      'symbols.B.zzz',
      'instanceId',
    ]) {
      expect(error.message).toContain(`\n- ${path}: expected `);
    }
  });

  it('lists a bounded number of problems', () => {
    const symbols = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [`S${index}`, { stopLossPct: 0 }]),
    );
    const { message } = errorOf({ symbols });
    expect(message).toMatch(/has 60 problems/);
    expect(message.split('\n')).toHaveLength(52);
    expect(message).toMatch(/- and 10 more$/);
  });

  it('never repeats a credential', () => {
    const { message } = errorOf({
      symbols: SYMBOLS,
      exchange: {
        id: 'binance',
        apiKey: 'CANARY-1',
        apiSecret: 'CANARY-2',
        restUrl: 'https://user:CANARY-3@example.com/?signature=CANARY-4',
      },
    });
    expect(message).toMatch(/exchange\.apiKey: .*Credentials never stand in a configuration/);
    expect(message).not.toContain('CANARY');
  });

  it.each(['inverse', 'spot'])('refuses a contract of kind %s', (kind) => {
    const instruments = { BTCUSDT: { kind, tickSize: 1, stepSize: 1 } };
    const error = errorOf({ symbols: SYMBOLS, instruments });
    expect(error.code).toBe('INSTRUMENT_UNSUPPORTED');
  });
});

describe('resolveConfig, exit rules', () => {
  const planOf = (settings: unknown, globals = {}) =>
    resolve({ globals, symbols: { X: settings } }).core.plans.get('X');

  it('takes null as no rule', () => {
    const X = { stopLossPct: 1, trailingStop: null, confirm: null, timeLimitMs: null };
    expect(planOf(X)).toEqual(planOf({ stopLossPct: 1 }));
  });

  it('takes the slippage of limits from the settings for all symbols', () => {
    const X = { stopLossPct: 1, exitExecution: { kind: 'ioc-limit' } };
    expect(planOf(X)?.exitExecution).toMatchObject({ slippagePct: '1' });
    expect(planOf(X, { maxSlippageBps: 2.5 })?.exitExecution).toMatchObject({
      slippagePct: '0.025',
    });
    expect(errorOf({ globals: { maxSlippageBps: 10_000 }, symbols: { X } }).message).toMatch(
      /X\.exitExecution\.slippagePct: expected a percentage below 100, received 100 from maxSlippageBps/,
    );
  });
});

describe('resolveConfig, hostile input', () => {
  it.each(['__proto__', 'constructor', 'prototype'])('refuses the key %s anywhere', (key) => {
    const config = JSON.parse(`{"symbols":{"X":{"${key}":{"polluted":1}},"${key}":{}}}`);
    const error = errorOf(config);
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(`symbols.X.${key}`);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('does not see inherited settings', () => {
    const X = Object.create({ stopLossPct: 1 });
    expect(resolve({ symbols: { X } }).core.plans.get('X')?.stopLoss).toBeNull();
  });

  it('bounds depth, size and cycles', () => {
    const cycle: Record<string, unknown> = {};
    cycle.again = cycle;
    expect(errorOf({ symbols: { X: cycle } }).message).toMatch(/levels of nesting/);
    const wide = Array.from({ length: CONFIG_ENTRIES_MAX }, () => 0);
    expect(errorOf({ symbols: { X: { a: wide, b: wide } } }).message).toMatch(/entries in all/);
    const huge: unknown[] = [];
    huge.length = 1e9;
    expect(errorOf({ symbols: huge }).message).toMatch(/symbols: expected/);
  });

  it('survives getters and proxies that throw', () => {
    const getter = Object.defineProperty({}, 'stopLossPct', {
      enumerable: true,
      get: () => {
        throw new Error('boo');
      },
    });
    const proxy = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new Error('boo');
        },
      },
    );
    expect(errorOf({ symbols: { X: getter } }).code).toBe('CONFIG_INVALID');
    expect(errorOf({ symbols: proxy }).code).toBe('CONFIG_INVALID');
  });
});

describe('coreSettingsFor', () => {
  const account = { positionMode: 'one-way', pricesConfirmThemselves: true } as const;

  it('completes the settings with what the account tells', () => {
    expect(coreSettingsFor(resolveConfig({ symbols: SYMBOLS }), account)).toMatchObject(account);
  });

  it('refuses an account in another mode than configured', () => {
    const resolved = resolveConfig({ globals: { positionMode: 'hedge' }, symbols: SYMBOLS });
    expect(() => coreSettingsFor(resolved, account)).toThrow(
      expect.objectContaining({ code: 'MODE_MISMATCH' }),
    );
    expect(() => coreSettingsFor(resolved, { ...account, positionMode: 'hedge' })).not.toThrow();
  });
});

describe('instanceIdFrom', () => {
  it('checks a name given outside of the configuration', () => {
    expect(instanceIdFrom('desk_1-A')).toBe('desk_1-A');
    for (const bad of ['', 'a/b', 'x'.repeat(65), 1, null, undefined]) {
      expect(() => instanceIdFrom(bad)).toThrow(
        expect.objectContaining({ code: 'CONFIG_INVALID' }),
      );
    }
  });
});
