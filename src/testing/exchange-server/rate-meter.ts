import type { ServerLimits } from './exchange-server-options.js';

/** Why a request is not looked at. */
export interface RateRefusal {
  readonly status: 429 | 418;
  readonly code: number;
  readonly msg: string;
  readonly retryAfterSeconds: number;
}

const MINUTE_MS = 60_000;
const TEN_SECONDS_MS = 10_000;

/** Counts weight and orders in fixed windows of the exchange's clock, refuses what is too much, bans who goes on. */
export class RateMeter {
  readonly #limits: ServerLimits;
  readonly #now: () => number;
  #minute = 0;
  #tenSeconds = 0;
  #weight = 0;
  #ordersPerMinute = 0;
  #ordersPer10s = 0;
  #refusals = 0;
  #bannedUntil = 0;

  constructor(limits: ServerLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Counts a request. `null` when it may go on. */
  take(weight: number, orders: readonly [per10s: number, perMinute: number]): RateRefusal | null {
    const now = this.#now();
    this.#turn(now);
    if (now < this.#bannedUntil) return this.#ban(now);
    this.#weight += weight;
    const limits = this.#limits;
    if (this.#weight > limits.weightPerMinute) {
      const text = `Too many requests; current limit is ${limits.weightPerMinute} requests per minute.`;
      return this.#refuse(now, -1003, text, MINUTE_MS);
    }
    if (this.#ordersPer10s + orders[0] > limits.ordersPer10s) {
      const text = `Too many new orders; current limit is ${limits.ordersPer10s} orders per TEN_SECONDS.`;
      return this.#refuse(now, -1015, text, TEN_SECONDS_MS);
    }
    if (this.#ordersPerMinute + orders[1] > limits.ordersPerMinute) {
      const text = `Too many new orders; current limit is ${limits.ordersPerMinute} orders per ONE_MINUTE.`;
      return this.#refuse(now, -1015, text, MINUTE_MS);
    }
    this.#ordersPer10s += orders[0];
    this.#ordersPerMinute += orders[1];
    return null;
  }

  /** Headers of an answer. */
  headers(hasOrders: boolean): Readonly<Record<string, string>> {
    this.#turn(this.#now());
    return {
      'x-mbx-used-weight-1m': String(this.#weight),
      ...(hasOrders && {
        'x-mbx-order-count-10s': String(this.#ordersPer10s),
        'x-mbx-order-count-1m': String(this.#ordersPerMinute),
      }),
    };
  }

  /** Forgets what was counted: somebody at another address asks from now on. */
  reset(): void {
    this.#minute = 0;
    this.#tenSeconds = 0;
    this.#bannedUntil = 0;
  }

  /** Bans the address from now on. */
  ban(ms: number): void {
    this.#bannedUntil = this.#now() + ms;
  }

  #turn(now: number): void {
    const minute = Math.floor(now / MINUTE_MS);
    if (minute !== this.#minute) {
      this.#minute = minute;
      this.#weight = 0;
      this.#ordersPerMinute = 0;
      this.#refusals = 0;
    }
    const tenSeconds = Math.floor(now / TEN_SECONDS_MS);
    if (tenSeconds !== this.#tenSeconds) {
      this.#tenSeconds = tenSeconds;
      this.#ordersPer10s = 0;
    }
  }

  #refuse(now: number, code: number, msg: string, windowMs: number): RateRefusal {
    this.#refusals += 1;
    if (this.#refusals > this.#limits.refusalsBeforeBan) {
      this.ban(this.#limits.banMs);
      return this.#ban(now);
    }
    const retryAfterSeconds = Math.ceil((windowMs - (now % windowMs)) / 1_000);
    return { status: 429, code, msg, retryAfterSeconds };
  }

  #ban(now: number): RateRefusal {
    return {
      status: 418,
      code: -1003,
      msg: `Way too many requests; IP banned until ${this.#bannedUntil}.`,
      retryAfterSeconds: Math.ceil((this.#bannedUntil - now) / 1_000),
    };
  }
}
