import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../../src/errors/config-error.js';
import { configFrom, loadSettings } from '../../../src/monitor/config/load-settings.js';
import { resolveConfig } from '../../../src/monitor/config/resolve-config.js';

/** A settings file of a trading bot, with every kind of key. */
const OWNERS_FILE = JSON.stringify({
  globals: {
    use_position_monitor: true,
    instant_tp_enabled: true,
    price_monitor_reconnect_delay: 5,
    tp_sl_batch_enabled: true,
    tranche_pnl_increment_pct: 5.0,
    max_tranches_per_symbol_side: 5,
    hedge_mode: true,
    simulate_only: false,
    time_in_force: 'GTC',
    volume_window_sec: 60,
    max_total_exposure_usdt: 1400,
    colour: 'green',
  },
  symbols: {
    BTCUSDT: {
      take_profit_enabled: true,
      take_profit_pct: 1.0,
      stop_loss_enabled: true,
      stop_loss_pct: 50.0,
      working_type: 'CONTRACT_PRICE',
      price_protect: false,
      use_trailing_stop: false,
      leverage: 10,
      volume_threshold: 10000,
      volume_threshold_long: 10000,
    },
  },
});

function errorOf(read: () => unknown): ConfigError {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return error as ConfigError;
  }
  throw new Error('was accepted');
}

const one = (settings: unknown, globals: unknown = {}) =>
  loadSettings({ globals, symbols: { BTCUSDT: settings } });

describe('loadSettings', () => {
  it("turns the owner's file into a configuration and lists the rest", () => {
    expect(loadSettings(OWNERS_FILE)).toEqual({
      config: {
        globals: {
          usePositionMonitor: true,
          instantTpEnabled: true,
          priceMonitorReconnectDelay: 5,
          tpSlBatchEnabled: true,
          tranchePnlIncrementPct: 5,
          maxTranchesPerSymbolSide: 5,
          positionMode: 'hedge',
          simulateOnly: false,
        },
        symbols: {
          BTCUSDT: {
            takeProfitEnabled: true,
            takeProfitPct: 1,
            stopLossEnabled: true,
            stopLossPct: 50,
            workingType: 'CONTRACT_PRICE',
            priceProtect: false,
          },
        },
      },
      unknown: ['globals.colour'],
      ignored: [
        'globals.time_in_force',
        'globals.volume_window_sec',
        'globals.max_total_exposure_usdt',
        'symbols.BTCUSDT.use_trailing_stop',
        'symbols.BTCUSDT.leverage',
        'symbols.BTCUSDT.volume_threshold',
        'symbols.BTCUSDT.volume_threshold_long',
      ],
      warnings: [],
    });
  });

  it('takes text and parsed JSON alike', () => {
    expect(loadSettings(JSON.parse(OWNERS_FILE))).toEqual(loadSettings(OWNERS_FILE));
    expect(loadSettings(`\uFEFF${OWNERS_FILE}`)).toEqual(loadSettings(OWNERS_FILE));
  });

  it('gives a configuration that the monitor takes, frozen', () => {
    const { config } = loadSettings(OWNERS_FILE);
    expect(resolveConfig(config).positionMode).toBe('hedge');
    expect(Object.isFrozen(config.symbols.BTCUSDT)).toBe(true);
  });

  it('reads the twin of every key', () => {
    const { config, unknown } = one(
      {
        take_profit_levels: [{ pct: 2, portion: 1 }],
        stop_loss_pct: '1.0',
        take_profit_order: 'local',
        stop_loss_order: 'local',
        exit_execution: { kind: 'market' },
      },
      {
        manage: 'registered',
        position_mode: 'one-way',
        on_tranche_limit: 'merge',
        merge_profitable_tranches: false,
        emergency_close: { after_failures: 3, after_ms: 5000 },
        max_jump_pct: 4,
        adopt_positions: 'adopt',
        adopt_after_ms: 1,
        tp_grace_ms: 2,
        instant_tp_beyond_bps: 3,
        sl_grace_ms: 4,
        ack_timeout_ms: 5,
        stale_after_ms: 6,
        reconcile_interval_ms: 700,
        max_slippage_bps: 8,
      },
    );
    expect(unknown).toEqual([]);
    expect(config.globals).toEqual({
      manage: 'registered',
      positionMode: 'one-way',
      onTrancheLimit: 'merge',
      mergeProfitableTranches: false,
      emergencyClose: { afterFailures: 3, afterMs: 5000 },
      maxJumpPct: 4,
      adoptPositions: 'adopt',
      adoptAfterMs: 1,
      tpGraceMs: 2,
      instantTpBeyondBps: 3,
      slGraceMs: 4,
      ackTimeoutMs: 5,
      staleAfterMs: 6,
      reconcileIntervalMs: 700,
      maxSlippageBps: 8,
    });
    expect(config.symbols.BTCUSDT).toEqual({
      takeProfitLevels: [{ pct: 2, portion: 1 }],
      stopLossPct: '1.0',
      takeProfitOrder: 'local',
      stopLossOrder: 'local',
      exitExecution: { kind: 'market' },
    });
  });

  it('leaves the position mode open when the file does', () => {
    const { config } = loadSettings({ symbols: { '*': { stop_loss_pct: 1 } } });
    expect(config.globals).toBeUndefined();
    expect(one({ stop_loss_pct: 1 }, { hedge_mode: false }).config.globals?.positionMode).toBe(
      'one-way',
    );
  });

  it('takes our own sections beside it, in either spelling', () => {
    const own = loadSettings({
      symbols: { BTCUSDT: { stop_loss_pct: 1 } },
      instruments: {
        BTCUSDT: { tickSize: '0.1', step_size: '0.001', price_band: { up: 2, down: 0.5 } },
      },
      exchange: { id: 'paper', rest_url: 'https://example.com' },
      feed: { sources: ['LAST'], stream_url: 'wss://example.com' },
      store: { path: 'monitor.db' },
      instance_id: 'desk',
    });
    expect(own.config).toMatchObject({
      instruments: {
        BTCUSDT: { tickSize: '0.1', stepSize: '0.001', priceBand: { up: 2, down: 0.5 } },
      },
      exchange: { id: 'paper', restUrl: 'https://example.com' },
      feed: { sources: ['LAST'], streamUrl: 'wss://example.com' },
      store: { path: 'monitor.db' },
      instanceId: 'desk',
    });
  });

  it('suggests the key that an unknown one may have meant', () => {
    const { unknown, warnings } = one({ stop_loss_pct: 1, take_profit_pc: 2 });
    expect(unknown).toEqual(['symbols.BTCUSDT.take_profit_pc']);
    expect(warnings).toEqual([
      expect.stringMatching(/has no effect\. Did you mean take_profit_pct\?/),
    ]);
  });

  it.each([
    [{ stop_loss_pct: -3.0 }, /symbols\.BTCUSDT\.stop_loss_pct: .*received -3\. .*write 3$/],
    [
      { stop_loss_enabled: true },
      /stop_loss_enabled: expected a level.*Give stop_loss_pct, or set stop_loss_enabled/,
    ],
    [
      { take_profit_pct: 1, take_profit_levels: [] },
      /either take_profit_pct or take_profit_levels/,
    ],
    [
      { tp_enabled: true, tp_percentage: 2 },
      /tp_percentage: expected take_profit_pct, .*another settings format/,
    ],
    [{ sl_percentage: -3 }, /symbols\.BTCUSDT\.sl_percentage: expected stop_loss_pct/],
    [{ tpPercent: 1, slPercent: 2 }, /symbols\.BTCUSDT\.tpPercent: expected take_profit_pct/],
    [{ stop_loss_pct: 1, emergency: 1, working_type: 'X' }, /working_type: expected/],
  ])('refuses %j in the words of the file', (settings, message) => {
    const error = errorOf(() => one(settings));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
  });

  it.each([
    [{ hedge_mode: 'yes' }, /globals\.hedge_mode: expected true or false, received "yes"/],
    [
      { hedge_mode: true, position_mode: 'hedge' },
      /expected the setting once, received it as hedge_mode and as position_mode/,
    ],
    [
      { emergency_close: { after_fails: 1 } },
      /globals\.emergency_close\.afterFails: expected a known key|globals\.emergency_close\.after_fails: expected a known key/,
    ],
    [{ max_tranches_per_symbol_side: 0 }, /globals\.max_tranches_per_symbol_side: /],
    [[], /globals: expected an object/],
  ])('refuses globals %j', (globals, message) => {
    expect(errorOf(() => one({ stop_loss_pct: 1 }, globals)).message).toMatch(message);
  });

  it('refuses the other settings formats, without repeating their credentials', () => {
    const second = errorOf(() => loadSettings('{"global":{},"symbols":{"A":{"tp_percentage":1}}}'));
    expect(second.message).toMatch(/global: expected globals, received a section of another/);
    const third = errorOf(() =>
      loadSettings('{"api":{"apiKey":"CANARY","secretKey":"CANARY"},"global":{},"symbols":{}}'),
    );
    expect(third.message).toMatch(/api: expected no credentials in this file/);
    expect(third.message).not.toContain('CANARY');
  });

  it('reads the twin of every exit rule', () => {
    const { config, unknown } = one({
      take_profit_levels: [
        { pct: 1, portion: 0.5 },
        { pct: 2, portion: 0.25 },
      ],
      stop_loss_order: 'limit-on-trigger',
      exit_execution: {
        kind: 'ioc-limit',
        slippage_pct: 1,
        deadline_ms: 500,
        hard_floor_pct: 3,
      },
      trailing_stop: { activation_pct: 2, callback_pct: 1, step_pct: '0.1' },
      breakeven: { after_level: 1, offset_pct: 0.1, include_fees: true, follow_levels: true },
      time_limit: { ms: 60_000, action: 'tighten', only_in: 'loss', stop_loss_pct: -0.5 },
      volatility: { atr_period: 14, bar_ms: 60_000, sl_multiple: 2 },
      confirm: { ticks: 2, ms: 300, source: 'MARK', hard_floor_pct: 1 },
      liquidation_guard: { buffer_pct: 1 },
    });
    expect(unknown).toEqual([]);
    expect(config.symbols.BTCUSDT).toEqual({
      takeProfitLevels: [
        { pct: 1, portion: 0.5 },
        { pct: 2, portion: 0.25 },
      ],
      stopLossOrder: 'limit-on-trigger',
      exitExecution: { kind: 'ioc-limit', slippagePct: 1, deadlineMs: 500, hardFloorPct: 3 },
      trailingStop: { activationPct: 2, callbackPct: 1, stepPct: '0.1' },
      breakeven: { afterLevel: 1, offsetPct: 0.1, includeFees: true, followLevels: true },
      timeLimit: { ms: 60_000, action: 'tighten', onlyIn: 'loss', stopLossPct: -0.5 },
      volatility: { atrPeriod: 14, barMs: 60_000, slMultiple: 2 },
      confirm: { ticks: 2, ms: 300, source: 'MARK', hardFloorPct: 1 },
      liquidationGuard: { bufferPct: 1 },
    });
    expect(one({ stop_loss_pct: 1, time_limit_ms: 5_000 }).config.symbols.BTCUSDT).toEqual({
      stopLossPct: 1,
      timeLimitMs: 5_000,
    });
    expect(
      one({
        exit_execution: { kind: 'iceberg', visible_portion: '0.1' },
        volatility: { atr_period: 14, bar_ms: 60_000, tp_multiple: 2 },
      }).config.symbols.BTCUSDT,
    ).toEqual({
      exitExecution: { kind: 'iceberg', visiblePortion: '0.1' },
      volatility: { atrPeriod: 14, barMs: 60_000, tpMultiple: 2 },
    });
    expect(
      one({ exit_execution: { kind: 'twap', slices: 4, interval_ms: 250 } }).config.symbols.BTCUSDT,
    ).toEqual({ exitExecution: { kind: 'twap', slices: 4, intervalMs: 250 } });
  });

  it.each([
    [{ trailing_stop: {} }, /BTCUSDT\.trailing_stop\.callback_pct: expected a value/],
    [
      { exit_execution: { kind: 'twap', slices: 3 } },
      /exit_execution\.interval_ms: expected a value/,
    ],
    [{ breakeven: {} }, /breakeven: expected either activation_pct or after_level/],
    [
      { breakeven: { after_level: 1 }, stop_loss_pct: 1 },
      /breakeven\.after_level: expected take-profit levels \(take_profit_levels\)/,
    ],
    [{ time_limit: { ms: 1, action: 'tighten' } }, /time_limit\.stop_loss_pct: expected where/],
    [{ volatility: { atr_period: 2, bar_ms: 1_000 } }, /expected tp_multiple, sl_multiple or both/],
    [{ time_limit_ms: 1, time_limit: { ms: 1 } }, /either time_limit_ms or time_limit, received/],
    [{ confirm: { ticks: 1, source: 'LAST' } }, /another price than working_type \("LAST"\)/],
    [{ liquidation_guard: { buffer_pct: 50 } }, /liquidation_guard\.buffer_pct: .*below 50/],
  ])('refuses the rule %j in the words of the file', (settings, message) => {
    const error = errorOf(() => one(settings));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toMatch(message);
  });

  it("takes the bot's switch for its trailing stop only where it agrees with the rule", () => {
    const rule = { callback_pct: 1 };
    const both = one({ stop_loss_pct: 1, use_trailing_stop: true, trailing_stop: rule });
    expect(both.ignored).toEqual(['symbols.BTCUSDT.use_trailing_stop']);
    expect(both.config.symbols.BTCUSDT?.trailingStop).toEqual({ callbackPct: 1 });
    const none = one({ stop_loss_pct: 1, use_trailing_stop: false, trailing_stop: null });
    expect(none.config.symbols.BTCUSDT?.trailingStop).toBeNull();
    expect(errorOf(() => one({ use_trailing_stop: true })).message).toMatch(
      /BTCUSDT\.use_trailing_stop: expected trailing_stop beside it, received true alone/,
    );
    expect(errorOf(() => one({ use_trailing_stop: false, trailing_stop: rule })).message).toMatch(
      /use_trailing_stop: expected true or no such key beside trailing_stop, received false/,
    );
  });

  it('refuses a camelCase configuration', () => {
    const error = errorOf(() => one({ stopLossPct: 1 }));
    expect(error.message).toMatch(/snake_case, received symbols\.BTCUSDT\.stopLossPct/);
  });

  it.each([null, undefined, 3, true, [], () => 1])('refuses %s', (input) => {
    expect(errorOf(() => loadSettings(input)).code).toBe('CONFIG_INVALID');
  });

  it('refuses dangerous keys', () => {
    const error = errorOf(() => loadSettings('{"symbols":{"__proto__":{"stop_loss_pct":1}}}'));
    expect(error.message).toMatch(/symbols\.__proto__/);
    expect(({} as Record<string, unknown>).stop_loss_pct).toBeUndefined();
  });

  it.each([
    ['', 'line 1, column 1: expected a value, received the end of the text'],
    ['{\n  "symbols": {},\n}', 'line 3, column 1: expected no comma before "}"'],
    ['{\n  "symbols": {}\n  "globals": {} }', 'line 3, column 3: expected "," or "}"'],
    ["{ 'symbols': {} }", 'line 1, column 3: expected a key in double quotes'],
    ['{ "symbols": {} // all\n}', 'line 1, column 17: expected no comment'],
    ['{ "symbols": {}, "symbols": {} }', 'line 1, column 18: expected every key once: "symbols"'],
    ['{ "a": tru }', 'line 1, column 8: expected a value'],
    ['{ "a": 01 }', 'line 1, column 9: expected "," or "}"'],
    ['{ "a": 1e999 }', 'line 1, column 8: expected a number of sensible size'],
    ['{ "a": "b\n" }', 'line 1, column 10: expected the string to end on its line'],
    ['{ "a": "\\x" }', 'line 1, column 8: expected a string with valid escapes'],
    ['[1, ]', 'line 1, column 5: expected no comma before "]"'],
    ['{} {}', 'line 1, column 4: expected nothing after the value'],
    ['['.repeat(50), 'line 1, column 12: expected at most 10 levels of nesting'],
    ['{ "a" 1 }', 'line 1, column 7: expected ":"'],
  ])('says where %j is no JSON', (text, message) => {
    const error = errorOf(() => loadSettings(text));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(message);
  });
});

describe('configFrom', () => {
  it('takes camelCase, strictly', () => {
    const config = { globals: { manage: 'all' }, symbols: { A: { stopLossPct: 1 } } };
    expect(configFrom(JSON.stringify(config))).toEqual({
      config,
      unknown: [],
      ignored: [],
      warnings: [],
    });
    expect(errorOf(() => configFrom({ symbols: { A: { stopLosPct: 1 } } })).message).toMatch(
      /Did you mean stopLossPct/,
    );
  });

  it("takes the owner's file", () => {
    expect(configFrom(OWNERS_FILE)).toEqual(loadSettings(OWNERS_FILE));
  });

  it('takes a file that shows no spelling as camelCase', () => {
    expect(configFrom({ symbols: {} }).config).toEqual({ symbols: {} });
  });

  it('knows a file by the keys of the bot alone', () => {
    const { ignored } = configFrom({ globals: {}, symbols: { A: { leverage: 3 } } });
    expect(ignored).toEqual(['symbols.A.leverage']);
  });

  it.each([
    [
      { globals: { use_position_monitor: true }, symbols: { A: { takeProfitPct: 1 } } },
      ['globals.use_position_monitor', 'symbols.A.takeProfitPct'],
    ],
    [
      { symbols: { A: { takeProfitPct: 1, leverage: 10 } } },
      ['symbols.A.leverage', 'symbols.A.takeProfitPct'],
    ],
    [
      { globals: { emergencyClose: { after_ms: 1 } }, symbols: {} },
      ['globals.emergencyClose.after_ms', 'globals.emergencyClose'],
    ],
  ])('refuses the mixture %j and names both', (config, paths) => {
    const error = errorOf(() => configFrom(config));
    expect(error.code).toBe('CONFIG_INVALID');
    for (const path of paths) expect(error.message).toContain(path);
    expect(error.message).toMatch(/mixture/);
    expect(errorOf(() => loadSettings(config)).message).toMatch(/mixture/);
  });

  it('knows other formats', () => {
    expect(errorOf(() => configFrom({ global: {}, symbols: {} })).message).toMatch(
      /another settings format/,
    );
  });
});
