import { describe, expect, it } from 'vitest';
import { runFuzzSeed } from '../../support/fuzz-world.js';

/** Seeds of one run; a long run takes more: `PM_FUZZ_SEEDS=5000 PM_FUZZ_FROM=1000 npx vitest run test/integration/protocol`. */
const COUNT = Number(process.env.PM_FUZZ_SEEDS ?? 250);
const FROM = Number(process.env.PM_FUZZ_FROM ?? 1);
/** So that a failing seed is near the top of what is printed. */
const CHUNK = 25;

/**
 * Random fills, prices, faults, crashes and restarts against an oracle that sees every request and every execution: never
 * raised or flipped by us, no exit for more than is held, the last stop stays, and after quiet everything converges.
 */
describe('the protocol under random faults', () => {
  for (let from = FROM; from < FROM + COUNT; from += CHUNK) {
    const to = Math.min(from + CHUNK, FROM + COUNT) - 1;
    it(`holds for seeds ${from} to ${to}`, { timeout: 120_000 }, async () => {
      for (let seed = from; seed <= to; seed += 1) {
        const { violations } = await runFuzzSeed(seed);
        expect(violations, `seed ${seed}`).toEqual([]);
      }
    });
  }

  it('is the same each time', async () => {
    const once = await runFuzzSeed(FROM);
    const again = await runFuzzSeed(FROM);
    const trace = ({ bench }: typeof once): string =>
      bench.exchange.requests
        .map(({ kind, sentAt, arrivedAt, place, cancel }) =>
          [kind, sentAt, arrivedAt, (place ?? cancel)?.clientOrderId.slice(12)].join(),
        )
        .join('\n');
    expect(trace(again)).toBe(trace(once));
  });
});
