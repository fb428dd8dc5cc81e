import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FeedBench } from './feed-bench.js';

const STREAM = 'btcusdt@aggTrade';

type Step =
  | { readonly kind: 'push'; readonly count: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cut'; readonly which: 'oldest' | 'newest' | 'all' }
  | { readonly kind: 'announce' };

const STEP: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ kind: fc.constant('push'), count: fc.integer({ min: 1, max: 5 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 0, max: 4_000 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('cut'),
      which: fc.constantFrom('oldest', 'newest', 'all'),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'announce' }) },
) as fc.Arbitrary<Step>;

/** Plays the steps and answers what live connections brought, and what the feed told. */
async function played(steps: readonly Step[]) {
  const bench = await new FeedBench({ fetchJson: null, maxAgeMs: 20_000 }).start(
    ['BTCUSDT'],
    ['LAST'],
  );
  const { venue } = bench;
  const brought: number[] = [];
  let price = 100;
  for (const step of steps) {
    if (step.kind === 'wait') await bench.run(step.ms);
    else if (step.kind === 'announce') venue.sockets.alive[0]?.deliver({ e: 'serverShutdown' });
    else if (step.kind === 'cut') {
      const { alive } = venue.sockets;
      if (step.which === 'all') venue.dropAll();
      else alive.at(step.which === 'oldest' ? 0 : -1)?.drop();
    } else {
      for (let count = 0; count < step.count; count += 1) {
        price += 1;
        if (venue.subscribersOf(STREAM) > 0) brought.push(price);
        venue.push('BTCUSDT', 'LAST', price);
      }
    }
  }
  await bench.run(60_000);
  const told = bench.prices('LAST');
  await bench.feed.close();
  return { brought, told, sink: bench.sink, pendingTimers: bench.clock.pendingTimers };
}

describe('connections that are cut anywhere', () => {
  it('cost no tick that one of them brought, and none comes twice or out of order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 40 }), async (steps) => {
        const { brought, told, pendingTimers } = await played(steps);
        expect(told).toEqual(brought);
        expect(pendingTimers).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('are told: every outage with its end, and with a gap', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(STEP, { maxLength: 40 }), async (steps) => {
        const { sink } = await played(steps);
        const [first, ...rest] = sink.connections;
        expect(first).toBe('connected');
        expect(rest).toEqual(
          rest.map((_, index) => (index % 2 === 0 ? 'disconnected' : 'reconnected')),
        );
        expect(sink.gaps.length).toBeGreaterThanOrEqual(
          rest.filter((state) => state === 'reconnected').length,
        );
      }),
      { numRuns: 100 },
    );
  });
});
