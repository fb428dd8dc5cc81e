import type { DecimalInput } from '../../model/decimal.js';

/** A bar of the market's history, as a test gives it. */
export interface MarketBar {
  /** When it begins, ms: a multiple of its length. */
  readonly startTime: number;
  readonly open: DecimalInput;
  readonly high: DecimalInput;
  readonly low: DecimalInput;
  readonly close: DecimalInput;
}

/** Trades of one symbol that are remembered; the oldest go first. */
const TRADES_KEPT = 20_000;
/** Most bars of one answer. */
const BARS_MAX = 1_500;

interface Trade {
  readonly time: number;
  readonly price: number;
}

/** What bars are told from: a history that was given, and the trades since the server began. */
export class BarBook {
  readonly #history = new Map<string, readonly MarketBar[]>();
  readonly #trades = new Map<string, Trade[]>();

  /** @throws RangeError for bars that do not begin at multiples of their length, or not one after the other */
  setHistory(symbol: string, barMs: number, bars: readonly MarketBar[]): void {
    let before = Number.NEGATIVE_INFINITY;
    for (const { startTime } of bars) {
      if (startTime % barMs !== 0 || startTime <= before) {
        throw new RangeError(`a bar of ${barMs} ms cannot begin at ${startTime}, after ${before}`);
      }
      before = startTime;
    }
    this.#history.set(keyOf(symbol, barMs), [...bars]);
  }

  /** The symbol traded. */
  add(symbol: string, price: number, time: number): void {
    let trades = this.#trades.get(symbol);
    if (trades === undefined) {
      trades = [];
      this.#trades.set(symbol, trades);
    }
    trades.push({ time, price });
    if (trades.length > TRADES_KEPT) trades.shift();
  }

  /** Bars of the symbol up to the running one, the oldest first; a stretch without trades is flat, as at the exchange. */
  barsOf(symbol: string, barMs: number, now: number): readonly MarketBar[] {
    const history = this.#history.get(keyOf(symbol, barMs)) ?? [];
    const given = history.filter(({ startTime }) => startTime <= now);
    const bars = new Map<number, MarketBar>(given.map((bar) => [bar.startTime, bar]));
    const lastGiven = given.at(-1)?.startTime ?? Number.NEGATIVE_INFINITY;
    for (const { time, price } of this.#trades.get(symbol) ?? []) {
      const startTime = time - (time % barMs);
      if (startTime > lastGiven) bars.set(startTime, grown(bars.get(startTime), startTime, price));
    }
    return withFlatBars([...bars.values()], barMs, now - (now % barMs)).slice(-BARS_MAX);
  }
}

function grown(bar: MarketBar | undefined, startTime: number, price: number): MarketBar {
  if (bar === undefined) return { startTime, open: price, high: price, low: price, close: price };
  return {
    ...bar,
    high: Math.max(Number(bar.high), price),
    low: Math.min(Number(bar.low), price),
    close: price,
  };
}

/** Each stretch without a bar up to `until` stands at the close before it. */
function withFlatBars(bars: MarketBar[], barMs: number, until: number): readonly MarketBar[] {
  const sorted = bars.sort((a, b) => a.startTime - b.startTime);
  const filled: MarketBar[] = [];
  for (const [index, bar] of sorted.entries()) {
    filled.push(bar);
    const next = sorted[index + 1]?.startTime ?? until + barMs;
    const first = Math.max(bar.startTime + barMs, next - BARS_MAX * barMs);
    for (let startTime = first; startTime < next; startTime += barMs) {
      const { close } = bar;
      filled.push({ startTime, open: close, high: close, low: close, close });
    }
  }
  return filled;
}

function keyOf(symbol: string, barMs: number): string {
  return `${symbol}|${barMs}`;
}
