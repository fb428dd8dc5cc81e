import type { PriceSource } from '../../model/price.js';
import { barProblem, type PriceBar } from '../../model/price-bar.js';
import type { PriceFeed } from '../../ports/price-feed.js';
import { assert, assertSame } from './contract-assert.js';
import { type ContractCard, type ContractRunner, declareCards, hookOf } from './contract-runner.js';
import { RecordingPriceSink } from './recording-price-sink.js';

/** `PF-01` to `PF-07`. */
export type FeedCardId = 'PF-01' | 'PF-02' | 'PF-03' | 'PF-04' | 'PF-05' | 'PF-06' | 'PF-07';

/** A feed with a source of prices behind it that the suite can steer. One per card. */
export interface FeedHarness {
  /** Not connected yet. */
  readonly feed: PriceFeed;
  /** Two symbols that trade there. */
  readonly symbols: readonly [string, string];
  /** Lets the exchange publish a price. */
  push(symbol: string, source: PriceSource, price: number): Promise<void> | void;
  /** Waits until what was published has come. Absent: it has come already. */
  drain?(): Promise<void>;
  /** PF-04: takes the connection down and up again. */
  interrupt?(): Promise<void> | void;
  /** PF-04: lets the symbol fall silent although the connection stands. */
  silence?(symbol: string): Promise<void> | void;
  /**
   * PF-07: lets the exchange have these finished bars of the symbol, the oldest first, and no others. An exchange whose
   * answers hold the running bar as well goes on doing so.
   */
  giveBars?(symbol: string, barMs: number, bars: readonly PriceBar[]): Promise<void> | void;
  cleanup?(): Promise<void> | void;
}

/** What the suite needs: a framework's `test`, and a feed with a source that can be steered. */
export interface FeedContractOptions extends ContractRunner<FeedCardId> {
  /** Makes a fresh feed for the card. */
  readonly factory: (id: FeedCardId) => Promise<FeedHarness> | FeedHarness;
}

/**
 * What every price feed owes the monitor, as tests of whichever framework is handed in.
 *
 * @example
 * feedContract({ test, factory: () => new MyFeedHarness() });
 */
export function feedContract(options: FeedContractOptions): void {
  declareCards(options, options.factory, CARDS);
}

/** Enough to show a queue that coalesces, and quick. */
const BURST = 1_000;

const CARDS: readonly ContractCard<FeedCardId, FeedHarness>[] = [
  {
    id: 'PF-01',
    duty: 'the order is kept and no tick is dropped',
    run: async (harness) => {
      const { sink, source, symbol } = await open(harness);
      // Repeated prices and returns to a price count as well: a level can be touched and left within a moment.
      const prices = Array.from({ length: BURST }, (_, index) => 100 + (index % 3));
      for (const price of prices) await harness.push(symbol, source, price);
      await harness.drain?.();
      assertSame(sink.pricesOf(symbol, source).join(), prices.join(), 'the prices told');
    },
  },
  {
    id: 'PF-02',
    duty: 'a symbol that is subscribed late gets its ticks, the others go on',
    run: async (harness) => {
      const { sink, source, symbol } = await open(harness);
      const late = harness.symbols[1];
      await harness.push(symbol, source, 100);
      await harness.feed.subscribe([{ symbol: late, sources: [source] }]);
      await harness.push(late, source, 7);
      await harness.push(symbol, source, 101);
      await harness.drain?.();
      assertSame(sink.pricesOf(late, source).join(), '7', 'the prices of the late symbol');
      assertSame(sink.pricesOf(symbol, source).join(), '100,101', 'the prices of the first symbol');
    },
  },
  {
    id: 'PF-03',
    duty: 'unsubscribing inside a tick disturbs no other symbol',
    run: async (harness) => {
      const { sink, source, symbol } = await open(harness);
      const other = harness.symbols[1];
      await harness.feed.subscribe([{ symbol: other, sources: [source] }]);
      let unsubscribed: Promise<void> | null = null;
      sink.onTick = () => {
        unsubscribed ??= harness.feed.unsubscribe([symbol]);
      };
      await harness.push(symbol, source, 100);
      await harness.drain?.();
      assert(unsubscribed !== null, 'the first tick came');
      await unsubscribed;
      await harness.push(other, source, 7);
      await harness.drain?.();
      assertSame(sink.pricesOf(other, source).join(), '7', 'the prices of the other symbol');
    },
  },
  {
    id: 'PF-04',
    duty: 'an outage and silence are told, not hidden',
    run: async (harness) => {
      const { sink, symbol } = await open(harness);
      await hookOf(harness.interrupt?.bind(harness), 'interrupt')();
      await harness.drain?.();
      assertSame(sink.connections.join(), 'connected,disconnected,reconnected', 'the connection');
      await hookOf(harness.silence?.bind(harness), 'silence')(symbol);
      await harness.drain?.();
      assertSame(sink.staleSymbols.get(symbol), true, 'the staleness of the symbol');
    },
  },
  {
    id: 'PF-05',
    duty: 'two sources of one symbol stay apart',
    unless: ({ feed }) => (feed.sources.length < 2 ? 'it has one source only (sources)' : null),
    run: async (harness) => {
      const [first, second] = harness.feed.sources;
      assert(first !== undefined && second !== undefined, 'the feed has two sources');
      const { sink, symbol } = await open(harness);
      await harness.feed.subscribe([{ symbol, sources: [first, second] }]);
      await harness.push(symbol, first, 100);
      await harness.push(symbol, second, 200);
      await harness.push(symbol, first, 101);
      await harness.drain?.();
      assertSame(sink.pricesOf(symbol, first).join(), '100,101', `the ${first} prices`);
      assertSame(sink.pricesOf(symbol, second).join(), '200', `the ${second} prices`);
    },
  },
  {
    id: 'PF-06',
    duty: 'a listener that throws loses no later tick',
    run: async (harness) => {
      const { sink, source, symbol } = await open(harness);
      sink.onTick = () => {
        throw new Error('a listener that throws');
      };
      await harness.push(symbol, source, 100);
      await harness.push(symbol, source, 101);
      await harness.drain?.();
      assertSame(sink.pricesOf(symbol, source).join(), '100,101', 'the prices told');
    },
  },
  {
    id: 'PF-07',
    duty: 'bars are finished, the newest, in order, each once, and of the symbol',
    unless: ({ feed }) => (feed.fetchBars === undefined ? 'it gives no bars (fetchBars)' : null),
    run: async (harness) => {
      const { feed, symbols } = harness;
      await open(harness);
      const give = hookOf(harness.giveBars?.bind(harness), 'giveBars');
      const given = [barsFrom(100, 5), barsFrom(7_000, 3)] as const;
      for (const [index, symbol] of symbols.entries()) {
        await give(symbol, BAR_MS, given[index] as readonly PriceBar[]);
      }
      const fetch = async (symbol: string, limit: number): Promise<readonly PriceBar[]> => {
        const bars = await (feed.fetchBars?.(symbol, BAR_MS, limit) ?? []);
        for (const bar of bars) assertSame(barProblem(bar, BAR_MS), null, 'what is impossible');
        return bars;
      };
      const [first, second] = symbols;
      assertSame(textOf(await fetch(first, 2)), textOf(given[0].slice(-2)), 'the newest two');
      assertSame(textOf(await fetch(first, 5)), textOf(given[0]), 'as many as there are');
      assertSame(textOf(await fetch(first, 50)), textOf(given[0]), 'all, where more are wanted');
      assertSame(textOf(await fetch(second, 50)), textOf(given[1]), 'those of the other symbol');
    },
  },
];

/** A length that every exchange has, ms, and a moment in the past where one of its bars begins. */
const BAR_MS = 60_000;
const BARS_FROM = 1_700_000_040_000;

/** Finished bars that follow each other, each with prices of its own. */
function barsFrom(price: number, count: number): readonly PriceBar[] {
  return Array.from({ length: count }, (_, index) => {
    const open = price + index;
    const startTime = BARS_FROM + index * BAR_MS;
    return { startTime, open, high: open + 2.5, low: open - 1.5, close: open + 1 };
  });
}

function textOf(bars: readonly PriceBar[]): string {
  return bars.map((bar) => Object.values(columnsOf(bar)).join(' ')).join(', ');
}

function columnsOf({ startTime, open, high, low, close }: PriceBar): PriceBar {
  return { startTime, open, high, low, close };
}

/** A connected feed whose first symbol is subscribed with its first source. */
async function open(harness: FeedHarness) {
  const sink = new RecordingPriceSink();
  await harness.feed.connect(sink);
  const source = harness.feed.sources[0];
  assert(source !== undefined, 'the feed has a source');
  const symbol = harness.symbols[0];
  await harness.feed.subscribe([{ symbol, sources: [source] }]);
  return { sink, source, symbol };
}
