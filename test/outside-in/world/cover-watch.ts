import type { Findings } from '../oracle/findings.js';
import type { LiveBook } from '../venue/live-book.js';

/** A running bot must have covered everything within this time, ms, however much went wrong on the way. */
const COVERED_WITHIN_MS = 30_000;

/** Watches whether every held quantity is covered by resting stops, and how long a new life takes to get there. */
export class CoverWatch {
  /** Ms from the start of a process to full cover, of the lives that began uncovered and got there. */
  readonly recoveriesMs: number[] = [];
  /** Lives that ended before everything was covered. */
  unfinished = 0;
  /** Lives that found everything covered. */
  unneeded = 0;
  readonly #book: LiveBook;
  readonly #findings: Findings;
  #bornAt: number | null = null;
  #timer: NodeJS.Timeout | null = null;
  readonly #waiters = new Set<() => void>();

  constructor(book: LiveBook, findings: Findings) {
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
    this.#disarm();
  }

  /** Orders or positions changed. */
  changed(): void {
    if (!this.isCovered) {
      this.#timer ??= setTimeout(() => this.#tooLate(), COVERED_WITHIN_MS);
      return;
    }
    this.#disarm();
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

  #disarm(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }

  #tooLate(): void {
    const parts = this.#book
      .uncovered()
      .map((key) => `${key} holds ${this.#book.heldOf(key)}, stops for ${this.#book.stopped(key)}`);
    this.#findings.violation('I3', `uncovered for ${COVERED_WITHIN_MS} ms: ${parts.join('; ')}`);
  }
}
