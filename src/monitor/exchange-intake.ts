import type { EngineState } from '../engine/state.js';
import {
  evidenceOf,
  normaliseFill,
  normaliseOrder,
  normalisePosition,
} from '../execution/normalise-reports.js';
import type { Input } from '../model/input.js';
import type { Instrument } from '../model/instrument.js';
import type { Logger } from '../ports/logger.js';
import { isPlanned } from './look-up.js';

/** What the intake needs of the session around it. */
export interface IntakeHost {
  readonly state: EngineState;
  /** The exchange's time, as far as it is known, ms. */
  readonly venueNow: () => number;
  readonly logger: Logger;
  readonly post: (input: Input) => void;
  readonly instrument: (symbol: string) => Promise<Instrument>;
  readonly compareSoon: (reason: string) => void;
}

/** Takes in what the exchange pushes: reads it, and gives it to the core in order. */
export class ExchangeIntake {
  readonly #host: IntakeHost;

  constructor(host: IntakeHost) {
    this.#host = host;
  }

  order(raw: unknown): void {
    this.#accept('order', () => {
      const report = normaliseOrder(raw);
      this.#postFor(report.symbol, { kind: 'order', report }, evidenceOf(report) !== null);
    });
  }

  fill(raw: unknown): void {
    this.#accept('fill', () => {
      const evidence = normaliseFill(raw);
      this.#postFor(
        evidence.symbol,
        { kind: 'fill', evidence, origin: 'stream', requestId: null },
        true,
      );
    });
  }

  position(raw: unknown): void {
    this.#accept('position', () => {
      this.#host.post({ kind: 'position', report: normalisePosition(raw, this.#host.venueNow()) });
    });
  }

  /** A report that cannot be read is no reason to miss what it said: everything is compared. */
  #accept(what: string, use: () => void): void {
    try {
      use();
    } catch (error) {
      this.#host.logger.error(
        { what, error: messageOf(error) },
        'the exchange pushed something unreadable',
      );
      this.#host.compareSoon(`an unreadable ${what} report`);
    }
  }

  /** Fills of a symbol whose instrument is not known yet wait for it, in order. */
  #postFor(symbol: string, input: Input, needsInstrument: boolean): void {
    const planned = isPlanned(this.#host.state, symbol);
    if (!needsInstrument || !planned || this.#host.state.symbols.get(symbol)?.instrument) {
      this.#host.post(input);
      return;
    }
    this.#host.instrument(symbol).then(
      () => this.#host.post(input),
      (error: unknown) => {
        this.#host.logger.error(
          { symbol, error: messageOf(error) },
          'the instrument of a fill is not known',
        );
        this.#host.compareSoon(`no instrument for ${symbol}`);
      },
    );
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
