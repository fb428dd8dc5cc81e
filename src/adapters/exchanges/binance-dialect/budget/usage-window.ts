import { BUDGET_PARTS, BUDGET_SPREAD_MS } from '../../../../limits.js';

/** What counts against a limit. */
export type UsageKind = 'weight' | 'orders';

interface Part {
  readonly openedAt: number;
  /** Monotonic ms after which nothing of it counts. */
  until: number;
  amount: number;
}

/**
 * What was used of one limit in the last so many ms. All times are monotonic ms.
 *
 * Our own requests count over a sliding window, so that no window of the exchange, wherever it begins, holds more than
 * its limit. What the exchange says counts where it is higher: others may use the same account or address.
 */
export class UsageWindow {
  readonly kind: UsageKind;
  readonly windowMs: number;
  /** Header in which the exchange tells what it counted. */
  readonly header: string;
  limit: number;
  #parts: Part[] = [];
  #own = 0;
  /** Sent and not answered: whether the exchange counted it already is not known. */
  #inFlight = 0;
  /** The exchange's number, with all that it may not hold yet; `until` when it says nothing any more. */
  #told = { used: 0, until: Number.NEGATIVE_INFINITY };

  constructor(kind: UsageKind, windowMs: number, header: string, limit: number) {
    this.kind = kind;
    this.windowMs = windowMs;
    this.header = header;
    this.limit = limit;
  }

  used(at: number): number {
    this.#forget(at);
    return Math.max(this.#own, at < this.#told.until ? this.#told.used : 0);
  }

  /** How long until `amount` fits below `ceiling`, ms; 0 = it fits now. */
  waitFor(amount: number, ceiling: number, at: number): number {
    if (amount === 0 || this.used(at) + amount <= ceiling) return 0;
    const tellsTooMuch = at < this.#told.until && this.#told.used + amount > ceiling;
    let until = tellsTooMuch ? this.#told.until : at;
    let own = this.#own;
    for (const part of this.#parts) {
      if (own + amount <= ceiling) break;
      own -= part.amount;
      until = Math.max(until, part.until);
    }
    /** What never fits is asked for again after a whole window. */
    return Math.ceil(Math.max(1, own + amount > ceiling ? this.windowMs : until - at));
  }

  take(amount: number, at: number): void {
    if (amount === 0) return;
    this.#own += amount;
    this.#inFlight += amount;
    this.#told.used += amount;
    const until = at + this.windowMs + BUDGET_SPREAD_MS;
    const last = this.#parts.at(-1);
    if (last && at - last.openedAt < this.windowMs / BUDGET_PARTS) {
      last.amount += amount;
      last.until = until;
    } else {
      this.#parts.push({ openedAt: at, until, amount });
    }
  }

  /** An answer came, or none will. */
  settle(amount: number): void {
    this.#inFlight -= amount;
  }

  /** Takes what the exchange says that it counted. */
  tell(used: number, at: number): void {
    this.#told = { used: used + this.#inFlight, until: at + this.windowMs };
  }

  #forget(at: number): void {
    let gone = 0;
    for (const part of this.#parts) {
      if (part.until > at) break;
      this.#own -= part.amount;
      gone += 1;
    }
    if (gone > 0) this.#parts = this.#parts.slice(gone);
  }
}
