/** One thing that must never happen, and did. */
export interface Violation {
  readonly invariant: string;
  readonly detail: string;
  /** How often the bot of that world had been killed. */
  readonly kill: number;
}

const TRACE_LINES_KEPT = 5_000;

/** What happened in one world: the latest of it for the trace, what was wrong, and what must happen sometimes. */
export class Findings {
  readonly violations: Violation[] = [];
  readonly seen = new Map<string, number>();
  kill = 0;
  readonly #trace: string[] = [];
  readonly #startedAt = performance.now();
  #onViolation: () => void = () => {};

  /** Calls at the first violation. */
  onViolation(listener: () => void): void {
    this.#onViolation = listener;
  }

  trace(line: string): void {
    const seconds = ((performance.now() - this.#startedAt) / 1_000).toFixed(3);
    this.#trace.push(`${seconds} [kill ${this.kill}] ${line}`);
    if (this.#trace.length > TRACE_LINES_KEPT) this.#trace.shift();
  }

  /** Counts something that must happen sometimes. */
  note(what: string): void {
    this.seen.set(what, (this.seen.get(what) ?? 0) + 1);
  }

  violation(invariant: string, detail: string): void {
    this.trace(`VIOLATION ${invariant}: ${detail}`);
    this.violations.push({ invariant, detail, kill: this.kill });
    this.#onViolation();
  }

  /** The last lines of the trace. */
  lastLines(count: number): readonly string[] {
    return this.#trace.slice(-count);
  }
}
