import { ConfigError } from '../../../errors/config-error.js';
import { describe } from '../../../errors/describe.js';
import { ExchangeError } from '../../../errors/exchange-error.js';
import {
  type Instrument,
  type InstrumentInput,
  instrumentFrom,
} from '../../../model/instrument.js';
import type { InstrumentLookup } from './paper-exchange-options.js';

/** The contracts of a paper exchange, read once each. */
export class PaperInstruments {
  readonly #lookup: InstrumentLookup | null;
  readonly #known = new Map<string, { input: InstrumentInput; instrument: Instrument }>();
  readonly #loading = new Map<string, Promise<InstrumentInput>>();

  /** @throws ConfigError when a listed instrument cannot be used, or is listed twice */
  constructor(source: readonly InstrumentInput[] | InstrumentLookup) {
    this.#lookup = typeof source === 'function' ? source : null;
    if (typeof source === 'function') return;
    for (const input of source) {
      if (this.#known.has(input.symbol)) {
        throw new ConfigError('CONFIG_INVALID', 'Paper exchange, option instruments', {
          expected: 'each symbol once',
          received: `${describe(input.symbol)} twice`,
        });
      }
      this.#remember(input.symbol, input);
    }
  }

  /** The instrument, if it was read already. */
  peek(symbol: string): Instrument | undefined {
    return this.#known.get(symbol)?.instrument;
  }

  /** Whether `load` may still find it. */
  canLoad(symbol: string): boolean {
    return this.#lookup !== null && !this.#known.has(symbol);
  }

  /**
   * Reads the instrument, at once where that is possible.
   *
   * @throws ExchangeError for a symbol that does not trade here; whatever the lookup throws
   */
  load(symbol: string): InstrumentInput | Promise<InstrumentInput> {
    const known = this.#known.get(symbol);
    if (known !== undefined) return known.input;
    if (this.#lookup === null) {
      throw new ExchangeError('EXCHANGE_REJECTED', 'The paper exchange does not trade the symbol', {
        expected: 'one of its instruments',
        received: describe(symbol),
        remedy: 'Add it to the option `instruments`',
        outcome: 'rejected',
      });
    }
    const loading = this.#loading.get(symbol);
    if (loading !== undefined) return loading;
    const found = this.#lookup(symbol);
    if (!isPromiseLike(found)) return this.#remember(symbol, found);
    const remembered = Promise.resolve(found)
      .then((input) => this.#remember(symbol, input))
      .finally(() => this.#loading.delete(symbol));
    this.#loading.set(symbol, remembered);
    return remembered;
  }

  #remember(symbol: string, input: InstrumentInput): InstrumentInput {
    if (input.symbol !== symbol) {
      throw new ConfigError('CONFIG_INVALID', 'Paper exchange, option instruments', {
        expected: `the instrument ${describe(symbol)}`,
        received: describe(input.symbol),
      });
    }
    this.#known.set(symbol, { input, instrument: instrumentFrom(input) });
    return input;
  }
}

export function isPromiseLike<Value>(
  value: Value | PromiseLike<Value>,
): value is PromiseLike<Value> {
  return typeof (value as Partial<PromiseLike<Value>> | null)?.then === 'function';
}
