import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { ExchangeCardId } from '../../src/testing/contracts/exchange-contract.js';
import { exchangeContract } from '../../src/testing/contracts/exchange-contract.js';
import { feedContract } from '../../src/testing/contracts/feed-contract.js';
import { storeContract } from '../../src/testing/contracts/store-contract.js';

const SUITE = fileURLToPath(new URL('on-node-test.ts', import.meta.url));

/** Runs the suites under node:test; vitest runs them in the other files of this folder. */
function onNodeTest(adapter: 'sound' | 'broken'): Promise<{ code: number; output: string }> {
  // Real processes of a real framework; what it says is read as a user would read it.
  const { NODE_OPTIONS: _, NODE_TEST_CONTEXT: __, ...environment } = process.env;
  const env = { ...environment, ADAPTER: adapter };
  const args = ['--import', 'tsx', '--test-reporter', 'tap', '--test', SUITE];
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env }, (error, stdout) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout });
    });
  });
}

describe('the suites under node:test', () => {
  it('pass, and skip with the reason', async () => {
    const { code, output } = await onNodeTest('sound');
    expect(output).toMatch(/ok \d+ - PF-01 .*\n/);
    expect(output).toMatch(/ok \d+ - PF-04 .* # SKIP it has no connection/);
    expect(output).toMatch(/ok \d+ - PF-05 .* # SKIP it has one source only/);
    expect(output).toMatch(/ok \d+ - EX-03 .* # SKIP the exchange cannot clamp/);
    expect(output).toMatch(/ok \d+ - ST-01 .*\n/);
    expect(output).toMatch(/ok \d+ - ST-02 .* # SKIP nothing of it survives/);
    expect(output).toMatch(/# skipped 4\n/);
    expect(output).toMatch(/# fail 0\n/);
    expect(code).toBe(0);
  });

  it('fail for an adapter that is broken', async () => {
    const { code, output } = await onNodeTest('broken');
    expect(output).toMatch(/not ok \d+ - PF-01/);
    expect(output).toMatch(/Contract broken: the prices told/);
    expect(code).toBe(1);
  });
});

describe('the ids of the cards', () => {
  const unused = (): never => {
    throw new Error('not reached');
  };

  /** Names that were declared, as `EX-01`. */
  function declared(declare: (test: (name: string) => void) => void): string[] {
    const ids: string[] = [];
    declare((name) => ids.push(name.slice(0, 5)));
    return ids;
  }

  it.each([
    ['EX', 20, (test: (name: string) => void) => exchangeContract({ test, factory: unused })],
    ['PF', 7, (test: (name: string) => void) => feedContract({ test, factory: unused })],
    ['ST', 19, (test: (name: string) => void) => storeContract({ test, factory: unused })],
  ] as const)('%s-01 to %i: reports and skip lists name them', (prefix, count, declare) => {
    const expected = Array.from(
      { length: count },
      (_, at) => `${prefix}-${String(at + 1).padStart(2, '0')}`,
    );
    expect(declared(declare)).toEqual(expected);
  });
});

describe('a card that the capabilities rule out', () => {
  /** The card on a venue that cannot clamp. */
  function card(id: ExchangeCardId): (context?: unknown) => Promise<void> {
    const cards = new Map<string, (context?: unknown) => Promise<void>>();
    exchangeContract({
      test: (name, run) => cards.set(name.slice(0, 5), run),
      factory: () =>
        ({
          adapter: { capabilities: { positionModes: ['one-way'], reduceOnly: { oneWay: 'none' } } },
        }) as never,
    });
    const run = cards.get(id);
    if (run === undefined) throw new Error(`no card ${id}`);
    return run;
  }

  it('is skipped with the reason where the framework can', async () => {
    const reasons: string[] = [];
    await card('EX-08')({ skip: (reason: string) => reasons.push(reason) });
    expect(reasons).toEqual([expect.stringContaining('capabilities.reduceOnly')]);
  });

  it('never passes silently where it cannot', async () => {
    await expect(card('EX-08')()).rejects.toThrow('EX-08 is listed in skips');
  });

  it('is no test that ends by a callback', () => {
    expect(card('EX-08')).toHaveLength(0);
  });
});
