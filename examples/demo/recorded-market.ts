import { basename } from 'node:path';
import { barLengthOf } from '../../src/cli/replay/bar-length.js';
import { Recording } from '../../src/cli/replay/recording.js';
import { rowWalkOf } from '../../src/cli/replay/row-walk.js';
import type { InstrumentInput, MonitorConfig } from '../../src/index.js';
import type { Market, MarketTick } from './market.js';

/** A tick is guessed from this many rows. */
const ROWS_LOOKED_AT = 1_000;

/**
 * A real recording as the market of the demo.
 *
 * The symbol is that of the configuration's only instrument, else it is read from the file's name (`DEMOUSDT` when
 * there is none). Without an instrument in the configuration, the tick is guessed: as many decimals as the first
 * prices of the recording show; the step is 0.001.
 */
export async function recordedMarket(file: string, config: MonitorConfig | null): Promise<Market> {
  const [configured] = Object.entries(config?.instruments ?? {});
  const named = /[a-z0-9]{2,12}(?:usdt|usdc|usd|perp)/i.exec(basename(file))?.[0]?.toUpperCase();
  const symbol = configured?.[0] ?? named ?? 'DEMOUSDT';
  const recording = await Recording.open(file, file.includes('.jsonl') ? symbol : null);
  const shape = await recording.shape();
  const isBars = shape === 'bar' || shape === 'quote-bar';
  const walk = rowWalkOf(shape, 'path', isBars ? await barLengthOf(recording) : 0);
  const instrument: InstrumentInput =
    configured === undefined
      ? { symbol, tickSize: await tickOf(recording), stepSize: '0.001' }
      : { symbol, ...configured[1] };
  return {
    title: `${symbol} as recorded in ${basename(file)} (tick ${instrument.tickSize}, step ${instrument.stepSize})`,
    instruments: [instrument],
    sources: walk.sources,
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

async function tickOf(recording: Recording): Promise<string> {
  let decimals = 0;
  for await (const { prices, count, width } of recording.batches()) {
    for (let at = 0; at < Math.min(count, ROWS_LOOKED_AT) * width; at += 1) {
      decimals = Math.max(decimals, `${prices[at]}`.split('.')[1]?.length ?? 0);
    }
    break;
  }
  return decimals === 0 ? '1' : `0.${'0'.repeat(decimals - 1)}1`;
}
