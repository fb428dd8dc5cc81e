/**
 * A bot that uses the installed package as any user does, and is killed for it. One argument: a `BotTask` as JSON.
 */
import { createInterface } from 'node:readline';
import { type MonitorEventName, PositionMonitor } from 'position-monitor';
import { SqliteStore } from 'position-monitor/sqlite';
import type { BotCommand, BotTask } from '../wire.js';
import { flawedAdapter, flawedStore } from './flaws.js';
import { Host } from './host.js';
import { randomNumbers } from './random-numbers.js';
import { say } from './say.js';
import { venueParts } from './venue-parts.js';
import { watchSyncs } from './watch-syncs.js';

const START_ATTEMPTS_MAX = 5;
const START_PAUSE_MS = 50;

const task = JSON.parse(process.argv[2] ?? '') as BotTask;
const { venue, storePath, config, seed, syncDelayMs, flaw } = task;

watchSyncs(syncDelayMs, flaw === 'fake-sync');

const { exchange, feed } = await venueParts(venue, (message) => host.hear(message));
const monitor = new PositionMonitor({
  config,
  exchange: flawedAdapter(exchange, flaw),
  feed,
  store: flawedStore(new SqliteStore({ path: storePath }), flaw),
});
const host = new Host(monitor, randomNumbers(seed), flaw);

/** Events that explain a failure afterwards. */
const TOLD: readonly MonitorEventName[] = [
  'tranche:opened',
  'tranche:merged',
  'tranche:closed',
  'protection:failed',
  'protection:missing',
  'order:rejected',
  'order:unresolved',
  'order:resolved',
  'position:adopted',
  'position:external',
  'exchange:disconnected',
  'store:failed',
  'monitor:halted',
];
for (const name of TOLD) {
  monitor.on(name, (event) => {
    const { trancheId, clientOrderId, quantity, symbol, side, reason } =
      event as unknown as Partial<Record<string, unknown>>;
    const text = [trancheId ?? `${symbol} ${side}`, clientOrderId, quantity, reason];
    say({ say: 'event', name, text: text.filter(Boolean).join(' ') });
  });
}

const COMMANDS: Readonly<Record<BotCommand, () => unknown>> = {
  close: () => host.close(),
  quiet: () => host.quiet(),
  health: tellHealth,
  stop: async () => {
    await monitor.stop();
    say({ say: 'stopped' });
    process.exit(0);
  },
};
createInterface({ input: process.stdin })
  .on('line', (line) => COMMANDS[line as BotCommand]())
  // Nobody is left to kill it.
  .on('close', () => process.exit(3));

await start();
say({ say: 'ready' });
host.begin();

/** A host tries again what may be tried again: a store that somebody else reads at this very moment, for example. */
async function start(): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await monitor.start();
      return;
    } catch (error) {
      const { code, retryable } = error as { code?: string; retryable?: boolean };
      if (retryable !== true || attempt === START_ATTEMPTS_MAX) throw error;
      say({ say: 'event', name: 'start refused', text: `${code}: ${error}` });
      await new Promise((resolve) => setTimeout(resolve, START_PAUSE_MS));
    }
  }
}

async function tellHealth(): Promise<void> {
  const { state, unresolvedOrders, unprotected } = monitor.getHealth();
  const report = await monitor.verifyProtection();
  say({
    say: 'health',
    state,
    unresolvedOrders,
    unprotected,
    isProtected: report.protected,
    problems: report.positions.flatMap((row) =>
      row.problems.map((text) => `${row.symbol} ${row.side}: ${text}`),
    ),
  });
}
