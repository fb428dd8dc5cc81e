import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { ExchangeSink, OrderOutcome } from 'position-monitor';
import {
  exchangeContract,
  feedContract,
  ManualClock,
  runFor,
  storeContract,
} from 'position-monitor/testing';
import { ToyExchange } from './exchange.js';
import { SocketFeed } from './feed.js';
import { JournalStore } from './store.js';
import { ToyStream } from './toy-socket.js';
import { ToyVenue } from './toy-venue.js';

const skip = (name: string, reason: string) => test(name, { skip: reason }, () => {});

describe('ToyExchange', () => {
  exchangeContract({
    test,
    skip,
    factory: (id) => {
      const clock = new ManualClock();
      const venue = new ToyVenue(clock, id === 'EX-06' ? 3 : 1);
      return {
        adapter: new ToyExchange(venue),
        symbol: 'BTCUSDT',
        quantity: '0.12',
        unevenQuantity: '0.1234',
        prices: { low: '44000', start: '45000', high: '46000' },
        setPrice: (price) => venue.trade(price, clock.now()),
        now: () => clock.now(),
        loseReply: (send: () => Promise<OrderOutcome>) => {
          venue.loseNextReply();
          return send();
        },
        reopen: async (sink: ExchangeSink) => {
          const again = new ToyExchange(venue);
          await again.connect(sink);
          return again;
        },
        interruptStream: () => venue.breakStream(),
        fillInParts: () => {}, // the venue was made for it, above
      };
    },
  });
});

describe('SocketFeed', () => {
  feedContract({
    test,
    skip,
    factory: () => {
      const clock = new ManualClock();
      const stream = new ToyStream();
      return {
        feed: new SocketFeed(() => stream.dial(), clock),
        symbols: ['BTCUSDT', 'ETHUSDT'],
        push: (symbol, _source, price) => stream.publish(symbol, price, clock.now()),
        interrupt: async () => {
          stream.drop();
          await runFor(clock, 1_000);
        },
        silence: () => runFor(clock, 11_000),
      };
    },
  });
});

describe('JournalStore', () => {
  storeContract({
    test,
    skip,
    skips: { 'ST-06': 'a line that cannot be read is named, not the row in it' },
    factory: () => {
      const folder = mkdtempSync(join(tmpdir(), 'journal-'));
      const path = join(folder, 'bot.journal');
      return {
        store: () => new JournalStore(path),
        commitAndDie: async (identity, batches) => {
          const task = join(folder, 'task.json');
          writeFileSync(task, JSON.stringify({ path, identity, batches }));
          const program = fileURLToPath(new URL('commit-and-die.ts', import.meta.url));
          const child = spawnSync(process.execPath, ['--import', 'tsx', program, task]);
          return Number(child.stdout.toString());
        },
        makeNewer: () => writeFileSync(path, '{"version":2}\n'),
        cleanup: () => rmSync(folder, { recursive: true }),
      };
    },
  });
});
