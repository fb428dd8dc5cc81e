import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { DEFAULTS } from '../../../src/limits.js';
import { configFrom } from '../../../src/monitor/config/load-settings.js';
import {
  GLOBAL_ENTRIES,
  INSTRUMENT_ENTRIES,
  LATER_RULES,
  SYMBOL_ENTRIES,
} from '../../../src/monitor/config/schemas.js';

const PAGE = readFileSync(
  join(import.meta.dirname, '../../../docs/reference/configuration.md'),
  'utf8',
);

/** First cells of the table below a heading, without their backquotes. */
function rowsOf(heading: string): ReadonlyMap<string, string> {
  const section = PAGE.split('\n## ').find((part) => part.startsWith(`${heading}\n`)) ?? '';
  // Cells are padded, and a cell may hold an escaped bar.
  const rows = [...section.matchAll(/^\| `([\w.]+)`\s*\|(?:\\\||[^|])*\|\s*(.*?)\s*\|/gm)];
  return new Map(rows.map(([, key, rest]) => [key ?? '', rest ?? '']));
}

describe('docs/reference/configuration.md', () => {
  it('has a row for every key, and no others', () => {
    const later = new Set<string>(LATER_RULES);
    const expected: [string, readonly string[]][] = [
      ['`globals`', Object.keys(GLOBAL_ENTRIES)],
      ['`symbols`', Object.keys(SYMBOL_ENTRIES).filter((key) => !later.has(key))],
      ['`instruments`', Object.keys(INSTRUMENT_ENTRIES)],
    ];
    for (const [heading, keys] of expected) {
      expect([...rowsOf(heading).keys()].sort(), heading).toEqual([...keys].sort());
    }
    for (const key of later) expect(PAGE).toContain(`\`${key}\``);
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
  });

  it('has examples that are accepted as they stand', () => {
    const examples = [...PAGE.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text]) => text);
    expect(examples).toHaveLength(2);
    const [camel, snake] = examples.map((text) => configFrom(text));
    expect(camel?.unknown).toEqual([]);
    expect(snake).toMatchObject({ unknown: [], ignored: ['symbols.BTCUSDT.leverage'] });
  });
});
