import { basename } from 'node:path';
import { barLengthOf } from '../../src/cli/replay/bar-length.js';
import { Recording } from '../../src/cli/replay/recording.js';
import { rowWalkOf } from '../../src/cli/replay/row-walk.js';
import type { InstrumentInput, MonitorConfig } from '../../src/index.js';
import type { Market, MarketTick } from './market.js';

/** A recording is this many of the bot's minutes, so that short ones are traded as well. */
const MINUTES = 200;

/**
 * A real recording as the market of the demo.
 *
 * The symbol is that of the configuration's only instrument, else it is read from the file's name (`DEMOUSDT` when
 * there is none). Without an instrument in the configuration, the tick is guessed: as many decimals as the prices of
 * the recording show; the step is 0.001. Without a configuration the levels are parts of the recording's whole range.
 */
export async function recordedMarket(file: string, config: MonitorConfig | null): Promise<Market> {
  const [configured] = Object.entries(config?.instruments ?? {});
  const named = /[a-z0-9]{2,12}(?:usdt|usdc|usd|perp)/i.exec(basename(file))?.[0]?.toUpperCase();
  const symbol = configured?.[0] ?? named ?? 'DEMOUSDT';
  const recording = await Recording.open(file, file.includes('.jsonl') ? symbol : null);
  const shape = await recording.shape();
  const isBars = shape === 'bar' || shape === 'quote-bar';
  const walk = rowWalkOf(shape, 'path', isBars ? await barLengthOf(recording) : 0);
  const { spanMs, rangePct, tickSize } = await measured(recording);
  const instrument: InstrumentInput =
    configured === undefined
      ? { symbol, tickSize, stepSize: '0.001' }
      : { symbol, ...configured[1] };
  return {
    title: `${symbol} as recorded in ${basename(file)} (tick ${instrument.tickSize}, step ${instrument.stepSize})`,
    instruments: [instrument],
    sources: walk.sources,
    minuteMs: Math.max(1, spanMs / MINUTES),
    plans: {
      [symbol]: {
        takeProfitPct: (rangePct / 4).toFixed(4),
        stopLossPct: (rangePct / 6).toFixed(4),
      },
    },
    async *ticks(): AsyncIterable<MarketTick> {
      for await (const { times, prices, count, width } of recording.batches()) {
        for (let row = 0; row < count; row += 1) {
          const open = prices[row * width + walk.openAt] as number;
          const close = prices[row * width + walk.closeAt] as number;
          for (const { source, price, delayMs } of close >= open ? walk.rising : walk.falling) {
            const time = (times[row] as number) + delayMs;
            yield { time, symbol, source, price: prices[row * width + price] as number };
          }
        }
      }
    },
  };
}

/** Looks through the whole recording once: how long it is, how far its prices range, how they are written. */
async function measured(
  recording: Recording,
): Promise<{ readonly spanMs: number; readonly rangePct: number; readonly tickSize: string }> {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  let decimals = 0;
  for await (const { times, prices, count, width } of recording.batches()) {
    first = Math.min(first, times[0] as number);
    last = Math.max(last, times[count - 1] as number);
    for (let at = 0; at < count * width; at += 1) {
      const price = prices[at] as number;
      low = Math.min(low, price);
      high = Math.max(high, price);
      decimals = Math.max(decimals, `${price}`.split('.')[1]?.length ?? 0);
    }
  }
  return {
    spanMs: last - first,
    rangePct: Math.max((high / low - 1) * 100, 0.01),
    tickSize: decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`,
  };
}
