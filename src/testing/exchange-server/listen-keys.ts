import { createHash } from 'node:crypto';
import { refusal } from './wire-refusal.js';

/** The account stream's keys: one at a time, alive for an hour after each call. */
export class ListenKeys {
  readonly #now: () => number;
  readonly #lifeMs: number;
  #key: string | null = null;
  #until = 0;
  #made = 0;
  #isTold = false;

  constructor(now: () => number, lifeMs: number) {
    this.#now = now;
    this.#lifeMs = lifeMs;
  }

  /** The live key, else a new one; lives on either way. */
  open(): string {
    if (!this.isAlive(this.#key)) {
      this.#made += 1;
      this.#key = createHash('sha256').update(`listen key ${this.#made}`).digest('hex');
      this.#isTold = false;
    }
    this.#until = this.#now() + this.#lifeMs;
    return this.#key as string;
  }

  /** @throws WireRefusal when there is none */
  keepAlive(): string {
    if (!this.isAlive(this.#key)) throw refusal(-1125);
    return this.open();
  }

  /** Ended by its owner: nobody is told. */
  close(): void {
    this.#until = 0;
    this.#isTold = true;
  }

  /** Its time is over now. */
  expire(): void {
    this.#until = 0;
  }

  isAlive(key: string | null): boolean {
    return key !== null && key === this.#key && this.#now() < this.#until;
  }

  /** A key that ended and was not told of yet. */
  takeExpired(): string | null {
    if (this.#key === null || this.#isTold || this.isAlive(this.#key)) return null;
    this.#isTold = true;
    return this.#key;
  }
}
