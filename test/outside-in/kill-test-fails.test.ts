import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installBot } from './install-bot.js';
import { runKillTest } from './run-kill-test.js';
import type { Flaw } from './wire.js';

/** A run ends with the first violation. Real time decides with the seed: one run alone may be too lucky. */
const SEEDS = [3, 6, 10];
const RUN_MS_MAX = 9_000;

/** What is broken, and the invariant that must be the one to say so. World 1 is hedged, world 2 is one-way. */
const CASES: readonly {
  readonly flaw: Flaw;
  readonly invariant: string;
  readonly world: number;
}[] = [
  { flaw: 'ack-early', invariant: 'I12', world: 1 },
  { flaw: 'late-store', invariant: 'I5', world: 1 },
  { flaw: 'fake-sync', invariant: 'I12', world: 2 },
  { flaw: 'no-reduce-only', invariant: 'I2', world: 2 },
  { flaw: 'cancel-first', invariant: 'I3b', world: 1 },
  { flaw: 'send-twice', invariant: 'I5a', world: 2 },
];

describe('the kill test', () => {
  const folder = mkdtempSync(join(tmpdir(), 'position-monitor-app-'));
  let botProgram = '';
  beforeAll(() => {
    botProgram = installBot(folder);
  }, 120_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.concurrent.each(CASES)('finds $flaw by $invariant', { timeout: 30_000 }, async (found) => {
    const said: string[] = [];
    for (const seed of SEEDS) {
      if (said.some((text) => text.startsWith(`${found.invariant}: `))) break;
      const { violations } = await runKillTest({
        kills: 60,
        seed,
        parallel: 2,
        onlyWorld: found.world,
        flaw: found.flaw,
        powerLossShare: found.flaw === 'fake-sync' ? 1 : 0.3,
        endsAfterMs: RUN_MS_MAX,
        keepsGoing: false,
        botProgram,
        log: () => {},
      });
      said.push(...violations.map(({ invariant, detail }) => `${invariant}: ${detail}`));
    }
    expect(said).toContainEqual(expect.stringMatching(`^${found.invariant}: `));
  });
});
