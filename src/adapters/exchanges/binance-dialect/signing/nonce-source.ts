/**
 * Nonces in microseconds, strictly increasing.
 *
 * The exchange refuses a nonce that is older than a fixed age, whatever the request is. A nonce that is dated back makes
 * that age the request's own window: it may be used until `at + windowMs`, and no later. Where a window is shorter than
 * that of a request before it, strictness wins, and the request lives as much longer.
 */
export class NonceSource {
  readonly #ageMaxMs: number;
  #last = 0;

  constructor(ageMaxMs: number) {
    this.#ageMaxMs = ageMaxMs;
  }

  /** @param at venue time, ms */
  next(at: number, windowMs: number): string {
    const dated = Math.floor(at) - Math.max(0, this.#ageMaxMs - Math.floor(windowMs));
    /** Exact: microseconds of this century stay below 2^53. */
    this.#last = Math.max(dated * 1000, this.#last + 1);
    return String(this.#last);
  }
}
