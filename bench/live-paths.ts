/**
 * What the monitor adds to a bare loop on the two ways that matter, over loopback HTTP and WebSocket in Binance's dialect:
 * from a reported fill to both protective orders acknowledged, and from a price frame to the close request on the wire.
 *
 *     npx tsx bench/live-paths.ts [--samples 300] [--json]
 *
 * Monitor and bare loop take turns in the same run. Figures are of one run on one machine; only the differences travel.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type ExchangeAdapter,
  type OrderOutcome,
  PositionMonitor,
  type PriceFeed,
} from 'position-monitor';
import { createBinanceExchange, createBinanceFeed } from 'position-monitor/binance';
import { SqliteStore } from 'position-monitor/sqlite';
import { BareLoop } from './loopback/bare-loop.js';
import { type ExchangeAddress, ExchangeProcess } from './loopback/exchange-client.js';
import { API_KEY, API_SECRET, LOCAL, QUANTITY, RESTING, START_PRICE } from './loopback/words.js';

const WARM_UP = 30;
const TAKE_PROFIT = '3012.00';
/** Beyond the level by a little. */
const PASSED = '3012.50';
const STOP = '2970.00';

const at = process.argv.indexOf('--samples');
const samples = at < 0 ? 300 : Number(process.argv[at + 1]);
const folder = mkdtempSync(join(tmpdir(), 'live-paths-'));
const { process: exchange, addresses } = await ExchangeProcess.start();
const [ours, theirs] = addresses as [ExchangeAddress, ExchangeAddress];

/** Called with every outcome of a placement. */
let onPlaced: (outcome: OrderOutcome) => void = () => {};
/** Called with every price that comes. */
let onTick: (symbol: string, price: number) => void = () => {};
const adapter = heard(
  createBinanceExchange({ ...ours, apiKey: API_KEY, apiSecret: API_SECRET, live: false }),
);
const monitor = new PositionMonitor({
  config: {
    symbols: {
      [RESTING]: { takeProfitPct: '0.4', stopLossPct: '1' },
      [LOCAL]: { takeProfitPct: '0.4', stopLossPct: '1', takeProfitOrder: 'local' },
    },
    globals: { reconcileIntervalMs: 3_600_000 },
  },
  exchange: adapter,
  feed: watched(createBinanceFeed(ours)),
  store: new SqliteStore({ path: join(folder, 'bench.db') }),
});
const bare = new BareLoop(theirs);

try {
  await Promise.all([monitor.start(), bare.open()]);
  const fills = await inTurn(fillOfMonitor, fillOfBareLoop);
  await holdShort();
  await priceIsBack();
  const ticks = await inTurn(tickOfMonitor, tickOfBareLoop);
  tell([
    ...rows('fill to both orders acknowledged', fills),
    ...rows('price frame to close on the wire', ticks),
  ]);
  await monitor.stop();
} finally {
  bare.close();
  exchange.stop();
  rmSync(folder, { recursive: true, force: true });
}

type Sample = (number: number) => Promise<number>;
type Pair = readonly [monitor: readonly number[], bare: readonly number[]];

async function inTurn(first: Sample, second: Sample): Promise<Pair> {
  const taken: [number[], number[]] = [[], []];
  for (let number = 0; number < samples + WARM_UP; number += 1) {
    const pair = [await first(number), await second(number)] as const;
    if (number < WARM_UP) continue;
    taken[0].push(pair[0]);
    taken[1].push(pair[1]);
  }
  return taken;
}

async function fillOfMonitor(number: number): Promise<number> {
  const orderId = await enter(0, RESTING, `entry-${number}`);
  let left = 2;
  let doneAt = 0;
  const placed = new Promise<void>((resolve) => {
    onPlaced = ({ kind }) => {
      if (kind !== 'accepted') throw new Error(`a placement ended as ${kind}`);
      left -= 1;
      if (left > 0) return;
      doneAt = performance.now();
      resolve();
    };
  });
  const startedAt = performance.now();
  const answer = report(orderId, RESTING, 'BUY', 'LONG');
  await placed;
  onPlaced = () => {};
  if (!(await answer)) throw new Error('the fill is not protected');
  const closed = gone();
  await monitor.closePosition(RESTING);
  await closed;
  return doneAt - startedAt;
}

async function fillOfBareLoop(number: number): Promise<number> {
  await enter(1, RESTING, `entry-${number}`);
  const exit = { symbol: RESTING, side: 'SELL', positionSide: 'LONG', quantity: QUANTITY };
  const [stop, profit] = [`stop-${number}`, `profit-${number}`];
  const startedAt = performance.now();
  // As the monitor does: the stop first, the take-profit when it rests.
  await bare.send('POST', 'algoOrder', {
    ...exit,
    algoType: 'CONDITIONAL',
    type: 'STOP_MARKET',
    triggerPrice: STOP,
    clientAlgoId: stop,
  });
  await bare.send('POST', 'order', {
    ...exit,
    type: 'LIMIT',
    timeInForce: 'GTC',
    price: TAKE_PROFIT,
    newClientOrderId: profit,
  });
  const took = performance.now() - startedAt;
  await bare.send('DELETE', 'algoOrder', { clientAlgoId: stop });
  await bare.send('DELETE', 'order', { symbol: RESTING, origClientOrderId: profit });
  await trade(1, RESTING, 'SELL', `exit-${number}`);
  return took;
}

async function tickOfMonitor(number: number): Promise<number> {
  const opened = new Promise<void>((resolve) => {
    onPlaced = () => resolve();
  });
  const orderId = await enter(0, LOCAL, `local-${number}`);
  const answer = report(orderId, LOCAL, 'BUY', 'LONG');
  await Promise.all([opened, answer]);
  onPlaced = () => {};
  const closed = gone();
  const took = await priceToClose(0);
  await closed;
  await priceIsBack();
  return took;
}

async function tickOfBareLoop(number: number): Promise<number> {
  await enter(1, LOCAL, `local-${number}`);
  const closed = bare.arm(Number(TAKE_PROFIT));
  const took = await priceToClose(1);
  await closed;
  await setPrice(1);
  return took;
}

function report(
  orderId: string,
  symbol: string,
  side: 'BUY' | 'SELL',
  positionSide: 'LONG' | 'SHORT',
): Promise<boolean> {
  return monitor.handleOrderFill({
    orderId,
    symbol,
    side,
    positionSide,
    executedQty: QUANTITY,
    avgPrice: START_PRICE,
    status: 'FILLED',
  });
}

async function enter(account: 0 | 1, symbol: string, entryId: string): Promise<string> {
  return (await trade(account, symbol, 'BUY', entryId)) ?? '';
}

async function trade(
  account: 0 | 1,
  symbol: string,
  side: 'BUY' | 'SELL',
  entryId: string,
  positionSide: 'LONG' | 'SHORT' = 'LONG',
): Promise<string | undefined> {
  const order = { symbol, side, positionSide, quantity: QUANTITY, entryId } as const;
  return (await exchange.tell({ do: 'trade', account, ...order })).orderId;
}

async function priceToClose(account: 0 | 1): Promise<number> {
  const command = { do: 'price-to-close', account, symbol: LOCAL, price: PASSED } as const;
  return (await exchange.tell(command)).tookMs ?? Number.NaN;
}

async function setPrice(account: 0 | 1): Promise<void> {
  await exchange.tell({ do: 'price', account, symbol: LOCAL, price: START_PRICE });
}

/** The price leaves the level, and the monitor has heard it. */
async function priceIsBack(): Promise<void> {
  let isBack = false;
  onTick = (symbol, price) => {
    isBack ||= symbol === LOCAL && price === Number(START_PRICE);
  };
  while (!isBack) {
    await setPrice(0);
    await pause(2);
  }
  onTick = () => {};
}

/** A far position on the other side, so that the monitor goes on listening between two samples. */
async function holdShort(): Promise<void> {
  const orderId = (await trade(0, LOCAL, 'SELL', 'short', 'SHORT')) ?? '';
  await report(orderId, LOCAL, 'SELL', 'SHORT');
}

/** Resolves when the next tranche is closed: there is one at a time. */
function gone(): Promise<void> {
  return new Promise((resolve) => {
    monitor.once('tranche:closed', () => resolve());
  });
}

function heard(inner: ExchangeAdapter): ExchangeAdapter {
  const place = inner.placeOrder.bind(inner);
  const placeAll = inner.placeOrders?.bind(inner);
  inner.placeOrder = async (request) => {
    const outcome = await place(request);
    onPlaced(outcome);
    return outcome;
  };
  if (placeAll !== undefined) {
    inner.placeOrders = async (requests) => {
      const outcomes = await placeAll(requests);
      for (const outcome of outcomes) onPlaced(outcome);
      return outcomes;
    };
  }
  return inner;
}

function watched(inner: PriceFeed): PriceFeed {
  const connect = inner.connect.bind(inner);
  inner.connect = (sink) => {
    const tick = sink.tick.bind(sink);
    sink.tick = (...given) => {
      tick(...given);
      onTick(given[0], given[2]);
    };
    return connect(sink);
  };
  return inner;
}

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: 'us';
}

function rows(name: string, [monitored, bareTimes]: Pair): readonly Row[] {
  return [0.5, 0.99].flatMap((share) => {
    const [with_, without] = [quantile(monitored, share), quantile(bareTimes, share)];
    const label = `${name}, p${share * 100}`;
    return [
      { name: `${label}, monitor`, value: with_, unit: 'us' as const },
      { name: `${label}, bare loop`, value: without, unit: 'us' as const },
      { name: `${label}, added`, value: with_ - without, unit: 'us' as const },
    ];
  });
}

/** Of times in ms; in us. */
function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return Math.round(1_000 * (sorted[Math.ceil(sorted.length * share) - 1] ?? Number.NaN));
}

function tell(results: readonly Row[]): void {
  if (process.argv.includes('--json')) console.log(JSON.stringify({ results }));
  else for (const { name, value, unit } of results) console.log(`${name}: ${value} ${unit}`);
}
