import type { NaiveTick } from './recorded-ticks.js';

/** A plan in numbers: percentages with at most four decimals, so that whole numbers hold every product. */
export interface NaivePlan {
  readonly stopLossPct?: number;
  readonly takeProfitLevels?: readonly { readonly pct: number; readonly portion: number }[];
  readonly trailingStop?: { readonly activationPct?: number; readonly callbackPct: number };
  readonly breakeven?: {
    readonly activationPct?: number;
    readonly afterLevel?: number;
    readonly offsetPct?: number;
    readonly followLevels?: boolean;
  };
  readonly timeLimit?: {
    readonly ms: number;
    readonly action?: 'close' | 'tighten';
    readonly onlyIn?: 'profit' | 'loss';
    readonly stopLossPct?: number;
  };
  readonly volatility?: {
    readonly atrPeriod: number;
    readonly barMs: number;
    readonly slMultiple?: number;
    readonly tpMultiple?: number;
  };
  readonly confirm?: {
    readonly ticks?: number;
    readonly ms?: number;
    readonly hardFloorPct?: number;
  };
}

/** A leg in whole ticks. */
export interface NaiveLeg {
  readonly portion: number;
  readonly reason: string;
  readonly row: number;
  readonly time: number;
  readonly level: number | null;
  readonly price: number;
}

interface Stop {
  readonly level: number;
  readonly rule: 'stop-loss' | 'trailing-stop' | 'breakeven';
}

/** An average true range, and from which tick on it holds. */
export interface RangeStep {
  readonly fromTime: number;
  readonly value: number;
}

/** `areFirst`: bars are made of the other side of a quote, which is told before the price that is judged. */
export interface NaiveRanges {
  readonly steps: readonly RangeStep[];
  readonly areFirst: boolean;
}

const HUNDRED_PERCENT = 1_000_000;

/**
 * What a plan comes to over the prices after an entry, judged one by one: the rules as the documentation states them, in
 * one loop, without the engine.
 *
 * The exchange sees a price first: the stop that rests and the targets. Then the guard of the monitor: the best price is
 * raised, and the trail is judged on it. What a price changes holds from the next one on.
 *
 * @param entry ticks; `entryTime` in ms
 * @param ticks everything after the entry's row
 * @param ranges average true ranges, those of the time before the entry as well
 */
export function naiveLegs(
  side: 'LONG' | 'SHORT',
  entry: number,
  entryTime: number,
  ticks: readonly NaiveTick[],
  plan: NaivePlan,
  ranges: NaiveRanges = { steps: [], areFirst: false },
): readonly NaiveLeg[] {
  return new NaiveTranche(side, entry, entryTime, plan, ranges).over(ticks);
}

class NaiveTranche {
  readonly #legs: NaiveLeg[] = [];
  readonly #taken = new Set<number>();
  readonly #sign: 1 | -1;
  readonly #entry: number;
  readonly #due: number;
  readonly #plan: NaivePlan;
  readonly #ranges: NaiveRanges;
  #held = 1;
  #rangesSeen = 0;
  #range: number | null = null;
  #rangeProfit: number | null = null;
  /** Tightest stop that any rule has asked for beside the plan's own. */
  #ratchet: Stop | null = null;
  #peak: number | null = null;
  /** Best price that the order at the exchange was moved for. */
  #stepPeak: number | null = null;
  #isBreakeven = false;
  #isTimeOver = false;
  #isTimeDone = false;
  #seen: { ticks: number; since: number; level: number } | null = null;
  #last: NaiveTick;

  constructor(
    side: 'LONG' | 'SHORT',
    entry: number,
    entryTime: number,
    plan: NaivePlan,
    ranges: NaiveRanges,
  ) {
    this.#sign = side === 'LONG' ? 1 : -1;
    this.#entry = entry;
    this.#plan = plan;
    this.#ranges = ranges;
    this.#due = entryTime + (plan.timeLimit?.ms ?? Number.POSITIVE_INFINITY);
    this.#last = { row: -1, time: entryTime, price: entry };
    if (plan.trailingStop !== undefined && plan.trailingStop.activationPct === undefined)
      this.#peak = entry;
    this.#learnRanges(entryTime);
    this.#settle();
  }

  over(ticks: readonly NaiveTick[]): readonly NaiveLeg[] {
    for (const tick of ticks) {
      if (this.#timePasses(tick.time)) return this.#legs;
      if (this.#ranges.areFirst) this.#learnRanges(tick.time);
      if (this.#ranges.areFirst) this.#settle();
      if (this.#judge(tick)) return this.#legs;
      this.#last = tick;
      this.#learnRanges(tick.time);
      this.#settle();
    }
    return this.#legs;
  }

  /** Timers that are due at the time of the next price fire before it is told. */
  #timePasses(time: number): boolean {
    const { confirm, timeLimit } = this.#plan;
    if (this.#seen !== null && confirm?.ms !== undefined) {
      const due = this.#seen.since + confirm.ms;
      if (due <= time && due <= this.#due && this.#seen.ticks >= (confirm.ticks ?? 0))
        return this.#close('stop-loss', this.#seen.level, { ...this.#last, time: due });
    }
    if (timeLimit === undefined || this.#due > time || this.#isTimeOver) return false;
    this.#isTimeOver = true;
    if (timeLimit.onlyIn !== undefined) return false;
    this.#isTimeDone = true;
    if ((timeLimit.action ?? 'close') === 'close')
      return this.#close('time-limit', null, { ...this.#last, time: this.#due });
    this.#settle();
    return false;
  }

  #judge(tick: NaiveTick): boolean {
    const resting = this.#resting();
    if (resting !== null && this.#isAtOrPast(tick.price, resting.level))
      return this.#close(resting.rule, resting.level, tick);
    if (this.#takeProfits(tick)) return true;
    if (this.#confirmStop(tick)) return true;
    if (this.#trail(tick)) return true;
    this.#breakeven(tick);
    return this.#lateTimeLimit(tick);
  }

  #takeProfits(tick: NaiveTick): boolean {
    for (const [slot, { price, portion }] of this.#profits().entries()) {
      if (this.#taken.has(slot) || !this.#isReached(tick.price, price)) continue;
      this.#taken.add(slot);
      this.#held = Math.round((this.#held - portion) * 1e6) / 1e6;
      this.#legs.push({ ...tick, reason: 'take-profit', portion, level: price, price });
    }
    return this.#held === 0;
  }

  /** Only where the order rests behind the guard: an order that rests at the guard does not wait. */
  #confirmStop(tick: NaiveTick): boolean {
    const { confirm } = this.#plan;
    const guard = this.#stop();
    if (confirm === undefined || guard === null) return false;
    if (!this.#isAtOrPast(tick.price, this.#seen?.level ?? guard.level)) {
      this.#seen = null;
      return false;
    }
    this.#seen ??= { ticks: 0, since: tick.time, level: guard.level };
    this.#seen.ticks += 1;
    const isLong = confirm.ms === undefined || tick.time - this.#seen.since >= confirm.ms;
    const isOften = this.#seen.ticks >= (confirm.ticks ?? 0);
    return isLong && isOften && this.#close(guard.rule, this.#seen.level, tick);
  }

  #trail(tick: NaiveTick): boolean {
    const { trailingStop } = this.#plan;
    if (trailingStop === undefined) return false;
    if (this.#peak === null) {
      const activation = this.#exact(trailingStop.activationPct ?? 0);
      if (this.#isReached(tick.price * HUNDRED_PERCENT, activation)) this.#peak = tick.price;
      return false;
    }
    if (this.#isReached(tick.price, this.#peak)) this.#peak = tick.price;
    const level = this.#stopAt(this.#peak, trailingStop.callbackPct);
    return this.#isAtOrPast(tick.price, level) && this.#close('trailing-stop', level, tick);
  }

  #breakeven(tick: NaiveTick): void {
    const { breakeven } = this.#plan;
    if (breakeven === undefined || this.#isBreakeven) return;
    this.#isBreakeven =
      breakeven.activationPct === undefined
        ? this.#levelsTaken() >= (breakeven.afterLevel ?? 0)
        : this.#isReached(tick.price * HUNDRED_PERCENT, this.#exact(breakeven.activationPct));
  }

  #lateTimeLimit(tick: NaiveTick): boolean {
    const { timeLimit } = this.#plan;
    if (timeLimit?.onlyIn === undefined || !this.#isTimeOver || this.#isTimeDone) return false;
    const holds =
      timeLimit.onlyIn === 'profit'
        ? this.#isReached(tick.price, this.#entry)
        : this.#isAtOrPast(tick.price, this.#entry);
    if (!holds) return false;
    this.#isTimeDone = true;
    return timeLimit.action !== 'tighten' && this.#close('time-limit', null, tick);
  }

  /** What the rules ask for now; nothing moves away from the price again. */
  #settle(): void {
    const { volatility, timeLimit, breakeven, trailingStop } = this.#plan;
    if (this.#range !== null && volatility !== undefined) {
      const { slMultiple, tpMultiple } = volatility;
      if (slMultiple !== undefined)
        this.#ask(this.#onTick(this.#entry - this.#sign * slMultiple * this.#range), 'stop-loss');
      if (tpMultiple !== undefined) {
        const profit = Math.round(this.#entry + this.#sign * tpMultiple * this.#range);
        if (this.#rangeProfit === null || this.#isReached(this.#rangeProfit, profit))
          this.#rangeProfit = profit;
      }
    }
    if (this.#isTimeDone && timeLimit?.stopLossPct !== undefined)
      this.#ask(this.#stopAt(this.#entry, timeLimit.stopLossPct), 'stop-loss');
    if (this.#isBreakeven && breakeven !== undefined) {
      this.#ask(this.#stopAt(this.#entry, -(breakeven.offsetPct ?? 0)), 'breakeven');
      const taken = this.#levelsTaken();
      if (breakeven.followLevels === true && taken > (breakeven.afterLevel ?? 0))
        this.#ask(this.#profits()[taken - 2]?.price ?? Number.NaN, 'breakeven');
    }
    if (trailingStop === undefined || this.#peak === null) return;
    const step = this.#stepPeak;
    const stepPct = trailingStop.callbackPct / 10;
    const next = step === null ? null : step * (HUNDRED_PERCENT + this.#sign * stepPct * 1e4);
    const far = next === null || this.#isReached(this.#peak * HUNDRED_PERCENT, next);
    const atick = step === null || Math.abs(this.#peak - step) >= 1;
    if (far && atick) this.#stepPeak = this.#peak;
    this.#ask(
      this.#stopAt(this.#stepPeak ?? this.#peak, trailingStop.callbackPct),
      'trailing-stop',
    );
  }

  #ask(level: number, rule: Stop['rule']): void {
    if (this.#ratchet !== null && !this.#isTighter(level, this.#ratchet.level)) return;
    this.#ratchet = { level, rule };
  }

  /** Where the guard acts. */
  #stop(): Stop | null {
    const { stopLossPct } = this.#plan;
    if (stopLossPct === undefined) return this.#ratchet;
    const level = this.#stopAt(this.#entry, stopLossPct);
    if (this.#ratchet !== null && this.#isTighter(this.#ratchet.level, level)) return this.#ratchet;
    return { level, rule: 'stop-loss' };
  }

  /** Where the order rests. */
  #resting(): Stop | null {
    const stop = this.#stop();
    const floorPct = this.#plan.confirm?.hardFloorPct;
    if (stop === null || floorPct === undefined) return stop;
    return { ...stop, level: this.#stopAt(stop.level, floorPct) };
  }

  #profits(): readonly { readonly price: number; readonly portion: number }[] {
    if (this.#rangeProfit !== null) return [{ price: this.#rangeProfit, portion: 1 }];
    return (this.#plan.takeProfitLevels ?? []).map(({ pct, portion }) => ({
      price: Math.round(this.#exact(pct) / HUNDRED_PERCENT),
      portion,
    }));
  }

  #levelsTaken(): number {
    return this.#taken.size;
  }

  #learnRanges(time: number): void {
    const { steps } = this.#ranges;
    for (let next = steps[this.#rangesSeen]; next; next = steps[this.#rangesSeen]) {
      if (next.fromTime > time) return;
      this.#range = next.value;
      this.#rangesSeen += 1;
    }
  }

  #close(reason: string, level: number | null, { row, time, price }: NaiveTick): true {
    this.#legs.push({ portion: this.#held, reason, row, time, level, price });
    return true;
  }

  /** A price so many percent in favour of the entry, in millionths of a tick. */
  #exact(percent: number): number {
    return this.#entry * (HUNDRED_PERCENT + this.#sign * Math.round(percent * 1e4));
  }

  /** A stop so many percent against a price, never looser than asked. */
  #stopAt(base: number, percent: number): number {
    const millionths = base * (HUNDRED_PERCENT - this.#sign * Math.round(percent * 1e4));
    return this.#sign === 1
      ? Math.ceil(millionths / HUNDRED_PERCENT)
      : Math.floor(millionths / HUNDRED_PERCENT);
  }

  #onTick(price: number): number {
    return this.#sign === 1 ? Math.ceil(price) : Math.floor(price);
  }

  #isReached(price: number, level: number): boolean {
    return this.#sign === 1 ? price >= level : price <= level;
  }

  #isAtOrPast(price: number, level: number): boolean {
    return this.#sign === 1 ? price <= level : price >= level;
  }

  #isTighter(level: number, than: number): boolean {
    return this.#sign === 1 ? level > than : level < than;
  }
}

/**
 * Wilder's average true range over bars that are built from ticks, as it becomes known: a bar counts once a tick of a
 * later one has come, and the first one not at all, because it may have begun before the recording did.
 *
 * @returns in ticks, each with the time of the tick that finished its last bar
 */
export function naiveRanges(
  ticks: readonly NaiveTick[],
  barMs: number,
  period: number,
): readonly RangeStep[] {
  const found: RangeStep[] = [];
  let bar: { start: number; high: number; low: number; close: number } | null = null;
  let isFirst = true;
  let closeBefore: number | null = null;
  const trueRanges: number[] = [];
  let average: number | null = null;
  for (const { time, price } of ticks) {
    const start = time - (time % barMs);
    if (bar !== null && bar.start === start) {
      bar.high = Math.max(bar.high, price);
      bar.low = Math.min(bar.low, price);
      bar.close = price;
      continue;
    }
    if (bar !== null && !isFirst) {
      const high: number = closeBefore === null ? bar.high : Math.max(bar.high, closeBefore);
      const low: number = closeBefore === null ? bar.low : Math.min(bar.low, closeBefore);
      closeBefore = bar.close;
      trueRanges.push(high - low);
      if (average !== null) average += (high - low - average) / period;
      else if (trueRanges.length === period)
        average = trueRanges.reduce((sum, range) => sum + range, 0) / period;
      if (average !== null && average > 0) found.push({ fromTime: time, value: average });
    }
    if (bar !== null) isFirst = false;
    bar = { start, high: price, low: price, close: price };
  }
  return found;
}
