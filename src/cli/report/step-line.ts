import type { StepLineData } from './report-data.js';

/** How many changes all lines of a report may keep together. */
export class ChangeBudget {
  leftOut = 0;
  #left: number;

  constructor(max: number) {
    this.#left = max;
  }

  take(): boolean {
    if (this.#left <= 0) {
      this.leftOut += 1;
      return false;
    }
    this.#left -= 1;
    return true;
  }
}

/** A level as it moved: only its changes are kept. */
export class StepLine {
  readonly #budget: ChangeBudget;
  readonly #times: number[] = [];
  readonly #rows: number[] = [];
  readonly #values: (number | null)[] = [];

  constructor(budget: ChangeBudget) {
    this.#budget = budget;
  }

  /** @returns whether it is a change that was kept */
  set(time: number, row: number, value: number | null): boolean {
    const before = this.last;
    if (before === value) return false;
    const isKept = value === null || this.#budget.take();
    // Where a level ends is always kept, also one whose move is not: a line that goes on too long would lie.
    const kept = isKept ? value : null;
    if (kept === before) return false;
    const end = this.#times.length - 1;
    if (end >= 0 && this.#times[end] === time && this.#rows[end] === row) {
      this.#values[end] = kept;
      return isKept;
    }
    this.#times.push(time);
    this.#rows.push(row);
    this.#values.push(kept);
    return isKept;
  }

  /** `null` also before the first. */
  get last(): number | null {
    return this.#values.at(-1) ?? null;
  }

  /** The last value that was none of `null` and had been set before a time, ms, or at it. */
  before(time: number): number | null {
    const index = this.#times.findLastIndex(
      (changed, place) => changed <= time && this.#values[place] !== null,
    );
    return this.#values[index] ?? null;
  }

  get data(): StepLineData {
    return { times: this.#times, rows: this.#rows, values: this.#values };
  }
}
