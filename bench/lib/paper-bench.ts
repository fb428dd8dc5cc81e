import { PaperExchange, PositionMonitor, type Store } from 'position-monitor';
import { inFlight } from './measure.js';
import { PushFeed } from './push-feed.js';
import { instruments, symbolOf, tick } from './seeded-monitor.js';

const SYMBOLS = 2_000;
const PRICE = 1_000;

/** A monitor whose exchange is in the process and answers at once: what is left is our own work and the disk. */
export class PaperBench {
  readonly monitor: PositionMonitor;
  readonly #feed = new PushFeed();
  #fills = 0;

  constructor(store: Store) {
    this.monitor = new PositionMonitor({
      config: {
        symbols: { '*': { takeProfitPct: 20, stopLossPct: 20 } },
        globals: {
          maxTranchesPerSymbolSide: 1_000_000,
          mergeProfitableTranches: false,
          reconcileIntervalMs: 3_600_000,
          staleAfterMs: 3_600_000,
        },
      },
      exchange: new PaperExchange({ instruments }),
      feed: this.#feed,
      store,
    });
  }

  async start(): Promise<void> {
    await this.monitor.start();
    for (let index = 0; index < SYMBOLS; index += 1) tick(this.#feed, symbolOf(index), PRICE);
  }

  /** Hands over so many fills. @returns how long until the last one was acknowledged, ms */
  async fill(count: number, callers: number): Promise<number> {
    const first = this.#fills;
    this.#fills += count;
    const began = performance.now();
    await inFlight(count, callers, async (number) => {
      const covered = await this.monitor.handleOrderFill({
        orderId: `order-${first + number}`,
        symbol: symbolOf((first + number) % SYMBOLS),
        side: 'BUY',
        positionSide: 'LONG',
        executedQty: '0.01',
        avgPrice: PRICE,
        status: 'FILLED',
      });
      if (!covered) throw new Error('a fill is not protected');
    });
    return performance.now() - began;
  }

  /** Closes everything, so that the next fills find the same as the first ones. */
  async clear(): Promise<void> {
    await this.monitor.closeAll({ confirm: true });
    await this.monitor.settled();
  }
}
