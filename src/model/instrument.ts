import { ConfigError } from '../errors/config-error.js';
import { describe } from '../errors/describe.js';
import { type Decimal, type DecimalInput, ONE, tryDecimal, ZERO } from './decimal.js';

/** What an exchange says of one contract, as adapters report it. Decimals in price or base units. */
export interface InstrumentInput {
  readonly symbol: string;
  /** Only linear contracts (settled in the quote asset) are in scope. Default `linear`. */
  readonly kind?: 'linear' | 'inverse' | 'spot';
  /** Smallest price step. */
  readonly tickSize: DecimalInput;
  /** Smallest quantity step. */
  readonly stepSize: DecimalInput;
  /** Where the tick grid begins; prices are `minPrice + n * tickSize`. Default 0. */
  readonly minPrice?: DecimalInput;
  readonly maxPrice?: DecimalInput;
  readonly minQty?: DecimalInput;
  readonly maxQty?: DecimalInput;
  readonly minMarketQty?: DecimalInput;
  /** Largest quantity of one market or stop-market order. Larger exits are split. */
  readonly maxMarketQty?: DecimalInput;
  readonly marketStepSize?: DecimalInput;
  /** Smallest price * quantity of an order. */
  readonly minNotional?: DecimalInput;
  /** Band around the mark price for limit prices: a BUY at most `mark * up`, a SELL at least `mark * down`. */
  readonly priceBand?: { readonly up: DecimalInput; readonly down: DecimalInput };
  /** Base units per contract; quantities are in contracts. Default 1. */
  readonly contract?: { readonly size: DecimalInput };
}

/** An instrument with every filter read, validated and defaulted. `null` = the exchange has no such rule. */
export interface Instrument {
  readonly symbol: string;
  readonly tickSize: Decimal;
  readonly stepSize: Decimal;
  readonly minPrice: Decimal;
  readonly maxPrice: Decimal | null;
  readonly minQty: Decimal;
  readonly maxQty: Decimal | null;
  readonly minMarketQty: Decimal;
  readonly maxMarketQty: Decimal | null;
  readonly marketStepSize: Decimal;
  readonly minNotional: Decimal;
  readonly priceBand: { readonly up: Decimal; readonly down: Decimal } | null;
  readonly contractSize: Decimal;
}

/**
 * Reads an instrument. Tick and step come from the filters, never from a "precision" field.
 *
 * @throws ConfigError `INSTRUMENT_UNSUPPORTED` for spot and inverse contracts and for unusable filters (a symbol
 *   that does not trade yet may report a tick of zero)
 */
export function instrumentFrom(input: InstrumentInput): Instrument {
  const { symbol } = input;
  if (input.kind !== undefined && input.kind !== 'linear') {
    throw new ConfigError('INSTRUMENT_UNSUPPORTED', `${symbol} cannot be protected`, {
      expected: 'a linear contract',
      received: describe(input.kind),
    });
  }
  const above = (name: string, value: DecimalInput): Decimal =>
    readFilter(symbol, name, value, (d) => d.gt(0), 'a number above zero');
  const atLeastZero = (name: string, value: DecimalInput | undefined): Decimal =>
    value === undefined
      ? ZERO
      : readFilter(symbol, name, value, (d) => d.gte(0), 'a number of zero or more');
  /** Exchanges write zero for "rule off". */
  const optionalMax = (name: string, value: DecimalInput | undefined): Decimal | null => {
    const max = atLeastZero(name, value);
    return max.eq(0) ? null : max;
  };
  const stepSize = above('stepSize', input.stepSize);
  const marketStep = atLeastZero('marketStepSize', input.marketStepSize);
  const minQty = atLeastZero('minQty', input.minQty);
  return {
    symbol,
    tickSize: above('tickSize', input.tickSize),
    stepSize,
    minPrice: atLeastZero('minPrice', input.minPrice),
    maxPrice: optionalMax('maxPrice', input.maxPrice),
    minQty,
    maxQty: optionalMax('maxQty', input.maxQty),
    minMarketQty:
      input.minMarketQty === undefined ? minQty : atLeastZero('minMarketQty', input.minMarketQty),
    maxMarketQty:
      optionalMax('maxMarketQty', input.maxMarketQty) ?? optionalMax('maxQty', input.maxQty),
    marketStepSize: marketStep.eq(0) ? stepSize : marketStep,
    minNotional: atLeastZero('minNotional', input.minNotional),
    priceBand:
      input.priceBand === undefined
        ? null
        : {
            up: above('priceBand.up', input.priceBand.up),
            down: above('priceBand.down', input.priceBand.down),
          },
    contractSize: input.contract === undefined ? ONE : above('contract.size', input.contract.size),
  };
}

function readFilter(
  symbol: string,
  name: string,
  value: DecimalInput,
  holds: (value: Decimal) => boolean,
  expected: string,
): Decimal {
  const read = tryDecimal(value);
  if (read === null || !holds(read)) {
    throw new ConfigError('INSTRUMENT_UNSUPPORTED', `Instrument ${symbol}, filter ${name}`, {
      expected,
      received: describe(value),
      remedy: 'A symbol that is not trading yet cannot be protected',
    });
  }
  return read;
}
