import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isMonitorError } from '../../../src/errors/position-monitor-error.js';
import type { ExitPlanInput } from '../../../src/model/exit-plan.js';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';
import { configFrom, loadSettings } from '../../../src/monitor/config/load-settings.js';
import type { MonitorConfig } from '../../../src/monitor/config/monitor-config.js';
import { parseJson } from '../../../src/monitor/config/parse-json.js';
import { resolveConfig } from '../../../src/monitor/config/resolve-config.js';
import { GLOBAL_ENTRIES, RULE_KEYS, SYMBOL_ENTRIES } from '../../../src/monitor/config/schemas.js';

const KEYS = [
  ...Object.keys(GLOBAL_ENTRIES),
  ...Object.keys(SYMBOL_ENTRIES),
  'stop_loss_pct',
  'hedge_mode',
  'leverage',
  'tp_percentage',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
];
/** What stands inside of rules, with values that a rule may have. */
const RULES = fc.dictionary(
  fc.constantFrom(...Object.values(RULE_KEYS).flat()),
  fc.oneof(
    fc.constantFrom('close', 'tighten', 'twap', 'iceberg', 'ioc-limit', 'MARK', 'LAST', true, null),
    fc.constantFrom(0, 1, 2, '0.5', -0.5, 100, 1_000, 60_000),
  ),
);
const VALUES = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(
    'market',
    'hedge',
    'LAST',
    '1.0',
    '-3',
    0,
    1,
    -1,
    1e308,
    Number.NaN,
    null,
    undefined,
  ),
  RULES,
  fc.array(
    fc.record({ pct: fc.double(), price: fc.double(), portion: fc.double() }, { requiredKeys: [] }),
  ),
);
const SETTINGS = fc.dictionary(fc.oneof(fc.constantFrom(...KEYS), fc.string()), VALUES);
const CONFIG = fc.oneof(
  fc.anything({ withMap: true, withDate: true, withNullPrototype: true, maxDepth: 5 }),
  fc.record(
    {
      globals: fc.oneof(SETTINGS, VALUES),
      symbols: fc.oneof(
        fc.dictionary(fc.oneof(fc.constantFrom('BTCUSDT', '*'), fc.string()), SETTINGS),
        VALUES,
      ),
      instruments: fc.oneof(fc.dictionary(fc.string(), SETTINGS), VALUES),
      exchange: SETTINGS,
      feed: VALUES,
      store: VALUES,
      instanceId: VALUES,
    },
    { requiredKeys: ['symbols'] },
  ),
);

/** Runs it; only errors of ours may come out, and nobody's prototype may have changed. */
function survives<T>(run: () => T): T | undefined {
  const before = Object.getOwnPropertyNames(Object.prototype).length;
  try {
    return run();
  } catch (error) {
    if (!isMonitorError(error)) throw error;
    expect(['CONFIG_INVALID', 'INSTRUMENT_UNSUPPORTED', 'PLAN_INVALID']).toContain(error.code);
    expect(error.message.length).toBeLessThan(100_000);
    return undefined;
  } finally {
    expect(Object.getOwnPropertyNames(Object.prototype)).toHaveLength(before);
  }
}

describe('hostile configurations', () => {
  it('end in a frozen result or an error of ours', () => {
    fc.assert(
      fc.property(CONFIG, (config) => {
        const resolved = survives(() => resolveConfig(config as MonitorConfig));
        if (resolved === undefined) return;
        expect(Object.isFrozen(resolved)).toBe(true);
        for (const plan of resolved.core.plans.values()) expect(Object.isFrozen(plan)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('as files end in a valid configuration or an error of ours', () => {
    fc.assert(
      fc.property(CONFIG, (config) => {
        for (const read of [loadSettings, configFrom]) {
          const loaded = survives(() => read(config));
          if (loaded === undefined) continue;
          expect(Object.isFrozen(loaded.config)).toBe(true);
          expect(() => resolveConfig(loaded.config)).not.toThrow();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('as plans end in a readable plan or an error of ours', () => {
    fc.assert(
      fc.property(fc.oneof(SETTINGS, fc.anything()), (input) => {
        const plan = survives(() => exitPlanFrom(input as ExitPlanInput, null, 'plan'));
        if (plan === undefined) return;
        // A plan is its own base: what was written once must be read again.
        expect(exitPlanFrom({}, plan, 'plan')).toEqual(plan);
        expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('parseJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.constantFrom(0, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        expect(parseJson(text)).toEqual({ ok: true, value: JSON.parse(text) });
      }),
    );
  });

  it('agrees with JSON.parse on damaged text', () => {
    const damaged = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.oneof(fc.constantFrom(...'{}[],:"\\ \n-0e.'), fc.string({ maxLength: 3 })),
      )
      .map(([text, at, insert]) => {
        const index = at % (text.length + 1);
        return text.slice(0, index) + insert + text.slice(index + (at % 2));
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.string()), (text) => {
        const ours = parseJson(text);
        let native: { value: unknown } | null = null;
        try {
          native = { value: JSON.parse(text) };
        } catch {}
        if (ours.ok) expect(ours.value).toEqual(native?.value);
        // What only we refuse: doubled keys, numbers beyond all bounds.
        else if (native !== null)
          expect(ours.fault.problem).toMatch(/every key once|sensible size/);
      }),
      { numRuns: 3_000 },
    );
  });

  it('keeps a dangerous key an ordinary one', () => {
    const parsed = parseJson('{"__proto__":{"a":1}}');
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__']);
  });

  it('reads long strings and refuses long texts', () => {
    const long = 'x'.repeat(1_000_000);
    expect(parseJson(JSON.stringify(long))).toEqual({ ok: true, value: long });
    expect(parseJson(' '.repeat(5_000_000))).toMatchObject({ ok: false, fault: { line: 1 } });
  });
});
