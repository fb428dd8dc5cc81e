/** The suites under node:test, as a user runs them. Started by `runners.test.ts`; `broken` makes the adapter fail. */
import { describe, test } from 'node:test';
import { ManualFeed } from '../../src/adapters/feeds/manual/manual-feed.js';
import { MemoryStore } from '../../src/adapters/stores/memory/memory-store.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import { exchangeContract } from '../../src/testing/contracts/exchange-contract.js';
import { feedContract } from '../../src/testing/contracts/feed-contract.js';
import { storeContract } from '../../src/testing/contracts/store-contract.js';
import { runUntil } from '../../src/testing/run-time.js';
import { SimExchange } from '../../src/testing/sim/sim-exchange.js';

const isBroken = process.env.ADAPTER === 'broken';
const skip = (name: string, reason: string): unknown => test(name, { skip: reason }, () => {});

describe('feed', () => {
  feedContract({
    test,
    skip,
    skips: { 'PF-04': 'it has no connection' },
    factory: () => {
      const feed = new ManualFeed();
      return {
        feed,
        symbols: ['A', 'B'],
        push: (symbol, source, price) => {
          if (!isBroken || price !== 101) feed.tick(symbol, price, { source });
        },
        giveBars: (symbol, barMs, bars) => feed.addBars(symbol, barMs, bars),
      };
    },
  });
});

describe('exchange', () => {
  exchangeContract({
    test: (name, run) => (name.startsWith('EX-03') ? test(name, run) : undefined),
    factory: () => {
      const clock = new VirtualClock();
      const adapter = new SimExchange({
        clock,
        profile: 'worstCase',
        instruments: [{ symbol: 'A', tickSize: '1', stepSize: '1' }],
      });
      return {
        adapter,
        symbol: 'A',
        quantity: '2',
        unevenQuantity: '0.5',
        prices: { low: '90', start: '100', high: '110' },
        setPrice: (price) => adapter.setPrice('A', price),
        now: () => clock.now(),
        settle: (call) => runUntil(clock, call),
      };
    },
  });
});

describe('store', () => {
  const store = new MemoryStore();
  storeContract({
    test: (name, run) => (/^ST-(01|02)/.test(name) ? test(name, run) : undefined),
    factory: () => ({ store: () => store }),
  });
});
