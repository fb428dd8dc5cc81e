import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULTS, EXIT_DEFAULTS } from '../../../src/limits.js';
import { exitPlanFrom } from '../../../src/monitor/config/exit-plan-from.js';
import { configFrom } from '../../../src/monitor/config/load-settings.js';
import {
  GLOBAL_ENTRIES,
  INSTRUMENT_ENTRIES,
  RULE_KEYS,
  SYMBOL_ENTRIES,
} from '../../../src/monitor/config/schemas.js';

const PAGE = readFileSync(
  join(import.meta.dirname, '../../../docs/reference/configuration.md'),
  'utf8',
);

function sectionOf(heading: string): string {
  return PAGE.split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? '';
}

/** First cells of the tables below a heading, without their backquotes, and the defaults. */
function rowsOf(heading: string): ReadonlyMap<string, string> {
  // Cells are padded, and a cell may hold an escaped bar.
  const rows = [
    ...sectionOf(heading).matchAll(/^\| `([\w.]+)`\s*\|(?:\\\||[^|])*\|\s*(.*?)\s*\|/gm),
  ];
  return new Map(rows.map(([, key, rest]) => [key ?? '', rest ?? '']));
}

function examplesIn(text: string): readonly string[] {
  return [...text.matchAll(/```json\n([\s\S]*?)```/g)].map(([, example]) => example ?? '');
}

describe('docs/reference/configuration.md', () => {
  it('has a row for every key, and no others', () => {
    const inRules = Object.entries(RULE_KEYS).flatMap(([rule, keys]) =>
      keys.map((key) => `${rule}.${key}`),
    );
    const expected: [string, readonly string[]][] = [
      ['`globals`', Object.keys(GLOBAL_ENTRIES)],
      ['`symbols`', Object.keys(SYMBOL_ENTRIES)],
      ['Exit rules', inRules],
      ['`instruments`', Object.keys(INSTRUMENT_ENTRIES)],
    ];
    for (const [heading, keys] of expected) {
      expect([...rowsOf(heading).keys()].sort(), heading).toEqual([...keys].sort());
    }
  });

  it('states the defaults that the code has', () => {
    const rows = rowsOf('`globals`');
    for (const [key, value] of Object.entries(DEFAULTS)) {
      if (rows.has(key)) expect(rows.get(key), key).toBe(`\`${value}\``);
    }
    const { emergencyCloseAfterFailures, emergencyCloseAfterMs } = DEFAULTS;
    expect(rows.get('emergencyClose')).toBe(
      `\`{ ${emergencyCloseAfterFailures}, ${emergencyCloseAfterMs} }\``,
    );
    const rules = rowsOf('Exit rules');
    expect(rules.get('breakeven.offsetPct')).toBe(`\`${EXIT_DEFAULTS.breakevenOffsetPct}\``);
    expect(rules.get('exitExecution.deadlineMs')).toBe(
      `\`${EXIT_DEFAULTS.iocDeadlineMs}\` (\`iceberg\`: \`${EXIT_DEFAULTS.icebergDeadlineMs}\`)`,
    );
    expect(rules.get('exitExecution.slippagePct')).toBe(
      `\`maxSlippageBps\`, else \`${DEFAULTS.maxSlippageBps / 100}\``,
    );
    expect(rules.get('liquidationGuard.bufferPct')).toBe(
      `\`${EXIT_DEFAULTS.liquidationBufferPct}\``,
    );
  });

  it('has examples that are accepted as they stand', () => {
    const rules = sectionOf('Exit rules');
    const [camel, snake, ...others] = examplesIn(PAGE.replace(rules, '')).map(configFrom);
    expect(others).toEqual([]);
    expect(camel?.unknown).toEqual([]);
    expect(snake).toMatchObject({ unknown: [], ignored: ['symbols.BTCUSDT.leverage'] });
  });

  it('has an accepted example of every rule, which asks for that rule', () => {
    const parts = sectionOf('Exit rules').split('\n### ').slice(1);
    const shown = parts.map((part) => {
      const [rule] = [...part.matchAll(/^\| `(\w+)\./gm)].map(([, key]) => key ?? '');
      const [example, ...more] = examplesIn(part).map((text) => JSON.parse(text));
      expect(more).toEqual([]);
      expect(() => exitPlanFrom(example, null, 'plan')).not.toThrow();
      expect(Object.keys(example)).toContain(rule);
      return rule;
    });
    expect([...shown].sort()).toEqual(Object.keys(RULE_KEYS).sort());
  });
});
