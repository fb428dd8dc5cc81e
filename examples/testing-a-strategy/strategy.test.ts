import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PositionMonitor } from 'position-monitor';
import {
  ManualClock,
  runFor,
  runUntil,
  ScriptedFeed,
  SimExchange,
  waitForEvent,
} from 'position-monitor/testing';
import { DipBuyer } from './strategy.js';

const SYMBOL = 'BTCUSDT';

/** A strategy on a running monitor. All of it shares one clock, and nothing waits for real time. */
async function setUp() {
  const clock = new ManualClock();
  const exchange = new SimExchange({
    clock,
    instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
  });
  const feed = new ScriptedFeed({ clock, market: exchange });
  const monitor = new PositionMonitor({
    config: { symbols: { [SYMBOL]: { takeProfitPct: 2, stopLossPct: 1 } } },
    exchange,
    feed,
    clock,
  });
  const broker = {
    buy: async (symbol: string, quantity: string) => exchange.account.buy(symbol, quantity),
  };
  const strategy = new DipBuyer(broker, monitor);
  await runUntil(clock, monitor.start());

  /** The market trades at these prices, one a second, and the strategy hears each of them. */
  async function trade(...prices: number[]): Promise<void> {
    for (const price of prices) {
      feed.tick(SYMBOL, price);
      await runUntil(clock, strategy.onPrice(price));
      await runFor(clock, 1_000);
    }
  }
  return { clock, exchange, feed, monitor, strategy, trade };
}

test('buys the dip, takes profit, and looks for the next one', async () => {
  const { clock, exchange, monitor, strategy, trade } = await setUp();
  const closed = waitForEvent(monitor, 'tranche:closed', { clock });

  await trade(45_000, 44_500, 45_400);

  assert.equal((await runUntil(clock, closed)).reason, 'take-profit');
  assert.equal(strategy.state, 'looking');
  assert.equal(exchange.account.held(SYMBOL, 'LONG'), '0');
});

test('buys no more while a stop is refused', async () => {
  const { clock, exchange, monitor, strategy, trade } = await setUp();
  exchange.script.rejectNext('stop', 'would-trigger');
  const placed = waitForEvent(monitor, 'protection:placed', { clock });

  await trade(45_000, 44_500);
  assert.equal(strategy.state, 'standing aside');

  // The monitor does not give up: the price says that the level is not passed, so it asks again.
  await runUntil(clock, placed);
  assert.equal(exchange.account.stops(SYMBOL)[0]?.triggerPrice, '44055');
  assert.deepEqual(exchange.script.pending, [], 'everything scripted has happened');
});

test('has one stop although the answer to it was lost', async () => {
  const { clock, exchange, monitor, strategy, trade } = await setUp();
  exchange.script.loseNextReply('stop');
  exchange.script.goSilentFor(60_000);
  const unresolved = waitForEvent(monitor, 'order:unresolved', { clock });

  await trade(45_000, 44_500);

  assert.equal((await runUntil(clock, unresolved)).role, 'stop-loss');
  assert.equal(strategy.state, 'holding');
  assert.equal(exchange.sent('stop').length, 1, 'it was looked up, not sent again');
  assert.equal(exchange.account.stops(SYMBOL).length, 1);
});

test('stands aside after a loss that nobody told it of', async () => {
  const { clock, exchange, feed, monitor, strategy, trade } = await setUp();
  await trade(45_000, 44_500);
  const closed = waitForEvent(monitor, 'tranche:closed', { clock });

  // Neither the account stream nor the feed says a word while the market falls through the stop.
  exchange.script.goSilentFor(30_000);
  const fall = feed.play(SYMBOL, [{ silence: 30_000 }, 44_200, 44_000, 43_800]);
  await runUntil(clock, fall);

  const { reason, exitPrice } = await runUntil(clock, closed);
  assert.equal(reason, 'stop-loss');
  assert.equal(exitPrice, '44000');
  assert.equal(strategy.state, 'standing aside');
});
