import type { Findings } from '../oracle/findings.js';

/** A running bot must have covered a side within this time, ms, however much went wrong on the way. */
const COVERED_WITHIN_MS = 30_000;

/** What the venue knows of held quantities and of the stops that rest for them. */
export interface CoverBook {
  heldOf(key: string): number;
  /** Quantity of stops that rest for a side. */
  stopped(key: string): number;
  /** Sides that hold more than their stops cover. */
  uncovered(): readonly string[];
}

/** Watches whether every held quantity is covered by resting stops, and how long a new life takes to get there. */
export class CoverWatch {
  /** Ms from the start of a process to full cover, of the lives that began uncovered and got there. */
  readonly recoveriesMs: number[] = [];
  /** Lives that ended before everything was covered. */
  unfinished = 0;
  /** Lives that found everything covered. */
  unneeded = 0;
  readonly #book: CoverBook;
  readonly #findings: Findings;
  #bornAt: number | null = null;
  /** Of the sides that are uncovered now. */
  readonly #timers = new Map<string, NodeJS.Timeout>();
  readonly #waiters = new Set<() => void>();

  constructor(book: CoverBook, findings: Findings) {
    this.#book = book;
    this.#findings = findings;
  }

  get isCovered(): boolean {
    return this.#book.uncovered().length === 0;
  }

  /** A process begins. */
  born(): void {
    if (this.isCovered) this.unneeded += 1;
    else this.#bornAt = performance.now();
    this.changed();
  }

  died(): void {
    if (this.#bornAt !== null) this.unfinished += 1;
    this.#bornAt = null;
    for (const key of [...this.#timers.keys()]) this.#disarm(key);
  }

  /** Orders or positions changed. */
  changed(): void {
    const uncovered = new Set(this.#book.uncovered());
    for (const key of [...this.#timers.keys()]) if (!uncovered.has(key)) this.#disarm(key);
    for (const key of uncovered) {
      if (this.#timers.has(key)) continue;
      this.#timers.set(
        key,
        setTimeout(() => this.#tooLate(key), COVERED_WITHIN_MS),
      );
    }
    if (uncovered.size > 0) return;
    if (this.#bornAt !== null) {
      this.recoveriesMs.push(performance.now() - this.#bornAt);
      this.#findings.trace('everything is covered');
    }
    this.#bornAt = null;
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }

  /** Resolves when everything is covered. */
  covered(): Promise<void> {
    if (this.isCovered) return Promise.resolve();
    return new Promise((resolve) => this.#waiters.add(resolve));
  }

  #disarm(key: string): void {
    clearTimeout(this.#timers.get(key));
    this.#timers.delete(key);
  }

  #tooLate(key: string): void {
    const [held, stopped] = [this.#book.heldOf(key), this.#book.stopped(key)];
    this.#findings.violation(
      'I3',
      `uncovered for ${COVERED_WITHIN_MS} ms: ${key} holds ${held}, stops for ${stopped}`,
    );
  }
}
