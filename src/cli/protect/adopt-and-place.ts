import { ManualFeed } from '../../adapters/feeds/manual/manual-feed.js';
import { SqliteStore } from '../../adapters/stores/sqlite/sqlite-store.js';
import { LOOK_PAUSE_MS, PROTECT_WAIT_MAX_MS, RECONCILE_INTERVAL_MS_MIN } from '../../limits.js';
import { PositionMonitor } from '../../monitor/position-monitor.js';
import type { Clock } from '../../ports/clock.js';
import { feedSources } from '../live-config/feed-sources.js';
import type { LiveConfig } from '../live-config/live-config.js';
import { type LiveHost, loggerOf } from '../live-config/live-host.js';

/**
 * Lets a short-lived monitor adopt what is held and place what is missing, on the store that `run` uses afterwards.
 *
 * It hears no prices, and an emergency close is switched off: it places. It closes only what passes its stop in the
 * moment before the stop rests; what is past it already never comes here.
 *
 * @throws StoreError `STORE_LOCKED` when another process holds the store
 */
export async function adoptAndPlace(
  live: LiveConfig,
  storePath: string,
  host: LiveHost,
): Promise<void> {
  const { clock, environment } = host;
  const logger = loggerOf(host);
  const exchange = await host.makeExchange({ live, environment, clock, logger });
  const monitor = new PositionMonitor({
    config: {
      ...live.config,
      globals: {
        ...live.config.globals,
        adoptPositions: 'adopt',
        adoptAfterMs: RECONCILE_INTERVAL_MS_MIN,
        emergencyClose: false,
      },
    },
    exchange,
    feed: new ManualFeed({ sources: feedSources(live.resolved), clock }),
    store: new SqliteStore({ path: storePath }),
    clock,
    logger,
  });
  monitor.on('position:adopted', ({ trancheId, side, quantity }) =>
    host.tell(`adopted ${quantity} ${side} as ${trancheId}`),
  );
  monitor.on('order:accepted', ({ symbol, side, role, order }) => {
    const level = order.triggerPrice ?? order.price;
    host.tell(`placed ${role} of ${symbol} ${side}: ${order.quantity} at ${level}`);
  });
  monitor.on('order:rejected', ({ symbol, side, role, code, reason }) =>
    host.tell(`refused ${role} of ${symbol} ${side}: ${code}, ${reason}`),
  );
  const stopListening = host.onStopSignal(() => void monitor.stop().catch(() => {}));
  try {
    await monitor.start();
    await untilCovered(monitor, host);
  } finally {
    stopListening();
    await monitor.stop().catch(() => {});
    await exchange.close().catch(() => {});
  }
}

/**
 * A bounded wait: what is still missing at its end is told by the look that follows.
 *
 * A look at the whole account is dear where requests are counted, so looks come less and less often.
 */
async function untilCovered(monitor: PositionMonitor, { clock }: LiveHost): Promise<void> {
  const end = clock.monotonic() + PROTECT_WAIT_MAX_MS;
  for (
    let pauseMs = LOOK_PAUSE_MS;
    clock.monotonic() < end && monitor.getHealth().state === 'running';
    pauseMs *= 2
  ) {
    await new Promise<void>((resolve) => void clock.setTimer(resolve, pauseMs));
    // The start has seen what is held once; a difference counts when it is seen again.
    await monitor.reconcile().catch(() => {});
    await untilSent(monitor, clock, end);
    const isCovered = monitor.positions().every(({ cover }) => cover.ifCrashed.uncovered === '0');
    const report = isCovered ? await monitor.verifyProtection().catch(() => null) : null;
    if (report?.protectedIfCrashed === true) return;
  }
}

/** Waits for orders that are on their way. Costs no request. */
async function untilSent(monitor: PositionMonitor, clock: Clock, end: number): Promise<void> {
  while (isPlacing(monitor) && clock.monotonic() < end) {
    await new Promise<void>((resolve) => void clock.setTimer(resolve, LOOK_PAUSE_MS));
  }
}

/** Whether an order is on its way. */
function isPlacing(monitor: PositionMonitor): boolean {
  const waiting = ['initialized', 'submitted', 'unresolved'];
  return (
    monitor.busy ||
    monitor
      .positions()
      .flatMap(({ tranches }) => tranches.flatMap(({ orders }) => orders))
      .some(({ status }) => waiting.includes(status))
  );
}
