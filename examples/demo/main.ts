/**
 * `npm run demo`: a bot on a paper exchange over three symbols, guarded by the monitor, on an SQLite store.
 *
 *   npm run demo                              a made-up market: calm, trend, crash with gaps
 *   npm run demo -- --seed 11                 another one
 *   npm run demo -- --ticks FILE [--config FILE]   a real recording (see docs/guides/replay.md for formats)
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  configFrom,
  isMonitorError,
  ManualClock,
  ManualFeed,
  type MonitorConfig,
  PaperExchange,
  PositionMonitor,
} from '../../src/index.js';
import { SqliteStore } from '../../src/sqlite.js';
import { HostBot } from './host-bot.js';
import { type Market, type MarketTick, syntheticMarket } from './market.js';
import { recordedMarket } from './recorded-market.js';
import { Story } from './story.js';

/** A fill opens a tranche of its own when its side has lost this much. */
const GLOBALS = { tranchePnlIncrementPct: 1 };
/** In the made-up market the bot's process ends and comes back after this much of it, ms. */
const RESTART_AFTER_MS = 118 * 60_000;

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '7' },
    ticks: { type: 'string' },
    config: { type: 'string' },
  },
});
const folder = mkdtempSync(join(tmpdir(), 'position-monitor-demo-'));
// However it ends: done, Ctrl-C, or `npm run demo | head`.
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
process.once('SIGINT', () => process.exit(130));
process.stdout.once('error', () => process.exit(0));
try {
  await demo();
} catch (error) {
  console.error(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = isMonitorError(error) ? 2 : 1;
}

async function demo(): Promise<void> {
  const given =
    values.config === undefined ? null : configFrom(readFileSync(values.config, 'utf8')).config;
  const market =
    values.ticks === undefined
      ? syntheticMarket(Number(values.seed))
      : await recordedMarket(values.ticks, given);
  const config = given ?? {
    globals: GLOBALS,
    symbols: market.plans,
  };
  console.log(`position-monitor demo: ${market.title}\n`);
  const startedAt = performance.now();
  const ticks = await play(market, { ...config, instruments: instrumentsOf(market) });
  const elapsed = performance.now() - startedAt;
  console.log(`\n${ticks.toLocaleString('en-US')} prices in ${(elapsed / 1_000).toFixed(1)} s.`);
}

async function play(market: Market, config: MonitorConfig): Promise<number> {
  const story = new Story();
  let parts: Parts | null = null;
  let count = 0;
  let restartAt = Number.POSITIVE_INFINITY;
  for await (const tick of market.ticks()) {
    if (parts === null) {
      parts = await begin(market, config, tick, story);
      if (values.ticks === undefined) restartAt = tick.time + RESTART_AFTER_MS;
    }
    count += 1;
    if (tick.time >= restartAt) {
      restartAt = Number.POSITIVE_INFINITY;
      await restart(parts, config, story);
    }
    await tell(parts, tick, story);
  }
  if (parts === null) throw new Error('the market has no price');
  await parts.monitor.settled();
  story.finish(await parts.monitor.verifyProtection(), parts.monitor);
  let events = 0;
  for await (const _event of parts.monitor.history()) events += 1;
  console.log(`  The store keeps ${events} events that tell it all again.`);
  await parts.monitor.stop();
  return count;
}

interface Parts {
  readonly clock: ManualClock;
  readonly feed: ManualFeed;
  readonly exchange: PaperExchange;
  readonly bot: HostBot;
  monitor: PositionMonitor;
}

async function begin(
  market: Market,
  config: MonitorConfig,
  first: MarketTick,
  story: Story,
): Promise<Parts> {
  const clock = new ManualClock(first.time);
  const exchange = new PaperExchange({
    instruments: market.instruments,
    clock,
    fees: { makerPct: '0.02', takerPct: '0.05' },
    judgeFrom: 'next-price',
    idPrefix: 'paper-',
  });
  const feed = new ManualFeed({ sources: market.sources, clock });
  const steps = new Map(market.instruments.map((one) => [one.symbol, Number(one.stepSize)]));
  const bot = new HostBot(exchange, clock, steps, market.minuteMs);
  const parts = { clock, feed, exchange, bot };
  return { ...parts, monitor: await monitorOf(parts, config, story) };
}

/** Everything a bot needs of the library: one object, started once. */
async function monitorOf(
  { clock, feed, exchange }: Omit<Parts, 'monitor' | 'bot'>,
  config: MonitorConfig,
  story: Story,
): Promise<PositionMonitor> {
  const store = new SqliteStore({ path: join(folder, 'demo.db') });
  const monitor = new PositionMonitor({ config, exchange, feed, store, clock, profile: 'replay' });
  story.listen(monitor);
  await monitor.start();
  return monitor;
}

/** Tells one price. The exchange sees it, then the monitor, then the bot. */
async function tell(parts: Parts, tick: MarketTick, story: Story): Promise<void> {
  const { clock, feed, bot } = parts;
  const { symbol, price, source } = tick;
  if (tick.phase !== undefined) story.line(tick.time, symbol, 'market', `-- ${tick.phase} --`);
  for (let due = clock.nextTimerAt; due !== null && due <= tick.time; due = clock.nextTimerAt) {
    clock.advanceTo(due);
    if (parts.monitor.busy) await parts.monitor.settled();
  }
  clock.advanceTo(tick.time);
  feed.tick(symbol, price, { source, time: clock.now() });
  if (parts.monitor.busy) await parts.monitor.settled();
  // A quote is two prices: the bot waits for the second one.
  if (source !== feed.sources.at(-1)) return;
  const entry = bot.decide(tick, parts.monitor);
  if (entry === null) return;
  story.entered(clock.now(), symbol, `${entry.side} at ${price}: ${entry.why}`);
  const isCovered = await bot.enter(entry, price, parts.monitor);
  if (!isCovered) story.line(clock.now(), symbol, 'ALARM', 'not everything rests yet');
  await nextTurn();
  await parts.monitor.settled();
}

/** The process of the bot ends in the middle of the market; a new one finds everything in the store. */
async function restart(parts: Parts, config: MonitorConfig, story: Story): Promise<void> {
  const now = parts.clock.now();
  await parts.monitor.stop();
  story.line(now, '', 'restart', 'the bot stops; its orders stay at the exchange');
  parts.monitor = await monitorOf(parts, config, story);
  const tranches = parts.monitor.positions().flatMap((position) => position.tranches);
  const orders = tranches.reduce(
    (sum, tranche) => sum + tranche.orders.filter(({ status }) => status === 'accepted').length,
    0,
  );
  story.line(
    now,
    '',
    'restart',
    `back: tranches ${tranches.length}, resting orders ${orders}: all found again in the store`,
  );
}

function instrumentsOf({ instruments }: Market): NonNullable<MonitorConfig['instruments']> {
  return Object.fromEntries(instruments.map(({ symbol, ...filters }) => [symbol, filters]));
}
