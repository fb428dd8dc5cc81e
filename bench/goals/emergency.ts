import diagnostics from 'node:diagnostics_channel';
import { setTimeout as pause } from 'node:timers/promises';
import PQueue from 'p-queue';
import { createRequestLanes, PositionMonitor, type RequestScheduler } from 'position-monitor';
import { createBinanceExchange } from 'position-monitor/binance';
import type { Goal } from '../lib/goal.js';
import { quantile } from '../lib/measure.js';
import { PushFeed } from '../lib/push-feed.js';
import { type Row, rowOf } from '../lib/row.js';
import { tick } from '../lib/seeded-monitor.js';
import { ExchangeProcess } from '../loopback/exchange-client.js';
import { API_KEY, API_SECRET, MANY_SYMBOLS, QUANTITY, START_PRICE } from '../loopback/words.js';

const QUEUED = 5_000;
const VENUE_MS = 200;
/** Closes that do not count. */
const WARM_UP = 12;
/** Closes after the crowd has stood in the way of comparisons for a while, and how long that is, ms. */
const LATER = 3;
const STALE_MS = 11_000;
/** An order that has not left by then counts as one that never does, ms. */
const WAIT_MS_MAX = 10_000;

/** G12: a close behind a crowd of routine calls, through Binance's adapter at a slow exchange. */
export const emergency: Goal = async ({ quick }) => {
  const samples = quick ? 8 : 30;
  const lanes = await closes(samples, (scheduler, read) => scheduler.run('routine', read));
  const adapter = await closes(quick ? 1 : 3, (_scheduler, read) => read(), {
    warmUp: 0,
    later: 0,
  });
  const shared = await sharedQueue(quick ? 5 : 20);
  const row = (id: string, name: string, taken: readonly number[]): Row =>
    rowOf({
      ...{ id, name },
      goal: '<= 1 ms',
      unit: 'ms',
      figure: quantile(taken, 0.99),
      reference: quantile(shared, 0.99),
      yardstick: 'one p-queue, concurrency 10, highest priority',
      bounds: { figureMax: 1 },
      note: `p50 ${quantile(taken, 0.5).toFixed(2)} ms`,
    });
  const until = 'panic close -> its order at the HTTP client, p99';
  return [
    row('G12a', `${until}, ${QUEUED} routine calls queued in the lanes`, lanes.fresh),
    row('G12b', `${until}, ${QUEUED} calls that a host makes at the adapter itself`, adapter.fresh),
    row('G12c', `${until}, queued in the lanes for ${STALE_MS / 1_000} s`, lanes.later),
  ];
};

/** Keeps a crowd of calls waiting. */
class Crowd {
  #waiting = 0;
  #ended = false;
  readonly #call: () => Promise<unknown>;

  constructor(call: () => Promise<unknown>) {
    this.#call = call;
    this.fill();
  }

  fill(): void {
    while (this.#waiting < QUEUED) {
      this.#waiting += 1;
      void this.#call()
        .catch(() => {})
        .finally(() => {
          this.#waiting -= 1;
          if (!this.#ended) this.fill();
        });
    }
  }

  end(): void {
    this.#ended = true;
  }
}

type Read = () => Promise<unknown>;

/** From `closePosition` to its order at the HTTP client, ms, one close after the other. */
async function closes(
  samples: number,
  crowdCall: (scheduler: RequestScheduler, read: Read) => Promise<unknown>,
  { warmUp, later }: { readonly warmUp: number; readonly later: number } = {
    warmUp: WARM_UP,
    later: LATER,
  },
): Promise<{ readonly fresh: readonly number[]; readonly later: readonly number[] }> {
  const { process: venue, addresses } = await ExchangeProcess.start({
    ...{ answerDelayMs: VENUE_MS, eventDelayMs: 0 },
  });
  const [address] = addresses;
  if (address === undefined) throw new Error('the exchange has no address');
  const exchange = createBinanceExchange({
    ...{ ...address, apiKey: API_KEY, apiSecret: API_SECRET, live: false },
  });
  const scheduler = createRequestLanes();
  const feed = new PushFeed();
  const monitor = new PositionMonitor({
    config: {
      symbols: {
        '*': {
          ...{ takeProfitPct: 5, stopLossPct: 5 },
          ...{ takeProfitOrder: 'local', stopLossOrder: 'local' },
        },
      },
      globals: { staleAfterMs: 3_600_000 },
    },
    ...{ exchange, feed, scheduler },
  });
  await monitor.start();
  const symbols = MANY_SYMBOLS.slice(0, warmUp + samples + later);
  for (const symbol of symbols) {
    tick(feed, symbol, Number(START_PRICE));
    const order = { symbol, side: 'BUY', positionSide: 'LONG', quantity: QUANTITY } as const;
    const command = { do: 'trade', account: 0, entryId: `entry-${symbol}`, ...order } as const;
    const { orderId = '' } = await venue.tell(command);
    const isCovered = await monitor.handleOrderFill({
      ...{ orderId, symbol, side: 'BUY', positionSide: 'LONG', executedQty: QUANTITY },
      ...{ avgPrice: START_PRICE, status: 'FILLED' },
    });
    if (!isCovered) throw new Error('a fill is not protected');
  }
  const crowd = new Crowd(() =>
    crowdCall(scheduler, () => exchange.fetchOpenOrders(MANY_SYMBOLS[0] as string)),
  );
  await pause(VENUE_MS * 2);
  const fresh: number[] = [];
  const afterwards: number[] = [];
  for (const [index, symbol] of symbols.entries()) {
    if (index === warmUp + samples) await pause(STALE_MS);
    const left = orderLeft();
    const began = performance.now();
    const closed = monitor.closeAll({ confirm: true, symbol });
    const never = pause(WAIT_MS_MAX, began + WAIT_MS_MAX);
    const took = (await Promise.race([left, never])) - began;
    if (index >= warmUp + samples) afterwards.push(took);
    else if (index >= warmUp) fresh.push(took);
    // Whether it was closed in the end is not the question here.
    await Promise.race([closed.catch(() => {}), pause(WAIT_MS_MAX)]);
  }
  crowd.end();
  venue.stop();
  return { fresh, later: afterwards };
}

/** When the next order comes to the HTTP client. */
function orderLeft(): Promise<number> {
  const name = 'http.client.request.start';
  return new Promise((resolve) => {
    const watch = (message: unknown): void => {
      const { request } = message as {
        readonly request: { readonly method: string; readonly path: string };
      };
      if (request.method !== 'POST' || !request.path.startsWith('/fapi/v1/order')) return;
      resolve(performance.now());
      diagnostics.unsubscribe(name, watch);
    };
    diagnostics.subscribe(name, watch);
  });
}

/** What one queue for everything costs, even with the highest priority, ms. */
async function sharedQueue(samples: number): Promise<readonly number[]> {
  const queue = new PQueue({ concurrency: 10 });
  const crowd = new Crowd(() => queue.add(() => pause(VENUE_MS)));
  const taken: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    await pause(37);
    const began = performance.now();
    await queue.add(async () => taken.push(performance.now() - began), { priority: 1_000 });
  }
  crowd.end();
  queue.clear();
  return taken;
}
