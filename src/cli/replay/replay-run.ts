import { setImmediate as nextTurn } from 'node:timers/promises';
import { PaperExchange } from '../../adapters/exchanges/paper/paper-exchange.js';
import type { PaperExchangeOptions } from '../../adapters/exchanges/paper/paper-exchange-options.js';
import { ManualFeed } from '../../adapters/feeds/manual/manual-feed.js';
import { InvariantError } from '../../errors/invariant-error.js';
import { isMonitorError } from '../../errors/position-monitor-error.js';
import { decimal, HUNDRED, toDecimalString } from '../../model/decimal.js';
import type { PriceSource } from '../../model/price.js';
import { entrySideOf } from '../../model/side.js';
import { PositionMonitor } from '../../monitor/position-monitor.js';
import { VirtualClock } from '../../platform/virtual-clock.js';
import type { Store } from '../../ports/store.js';
import { inputFileError } from '../input-file-error.js';
import { EntryBook } from './entry-book.js';
import { EntryQueue, type EntryRequest } from './entry-orders.js';
import { type FillPlace, FillPlaces } from './fill-places.js';
import type { Recording } from './recording.js';
import type { ReplayConfig } from './replay-config.js';
import type { ReplayObserver } from './replay-observer.js';
import type { RowBatch } from './row-batch.js';
import type { PriceMove, RowWalk } from './row-walk.js';
import { drive } from './virtual-time.js';

export interface ReplayRunOptions {
  readonly config: ReplayConfig;
  readonly recording: Recording;
  readonly entriesFile: string;
  readonly walk: RowWalk;
  readonly store: Store;
  readonly fills: Pick<PaperExchangeOptions, 'fees' | 'slippageBps' | 'latencyMs'>;
  /** Told now and then, for a progress bar. */
  readonly onRows: (rows: number) => void;
  readonly observer?: ReplayObserver;
}

/** Start-up asks the exchange several things; with latency that must be over before the first row. */
const REQUESTS_OF_A_START = 20;

/**
 * One replay: the monitor, the paper exchange and a clock that the rows move.
 *
 * Rows are judged synchronously, one price after the other. Only where something happened is it waited for, so that
 * whatever a row causes is done and recorded before the next one.
 */
export class ReplayRun {
  readonly clock: VirtualClock;
  readonly monitor: PositionMonitor;
  readonly places = new FillPlaces();
  readonly entries = new EntryBook();
  readonly warnings = new Set<string>();
  rows = 0;
  firstTime = 0;
  /** Rows whose time lay before that of an earlier row. */
  clampedRows = 0;
  readonly #options: ReplayRunOptions;
  readonly #feed: ManualFeed;
  readonly #queue: EntryQueue;
  readonly #hasLatency: boolean;
  readonly #observer: ReplayObserver | null;
  /** One object for all ticks. */
  readonly #tick: { source: PriceSource; time: number };
  /** Where in the batch the run stands: row, and price of that row. */
  #index = 0;
  #move = 0;
  /** The price told last. */
  #toldPrice = 0;
  #toldRow = 0;
  #toldStep = 0;
  #failure: unknown = null;
  #lastRowTime = Number.NEGATIVE_INFINITY;

  private constructor(options: ReplayRunOptions, startMs: number) {
    const { config, walk, fills, store } = options;
    this.#options = options;
    this.#hasLatency = (fills.latencyMs ?? 0) > 0;
    this.#observer = options.observer ?? null;
    this.firstTime = startMs;
    this.clock = new VirtualClock(startMs - REQUESTS_OF_A_START * (fills.latencyMs ?? 0));
    const exchange = new PaperExchange({
      instruments: [config.instrumentInput],
      positionMode: config.positionMode,
      clock: this.clock,
      judgeFrom: 'next-price',
      idPrefix: 'paper-',
      onTrade: (trade) => this.places.note(trade, this.#place()),
      ...fills,
    });
    this.#feed = new ManualFeed({ sources: walk.sources, clock: this.clock });
    this.#queue = new EntryQueue(config.entries);
    this.#tick = { source: walk.sources[0] ?? 'LAST', time: 0 };
    this.monitor = new PositionMonitor({
      config: config.config,
      exchange,
      feed: this.#feed,
      store,
      clock: this.clock,
      profile: 'replay',
    });
    this.entries.listen(this.monitor);
    this.#listenForTrouble();
    this.#observer?.begin(this.monitor);
  }

  /**
   * Runs the recording from its first row to its last. The monitor is still running afterwards: `stop` ends it.
   *
   * @throws ValidationError `INPUT_FILE_INVALID`
   */
  static async over(options: ReplayRunOptions): Promise<ReplayRun> {
    let run: ReplayRun | null = null;
    try {
      for await (const batch of options.recording.batches()) {
        if (run === null) {
          run = new ReplayRun(options, batch.times[0] as number);
          await drive(run.clock, run.monitor.start());
          await drive(run.clock, run.#followBars());
        }
        await run.#judge(batch);
        options.onRows(run.rows);
      }
      // Without a row the recording would have thrown.
      if (run === null) throw new InvariantError('INVARIANT_BROKEN', 'a recording has rows');
      run.#refuseLateEntries();
      return run;
    } catch (error) {
      await run?.stop().catch(() => {});
      throw error;
    }
  }

  /** Ends the monitor and gives the store back. */
  async stop(): Promise<void> {
    await drive(this.clock, this.monitor.stop());
  }

  /**
   * Bars that the plans of entries go by are built from the first row on, so that an entry finds its average range. Those
   * that the configuration asks for are followed anyway.
   */
  async #followBars(): Promise<void> {
    const { symbol, entries } = this.#options.config;
    const lengths = new Set(entries.flatMap(({ plan }) => plan?.volatility?.barMs ?? []));
    for (const barMs of lengths) await this.monitor.addBars(symbol, barMs, []);
  }

  async #judge(batch: RowBatch): Promise<void> {
    this.#index = 0;
    while (this.#index < batch.count) {
      if (this.#runQuietly(batch)) await this.#settle();
      if (this.#move < this.#options.walk.rising.length) continue;
      await this.#enter(batch);
      this.#index += 1;
      this.#move = 0;
      this.rows += 1;
    }
  }

  /**
   * Tells prices until something happens. The hot loop: no promise, no object, no call that is not needed.
   *
   * @returns whether something has to be settled; else the row is at its end and entries are due, or the batch is over
   */
  #runQuietly(batch: RowBatch): boolean {
    const { clock, monitor } = this;
    const { walk, config } = this.#options;
    const { symbol } = config;
    const { times, prices, width, count } = batch;
    const feed = this.#feed;
    const queue = this.#queue;
    const observer = this.#observer;
    const tick = this.#tick;
    const movesPerRow = walk.rising.length;
    while (this.#index < count) {
      const index = this.#index;
      const rowTime = times[index] as number;
      const first = index * width;
      if (rowTime >= this.#lastRowTime) this.#lastRowTime = rowTime;
      else if (this.#move === 0) this.clampedRows += 1;
      const moves =
        (prices[first + walk.closeAt] as number) >= (prices[first + walk.openAt] as number)
          ? walk.rising
          : walk.falling;
      while (this.#move < movesPerRow) {
        const move = moves[this.#move] as PriceMove;
        const time = rowTime + move.delayMs;
        const due = clock.nextTimerAt;
        if (due !== null && due <= time) {
          clock.advanceTo(due);
          return true;
        }
        clock.advanceTo(time);
        const price = prices[first + move.price] as number;
        this.#toldPrice = price;
        this.#toldRow = this.rows;
        this.#toldStep = move.step;
        tick.source = move.source;
        tick.time = clock.now();
        if (observer !== null) {
          const row = this.rows * walk.stepsPerRow + move.step;
          observer.priced(move.source, tick.time, price, row);
        }
        feed.tick(symbol, price, tick);
        this.#move += 1;
        if (monitor.busy) return true;
      }
      if (this.rows >= queue.nextRow || rowTime >= queue.nextTime) return false;
      this.#index += 1;
      this.#move = 0;
      this.rows += 1;
    }
    return false;
  }

  /** Makes the entries of the row, at its price: older positions were judged on it, the new ones begin with the next. */
  async #enter(batch: RowBatch): Promise<void> {
    const rowTime = batch.times[this.#index] as number;
    if (this.rows < this.#queue.nextRow && rowTime < this.#queue.nextTime) return;
    const { walk } = this.#options;
    for (const request of this.#queue.take(this.rows, rowTime)) {
      const at = request.side === 'LONG' ? walk.longEntryAt : walk.shortEntryAt;
      await this.#fill(request, batch.prices[this.#index * batch.width + at] as number);
    }
  }

  async #fill(request: EntryRequest, price: number): Promise<void> {
    const { config, entriesFile } = this.#options;
    const { orderId, symbol, side, quantity, tranche, plan } = request;
    const positionSide = config.positionMode === 'one-way' ? 'BOTH' : side;
    const order = {
      clientOrderId: orderId,
      orderId,
      symbol,
      side: entrySideOf(side),
      positionSide,
    } as const;
    const time = this.clock.now();
    this.places.note({ orderId }, this.#place());
    this.entries.add({ request, price, row: this.rows, time, trancheId: null, joined: false });
    if (plan !== null || tranche !== 'auto') {
      await this.#register(request, () =>
        this.monitor.registerOrder({ ...order, tranche, ...(plan !== null && { plan }) }),
      );
    }
    const avgPrice = toDecimalString(decimal(price));
    // Not awaited: with latency the answer comes only when later rows have moved the clock.
    this.monitor
      .handleOrderFill({
        ...order,
        executedQty: quantity,
        avgPrice,
        lastFilledQty: quantity,
        tradeId: orderId,
        fee: this.#entryFee(avgPrice, quantity),
        status: 'FILLED',
      })
      .then(
        (isCovered) => {
          if (!isCovered)
            this.warnings.add(`Entry ${request.id} was not protected as its plan asks`);
        },
        (error: unknown) => {
          this.#failure ??= isMonitorError(error)
            ? inputFileError(`${entriesFile}, entry ${request.id}: ${error.message}`, null, {
                cause: error,
              })
            : error;
        },
      );
    await nextTurn();
    await this.#settle();
  }

  /** A host whose order was refused would not send it; here it happened, so it is protected as the limit says. */
  async #register(request: EntryRequest, register: () => Promise<void>): Promise<void> {
    try {
      await register();
    } catch (error) {
      if (!isMonitorError(error) || error.code !== 'TRANCHE_LIMIT') throw error;
      this.warnings.add(`Entry ${request.id}: ${error.message}`);
    }
  }

  /** Entries are taker orders. */
  #entryFee(price: string, quantity: string): string {
    const { fees } = this.#options.fills;
    const { contractSize } = this.#options.config.instrument;
    const rate = decimal(fees?.takerPct ?? 0).div(HUNDRED);
    return toDecimalString(decimal(price).times(quantity).times(contractSize).times(rate));
  }

  async #settle(): Promise<void> {
    // Answers under way are in nobody's count then: they get a turn before time moves on.
    if (this.#hasLatency) await nextTurn();
    await this.monitor.settled({ requests: !this.#hasLatency });
    if (this.#failure !== null) throw this.#failure;
    this.#observer?.settled(this.#place());
  }

  #refuseLateEntries(): void {
    const [late] = this.#queue.waiting;
    if (late === undefined) return;
    const { entriesFile, recording } = this.#options;
    throw inputFileError(`${entriesFile}, entry ${late.id}`, null, {
      expected:
        late.row === null
          ? `a time up to ${this.#lastRowTime}, the last one of ${recording.file}`
          : `a row from 0 to ${this.rows - 1}, the last one of ${recording.file}`,
      received: `${late.row ?? late.time}`,
    });
  }

  /** Between two prices (latency) it is the one told last that was executed at. */
  #place(): FillPlace {
    return {
      row: this.#toldRow * this.#options.walk.stepsPerRow + this.#toldStep,
      time: this.clock.now(),
      source: this.#tick.source,
      price: this.#toldPrice,
    };
  }

  #listenForTrouble(): void {
    this.monitor.on('protection:failed', ({ trancheId, reason }) => {
      this.warnings.add(`${trancheId ?? this.#options.config.symbol}: ${reason}`);
    });
    this.monitor.on('monitor:halted', ({ reason }) => {
      this.#failure ??= new InvariantError('INVARIANT_BROKEN', `The monitor halted: ${reason}`);
    });
    this.monitor.on('store:failed', ({ reason }) => {
      this.#failure ??= new Error(`The store failed: ${reason}`);
    });
  }
}
