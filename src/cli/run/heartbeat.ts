import { HEARTBEAT_FRESH_MS, HEARTBEAT_MS } from '../../limits.js';
import { type Decimal, tryDecimal } from '../../model/decimal.js';
import { ownField } from '../../model/own-field.js';
import type { PositionSide } from '../../model/side.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import type { Clock, TimerHandle } from '../../ports/clock.js';
import type { Store } from '../../ports/store.js';

/** Mark of the store in which `run` says that it lives and what only it guards. */
export const HEARTBEAT_MARK = 'cli-heartbeat';

/** What a running monitor guards by itself, beyond what rests at the exchange. */
export interface LocalGuard {
  readonly symbol: string;
  readonly side: PositionSide;
  readonly quantity: Decimal;
}

/**
 * Says every second, in the store, that the monitor lives and what its own guards cover.
 *
 * A beat that cannot be written is left out: it then grows old, and nothing is counted on any more.
 */
export class Heartbeat {
  readonly #monitor: PositionMonitor;
  readonly #store: Store;
  readonly #clock: Clock;
  #timer: TimerHandle | null = null;

  constructor(monitor: PositionMonitor, store: Store, clock: Clock) {
    this.#monitor = monitor;
    this.#store = store;
    this.#clock = clock;
  }

  /** Begins to beat. The store must be open. */
  start(): void {
    this.#beat();
  }

  /** Ends it and takes the last word back. */
  async stop(): Promise<void> {
    if (this.#timer === null) return;
    this.#clock.clearTimer(this.#timer);
    this.#timer = null;
    await this.#write('').catch(() => {});
  }

  #beat(): void {
    this.#timer = this.#clock.setTimer(() => this.#beat(), HEARTBEAT_MS);
    void this.#write(this.#text()).catch(() => {});
  }

  #text(): string {
    const { state } = this.#monitor.getHealth();
    const isGuarding = state === 'running' || state === 'paused';
    const guards = isGuarding ? this.#monitor.positions() : [];
    return JSON.stringify({
      at: this.#clock.now(),
      guards: guards
        .filter(({ cover }) => cover.local !== '0')
        .map(({ symbol, side, cover }) => ({ symbol, side, quantity: cover.local })),
    });
  }

  #write(value: string): Promise<void> {
    return this.#store.commit({
      tranches: [],
      orders: [],
      ledgers: [],
      registrations: [],
      deletedRegistrations: [],
      marks: [{ name: HEARTBEAT_MARK, value }],
      events: [],
    }).recorded;
  }
}

/** Reads a beat; `null` when there is none, it cannot be read, or it is not of now. */
export function freshBeat(
  text: string | null,
  now: number,
): { readonly at: number; readonly guards: readonly LocalGuard[] } | null {
  if (text === null || text === '') return null;
  let beat: unknown;
  try {
    beat = JSON.parse(text);
  } catch {
    return null;
  }
  const at = ownField(beat, 'at');
  const rows = ownField(beat, 'guards');
  // A clock that went back makes a beat of the future: as little worth as an old one.
  if (typeof at !== 'number' || Math.abs(now - at) > HEARTBEAT_FRESH_MS) return null;
  if (!Array.isArray(rows)) return null;
  const guards: LocalGuard[] = [];
  for (const row of rows) {
    const symbol = ownField(row, 'symbol');
    const side = ownField(row, 'side');
    const quantity = tryDecimal(ownField(row, 'quantity'));
    if (typeof symbol !== 'string' || (side !== 'LONG' && side !== 'SHORT')) return null;
    if (quantity === null || quantity.lt(0)) return null;
    guards.push({ symbol, side, quantity });
  }
  return { at, guards };
}
