import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ExchangeAdapter, MemoryStore, PositionMonitor, type Store } from 'position-monitor';
import {
  FaultyStore,
  ManualClock,
  runFor,
  runUntil,
  ScriptedFeed,
  SimExchange,
} from 'position-monitor/testing';

const clock = new ManualClock();

/** One life of the bot's process. */
function newLife(exchange: ExchangeAdapter, store: Store): PositionMonitor {
  return new PositionMonitor({
    config: { symbols: { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 } } },
    exchange,
    feed: new ScriptedFeed({ clock }),
    store,
    clock,
  });
}

test('a power cut between the stop and its flush leaves one stop', async () => {
  const exchange = new SimExchange({
    clock,
    instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' }],
    prices: { BTCUSDT: 45_000 },
  });
  const store = new FaultyStore(new MemoryStore(), { clock });
  const monitor = newLife(exchange, store);
  await runUntil(clock, monitor.start());

  // The disk takes ten seconds to flush. The stop leaves at once, and the power goes after one.
  store.slow({ durableMs: 10_000 });
  const fill = exchange.account.buy('BTCUSDT', '0.1');
  void monitor.handleOrderFill(fill);
  await runFor(clock, 1_000);
  assert.equal(exchange.account.stops().length, 1);

  const next = newLife(exchange.crash(), await store.losePower());
  await runUntil(clock, next.start());
  assert.equal(await runUntil(clock, next.handleOrderFill(fill)), true);
  assert.equal(exchange.sent('stop').length, 1, 'it was found, not sent again');
  assert.equal(exchange.account.stops().length, 1);
});
