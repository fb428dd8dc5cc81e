import type { EngineState } from '../engine/state.js';
import { describe } from '../errors/describe.js';
import { isMonitorError } from '../errors/position-monitor-error.js';
import { inTime } from '../execution/in-time.js';
import { protocolError } from '../execution/read-report.js';
import type { Input } from '../model/input.js';
import { type Instrument, instrumentFrom } from '../model/instrument.js';
import type { ExchangeAdapter } from '../ports/exchange-adapter.js';
import { untilReached } from './retry.js';
import type { SessionParts } from './session-parts.js';

/** What the instruments need of the session around them. */
export interface InstrumentsHost {
  readonly parts: SessionParts;
  readonly exchange: ExchangeAdapter;
  readonly state: EngineState;
  readonly post: (input: Input) => void;
}

/** The filters of symbols: configured, or asked from the exchange once. */
export class Instruments {
  readonly #host: InstrumentsHost;
  readonly #loading = new Map<string, Promise<Instrument>>();

  constructor(host: InstrumentsHost) {
    this.#host = host;
  }

  /**
   * Whether the filters of a symbol are known within the time in which a caller is answered.
   *
   * `true` without a promise when they are known already, so that fills keep their order.
   */
  inTime(symbol: string): true | Promise<boolean> {
    if (this.#host.state.symbols.get(symbol)?.instrument) return true;
    const { clock } = this.#host.parts;
    return new Promise((resolve, reject) => {
      const timer = clock.setTimer(() => resolve(false), this.#host.state.settings.ackTimeoutMs);
      this.of(symbol).then(
        () => {
          clock.clearTimer(timer);
          resolve(true);
        },
        (error: unknown) => {
          clock.clearTimer(timer);
          /** A symbol that can never be protected is the caller's mistake; a line that is down is not. */
          if (isMonitorError(error) && !error.retryable) reject(error);
          else resolve(false);
        },
      );
    });
  }

  /** Tries for the filters of a symbol until they are known. */
  whenKnown(symbol: string, use: () => void): void {
    const { clock, logger, stoppable } = this.#host.parts;
    untilReached(() => this.of(symbol), `instrument ${symbol}`, {
      clock,
      logger,
      stoppable,
    }).then(use, (error: unknown) => {
      logger.error({ symbol, error: messageOf(error) }, 'an instrument cannot be had');
    });
  }

  /** The filters of a symbol: configured, or asked from the exchange once. */
  of(symbol: string): Promise<Instrument> {
    const known = this.#host.state.symbols.get(symbol)?.instrument;
    if (known) return Promise.resolve(known);
    let loading = this.#loading.get(symbol);
    if (loading === undefined) {
      loading = this.#load(symbol).finally(() => this.#loading.delete(symbol));
      this.#loading.set(symbol, loading);
    }
    return loading;
  }

  async #load(symbol: string): Promise<Instrument> {
    const { config, scheduler, clock } = this.#host.parts;
    const input =
      config.instruments.get(symbol) ??
      (await scheduler.read(() =>
        inTime(clock, () => this.#host.exchange.fetchInstrument(symbol)),
      ));
    if (typeof input !== 'object' || input === null) {
      throw protocolError(`the instrument ${symbol}`, 'an object', describe(input));
    }
    const instrument = instrumentFrom({ ...input, symbol });
    this.#host.post({ kind: 'instrument', instrument });
    return instrument;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
