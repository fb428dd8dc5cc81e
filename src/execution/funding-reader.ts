import { FUNDING_READ_MS, FUNDING_READS_PER_MINUTE, FUNDING_SETTLE_MS } from '../limits.js';
import type { FundingEvidence, FundingRead } from '../model/reports.js';
import type { Clock } from '../ports/clock.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import type { Logger } from '../ports/logger.js';
import type { RequestScheduler } from '../ports/request-scheduler.js';
import { inTime } from './in-time.js';
import { normaliseAll, normaliseFunding } from './normalise-reports.js';
import type { VenueClock } from './venue-clock.js';

export interface FundingReaderParts {
  readonly exchange: Pick<ExchangeAdapter, 'fetchFunding'>;
  readonly scheduler: RequestScheduler;
  readonly clock: Clock;
  readonly venueClock: VenueClock;
  readonly logger: Logger;
}

/**
 * Reads funding beside the comparisons of the account.
 *
 * Funding moves a stop by a little, a comparison may find a position that nothing covers: so no comparison waits for it
 * or fails by it, and one reading at a time leaves room for others. What has come when a comparison ends is part of it;
 * what comes later is part of the next.
 */
export class FundingReader {
  readonly #parts: FundingReaderParts;
  /** When a symbol may be asked for again, monotonic ms. */
  readonly #nextAt = new Map<string, number>();
  /** Symbols whose last reading failed: told once. */
  readonly #failing = new Set<string>();
  /** When readings of the last minute began, monotonic ms. */
  #begun: readonly number[] = [];
  #isReading = false;
  #isClosed = false;
  readonly #answers = new Map<string, FundingRead>();

  constructor(parts: FundingReaderParts) {
    this.#parts = parts;
  }

  /**
   * Begins to read what is due. A symbol is read again after a while, one whose reading failed with the next call; where
   * there are more than may be read at once, those that have waited longest go first.
   *
   * @param due symbols with the exchange's time since when, ms
   */
  ask(due: ReadonlyMap<string, number>): void {
    const { exchange, clock } = this.#parts;
    if (exchange.fetchFunding === undefined || this.#isReading) return;
    const now = clock.monotonic();
    for (const symbol of this.#nextAt.keys()) if (!due.has(symbol)) this.#nextAt.delete(symbol);
    this.#begun = this.#begun.filter((at) => now - at < MINUTE_MS);
    const free = FUNDING_READS_PER_MINUTE - this.#begun.length;
    const waiting = [...due.keys()]
      .filter((symbol) => this.#dueAt(symbol) <= now)
      .sort((a, b) => this.#dueAt(a) - this.#dueAt(b))
      .slice(0, Math.max(0, free));
    void this.#readAll(waiting, due);
  }

  /** What has been read since the last call. */
  take(): readonly FundingRead[] {
    const answers = [...this.#answers.values()];
    this.#answers.clear();
    return answers;
  }

  /** Nothing more is asked for. */
  close(): void {
    this.#isClosed = true;
  }

  #dueAt(symbol: string): number {
    return this.#nextAt.get(symbol) ?? Number.MIN_SAFE_INTEGER;
  }

  async #readAll(symbols: readonly string[], due: ReadonlyMap<string, number>): Promise<void> {
    this.#isReading = true;
    for (const symbol of symbols) {
      if (!this.#isClosed) await this.#read(symbol, due.get(symbol) ?? 0);
    }
    this.#isReading = false;
  }

  /** Never rejects. */
  async #read(symbol: string, since: number): Promise<void> {
    const { exchange, scheduler, clock, venueClock, logger } = this.#parts;
    const asked = venueClock.now();
    const askedMono = clock.monotonic();
    this.#begun = [...this.#begun, askedMono];
    try {
      const rows = await scheduler.run('routine', () =>
        inTime(clock, async () => (await exchange.fetchFunding?.(symbol, since)) ?? []),
      );
      const name = `funding of ${symbol}`;
      const read = settled(
        normaliseAll(rows, name, (row, at) => normaliseFunding(row, symbol, at)),
        asked,
      );
      this.#answers.set(symbol, { symbol, ...read });
      this.#failing.delete(symbol);
      const isWhole = read.rows.length === rows.length;
      this.#nextAt.set(symbol, askedMono + (isWhole ? FUNDING_READ_MS : FUNDING_SETTLE_MS));
    } catch (error) {
      if (!this.#failing.has(symbol)) {
        logger.warn(
          { symbol, error: error instanceof Error ? error.message : String(error) },
          'funding cannot be read; it counts as nothing until it can',
        );
      }
      this.#failing.add(symbol);
      this.#nextAt.set(symbol, clock.monotonic());
    }
  }
}

const MINUTE_MS = 60_000;

/**
 * The payments that are complete: where both sides are held each may be booked as a row of its own, a moment apart, and
 * to share the one without the other would be far from what either paid. Those that follow each other closely up to now
 * wait.
 */
function settled(
  rows: readonly FundingEvidence[],
  asked: number,
): Pick<FundingRead, 'until' | 'rows'> {
  const oldestFirst = [...rows].sort((a, b) => a.time - b.time);
  let until = asked;
  for (const { time } of [...oldestFirst].reverse()) {
    if (until - time >= FUNDING_SETTLE_MS) break;
    until = Math.min(until, time);
  }
  return { until, rows: oldestFirst.filter(({ time }) => time < until) };
}
