import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { missing, recorded, scratch } from './run-cli.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const run = promisify(execFile);

async function demo(...args: string[]): Promise<string> {
  const temporary = scratch();
  const { stdout } = await run(
    process.execPath,
    ['--import', 'tsx', 'examples/demo/main.ts', ...args],
    {
      cwd: ROOT,
      env: { ...process.env, TMPDIR: temporary },
    },
  );
  expect(readdirSync(temporary).filter((name) => !name.startsWith('tsx'))).toEqual([]);
  return stdout;
}

/** All but the line that says how long it took. */
function told(output: string): string[] {
  return output.split('\n').filter((line) => !/ prices in /.test(line));
}

/** A market takes some seconds, and more where the machine is busy. */
const DEMO_LIMIT_MS = 60_000;

describe('the demo', { timeout: DEMO_LIMIT_MS }, () => {
  it('tells the same story of the same market', async () => {
    const [first, second] = await Promise.all([demo(), demo()]);
    expect(told(second)).toEqual(told(first));
    expect(first).toMatch(/stop-loss .* worse than its level/);
    expect(first).toMatch(/target .* take-profit took/);
    expect(first).toMatch(/stop .* goes to .* \(breakeven\)/);
    expect(first).toMatch(/-- crash --[\s\S]*EXIT .* trailing-stop at .*, moved \d+ times/);
    expect(first).toMatch(/all found again/);
    expect(first).toMatch(/everything is protected/);
    expect(first).not.toMatch(/ALARM|NaN/);
  });

  it('ends every market of some seeds protected', async () => {
    for (const seed of ['1', '2', '3']) {
      const output = await demo('--seed', seed);
      expect(output).toMatch(/everything is protected/);
      expect(output).not.toMatch(/ALARM|NaN/);
    }
  });

  // The recordings stand beside the checkout, not in it: a clone elsewhere has none.
  it.skipIf(missing('ticks'))('plays a recording (skipped without ../shared/data)', async () => {
    const file = recorded('ticks/binance-usdm-btcusdt-20240808-trades.csv.gz');
    expect(await demo('--ticks', file)).toMatch(
      /BTCUSDT as recorded .*tick 0\.1.*\n[\s\S]*21,313 prices/,
    );
  });
});
