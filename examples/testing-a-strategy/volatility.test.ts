import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PositionMonitor, type PriceBar } from 'position-monitor';
import { ManualClock, runFor, runUntil, ScriptedFeed, SimExchange } from 'position-monitor/testing';

const SYMBOL = 'BTCUSDT';
const MINUTE = 60_000;

/** A monitor whose stops lie two average ranges of three bars from the entry, and 3 % while there is no average. */
function setUp() {
  const clock = new ManualClock();
  const exchange = new SimExchange({
    clock,
    instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
  });
  const feed = new ScriptedFeed({ clock, market: exchange });
  const volatility = { atrPeriod: 3, barMs: MINUTE, slMultiple: 2 };
  const monitor = new PositionMonitor({
    config: { symbols: { [SYMBOL]: { stopLossPct: 3, volatility } } },
    exchange,
    feed,
    clock,
  });

  /** The last finished minutes, the oldest first, each this wide around 45,000. */
  function minutes(...ranges: number[]): PriceBar[] {
    const end = clock.now() - (clock.now() % MINUTE);
    return ranges.map((range, index) => ({
      startTime: end - (ranges.length - index) * MINUTE,
      open: 45_000,
      high: 45_000 + range / 2,
      low: 45_000 - range / 2,
      close: 45_000,
    }));
  }

  async function buy(): Promise<void> {
    await runUntil(clock, monitor.start());
    feed.tick(SYMBOL, 45_000);
    const fill = exchange.account.buy(SYMBOL, '0.1');
    assert.equal(await runUntil(clock, monitor.handleOrderFill(fill)), true);
  }

  /** Time passes, and the market trades where it did. */
  async function wait(ms: number): Promise<void> {
    await runFor(clock, ms);
    feed.tick(SYMBOL, 45_000);
    await runFor(clock, 1_000);
  }

  const stops = () => exchange.account.stops(SYMBOL).map(({ triggerPrice }) => triggerPrice);
  return { clock, feed, monitor, minutes, buy, wait, stops };
}

test('the stop comes nearer with a calm minute, and a wild one moves nothing', async () => {
  const { clock, feed, monitor, minutes, buy, wait, stops } = setUp();
  feed.addBars(SYMBOL, MINUTE, minutes(200, 200, 200)); // what the exchange has
  await buy();
  assert.deepEqual(stops(), ['44600']);

  await wait(MINUTE);
  await runUntil(clock, monitor.addBars(SYMBOL, MINUTE, minutes(80))); // what the bot gives
  await runFor(clock, 1_000);
  assert.deepEqual(stops(), ['44680']);

  await wait(MINUTE);
  await runUntil(clock, monitor.addBars(SYMBOL, MINUTE, minutes(5_000)));
  await runFor(clock, 1_000);
  assert.deepEqual(stops(), ['44680']);
});

test('the fixed stop holds while the exchange gives no bars', async () => {
  const { feed, minutes, buy, wait, stops } = setUp();
  feed.addBars(SYMBOL, MINUTE, minutes(200, 200, 200));
  feed.nextBars(SYMBOL, { fails: true });
  await buy();
  assert.deepEqual(stops(), ['43650']);

  await wait(30_000); // then the monitor asks again
  assert.deepEqual(stops(), ['44600']);
  assert.deepEqual(feed.barRequests[1], { symbol: SYMBOL, barMs: MINUTE, limit: 30 });
});
