/**
 * Lets the built command run beside a loopback exchange, with prices, entries and exits, and with everybody who may look:
 * a scraper, a page and a listener. Reports how memory goes, and holds its counts against those of the exchange.
 *
 *   npm run soak -- --seconds 60
 *   npm run soak -- --seconds 3600 --output soak.json
 *
 * Ends with 1 when memory rises, a count differs, or the command does not end well.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { inRoot } from './lib/project.mjs';

const { createExchangeServer } = await import(inRoot('dist', 'testing-server.js'));

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '60' }, output: { type: 'string' } },
});
const SECONDS = Number(values.seconds);
if (!(SECONDS >= 60 && SECONDS <= 86_400)) throw new Error('--seconds: 60 to 86,400');

const SYMBOLS = ['BTCUSDT', 'ETHUSDT'];
const START = { BTCUSDT: 45_000, ETHUSDT: 3_000 };
const TICKS_PER_SECOND = 200;
/** Share of the run that is warm-up: code is compiled, and memory grows to its working size. */
const WARM_UP = 0.35;
/**
 * What may be taken per minute when it is over, MB: the least heap of each tenth, which collections leave. A short run
 * still holds some of its warm-up.
 */
const RISE_MB_PER_MINUTE_MAX = SECONDS >= 1_800 ? 0.1 : SECONDS >= 300 ? 1 : 6;
const KEYS = { apiKey: 'soak-key', apiSecret: 'soak-secret' };

const folder = mkdtempSync(join(tmpdir(), 'position-monitor-soak-'));
const server = await createExchangeServer({
  dialect: 'binance',
  ...KEYS,
  instruments: [
    { symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001', price: START.BTCUSDT },
    { symbol: 'ETHUSDT', tickSize: '0.01', stepSize: '0.01', price: START.ETHUSDT },
  ],
});
writeFileSync(
  join(folder, 'live.json'),
  JSON.stringify({
    exchange: { id: 'binance', restUrl: server.restUrl, streamUrl: server.streamUrl },
    store: { path: join(folder, 'bot.db') },
    symbols: Object.fromEntries(
      SYMBOLS.map((symbol) => [symbol, { takeProfitPct: 0.3, stopLossPct: 0.3 }]),
    ),
  }),
);
const child = spawn(
  process.execPath,
  [
    inRoot('dist', 'cli', 'main.js'),
    ...['run', '--json', '--config', join(folder, 'live.json'), '--listen', '127.0.0.1:0'],
  ],
  {
    env: {
      ...process.env,
      POSITION_MONITOR_API_KEY: KEYS.apiKey,
      POSITION_MONITOR_API_SECRET: KEYS.apiSecret,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  },
);
const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
const remarks = [];
let events = 0;
/** By name. */
const told = {};
createInterface({ input: child.stdout }).on('line', (line) => {
  const { name } = JSON.parse(line);
  events += 1;
  told[name] = (told[name] ?? 0) + 1;
  if (/failed|rejected|halted|error/.test(name)) remarks.push(line.slice(0, 400));
});
createInterface({ input: child.stderr }).on('line', (line) => remarks.push(line));

try {
  process.exitCode = await soak();
} finally {
  child.kill('SIGKILL');
  await server.close();
  rmSync(folder, { recursive: true, force: true });
}

async function soak() {
  await until(() => told['monitor:started'] === 1, 'the command runs');
  const url = /at (\S+)\//.exec(remarks.join('\n'))?.[1];
  const listener = listen(`${url}/events`);
  const counts = countPlacements();
  const market = walk();
  const samples = [];
  const begin = performance.now();
  while (performance.now() - begin < SECONDS * 1_000) {
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    counts.look();
    const [metrics] = await Promise.all([
      text(`${url}/metrics`),
      text(`${url}/state?symbol=BTCUSDT&since=0`),
      text(`${url}/`),
    ]);
    samples.push({
      second: (performance.now() - begin) / 1_000,
      rss: sampleOf(metrics, 'process_resident_memory_bytes') / 1e6,
      heap: sampleOf(metrics, 'nodejs_heap_size_used_bytes') / 1e6,
    });
    if (samples.length % 10 === 0) tell(samples.at(-1), events);
  }
  market.stop();
  await until(async () => {
    const metrics = await text(`${url}/metrics`);
    counts.look();
    return (
      sampleOf(metrics, 'position_monitor_requests_waiting') === 0 &&
      sumOf(metrics, 'position_monitor_orders_total', 'outcome="accepted"') === counts.accepted
    );
  }, 'the last answers').catch(() => {});
  const metrics = await text(`${url}/metrics`);
  const bytesHeard = listener.stop();
  child.kill('SIGTERM');
  const exitCode = await ended;

  const settled = samples.filter(({ second }) => second >= SECONDS * WARM_UP);
  const report = {
    seconds: SECONDS,
    ticks: market.ticks(),
    entries: market.entries(),
    events: told,
    kilobytesHeard: Math.round(bytesHeard / 1_000),
    orders: {
      command: sumOf(metrics, 'position_monitor_orders_total', 'outcome="accepted"'),
      exchange: counts.accepted,
    },
    rejections: {
      command: sumOf(metrics, 'position_monitor_order_rejections_total'),
      exchange: counts.refused,
    },
    unprotectedMs: sampleOf(metrics, 'position_monitor_unprotected_milliseconds_total'),
    errorsTold: sampleOf(metrics, 'position_monitor_errors_total'),
    rssMb: range(settled.map(({ rss }) => rss)),
    heapMb: range(settled.map(({ heap }) => heap)),
    rssMbPerMinute: rounded(slopePerMinute(settled, 'rss')),
    heapFloorMbPerMinute: rounded(slopePerMinute(floors(settled), 'heap')),
    remarks: counted(
      remarks.filter((line) => line.startsWith('warning') || line.startsWith('error')),
    ),
    exitCode,
  };
  console.log(JSON.stringify(report, null, 2));
  if (values.output !== undefined) {
    writeFileSync(values.output, `${JSON.stringify({ ...report, samples }, null, 2)}\n`);
  }
  const problems = [
    ...(report.heapFloorMbPerMinute > RISE_MB_PER_MINUTE_MAX
      ? [`memory rises by ${report.heapFloorMbPerMinute} MB a minute`]
      : []),
    ...['orders', 'rejections'].flatMap((name) =>
      report[name].command === report[name].exchange ? [] : [`${name} differ`],
    ),
    ...(report.orders.exchange === 0 ? ['nothing was traded'] : []),
    ...(exitCode === 0 ? [] : [`the command ended with ${exitCode}`]),
  ];
  for (const problem of problems) console.log(`PROBLEM: ${problem}`);
  if (problems.length > 0) console.log(remarks.slice(-20).join('\n'));
  return problems.length === 0 ? 0 : 1;
}

/** Prices wander; an entry now and then, and with 0.3 % between its levels it is soon left again. */
function walk() {
  const price = { ...START };
  let ticks = 0;
  let entries = 0;
  const moving = setInterval(() => {
    for (let each = 0; each < TICKS_PER_SECOND / 20; each += 1) {
      const symbol = SYMBOLS[ticks % SYMBOLS.length];
      const away = price[symbol] / START[symbol] - 1;
      // Back to where it began, so that it never leaves for good.
      price[symbol] *= 1 + (Math.random() - 0.5 - away * 2) * 0.0004;
      const digits = symbol === 'BTCUSDT' ? 1 : 2;
      server.market.setPrice(symbol, Number(price[symbol].toFixed(digits)));
      ticks += 1;
    }
  }, 50);
  const entering = setInterval(() => {
    const symbol = SYMBOLS[entries % SYMBOLS.length];
    const quantity = symbol === 'BTCUSDT' ? '0.01' : '0.1';
    if (Math.random() < 0.5) server.person.buy(symbol, quantity);
    else server.person.sell(symbol, quantity);
    entries += 1;
  }, 2_000);
  return {
    ticks: () => ticks,
    entries: () => entries,
    stop() {
      clearInterval(moving);
      clearInterval(entering);
    },
  };
}

/** The exchange remembers its last requests only: looked at every second, none is missed. */
function countPlacements() {
  let last = null;
  const open = new Set();
  const counts = {
    accepted: 0,
    refused: 0,
    look() {
      const at = last === null ? -1 : server.requests.lastIndexOf(last);
      for (const request of server.requests.slice(at + 1)) open.add(request);
      last = server.requests.at(-1) ?? null;
      for (const request of open) {
        if (request.status === null) continue;
        open.delete(request);
        if (request.method !== 'POST') continue;
        if (!/^(order|algoOrder|batchOrders)$/.test(request.name)) continue;
        const orders =
          request.name === 'batchOrders' ? JSON.parse(request.params.batchOrders).length : 1;
        if (request.status === 200) counts.accepted += orders;
        else counts.refused += orders;
      }
    },
  };
  return counts;
}

/** Hears events as a program would. */
function listen(address) {
  const aborting = new AbortController();
  let bytes = 0;
  fetch(address, { signal: aborting.signal })
    .then(async ({ body }) => {
      for await (const part of body) bytes += part.length;
    })
    .catch(() => {});
  return {
    stop() {
      aborting.abort();
      return bytes;
    },
  };
}

async function text(address) {
  return (await fetch(address)).text();
}

function sampleOf(metrics, name) {
  const line = metrics.split('\n').find((row) => row.startsWith(`${name} `));
  return line === undefined ? 0 : Number(line.slice(name.length + 1));
}

function sumOf(metrics, family, label = '') {
  return metrics
    .split('\n')
    .filter((row) => row.startsWith(`${family}{`) && row.includes(label))
    .reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' ') + 1)), 0);
}

/** The least heap of each tenth: what is really kept. */
function floors(samples) {
  const size = Math.max(1, Math.ceil(samples.length / 10));
  const found = [];
  for (let from = 0; from < samples.length; from += size) {
    const part = samples.slice(from, from + size);
    found.push(part.reduce((least, sample) => (sample.heap < least.heap ? sample : least)));
  }
  return found;
}

/** Least squares. */
function slopePerMinute(samples, key) {
  const count = samples.length;
  const meanX = samples.reduce((sum, { second }) => sum + second, 0) / count;
  const meanY = samples.reduce((sum, sample) => sum + sample[key], 0) / count;
  let over = 0;
  let under = 0;
  for (const sample of samples) {
    over += (sample.second - meanX) * (sample[key] - meanY);
    under += (sample.second - meanX) ** 2;
  }
  return under === 0 ? 0 : (over / under) * 60;
}

/** How often each text came, what changes left out. */
function counted(lines) {
  const counts = {};
  for (const line of lines) {
    const text = line.replaceAll(/\d+/g, '#').slice(0, 200);
    counts[text] = (counts[text] ?? 0) + 1;
  }
  return counts;
}

function range(numbers) {
  return { least: rounded(Math.min(...numbers)), most: rounded(Math.max(...numbers)) };
}

function rounded(number) {
  return Math.round(number * 1_000) / 1_000;
}

function tell({ second, rss, heap }, count) {
  console.error(
    `${Math.round(second)} s: ${rss.toFixed(1)} MB resident, ${heap.toFixed(1)} MB heap, ${count} events`,
  );
}

async function until(condition, what) {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > deadline)
      throw new Error(`not in time: ${what}\n${remarks.join('\n')}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
