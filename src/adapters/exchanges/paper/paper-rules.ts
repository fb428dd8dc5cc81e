import { ConfigError } from '../../../errors/config-error.js';
import { describe } from '../../../errors/describe.js';
import {
  BASIS_POINTS_MAX,
  PAPER_FILL_PARTS_MAX,
  PAPER_LATENCY_MAX_MS,
  PERCENT_MAX,
} from '../../../limits.js';
import { type Decimal, decimal, HUNDRED, ONE, tryDecimal, ZERO } from '../../../model/decimal.js';
import type { PositionMode } from '../../../model/side.js';
import type { PaperExchangeOptions } from './paper-exchange-options.js';

/** The options of a paper exchange, read once. Rates are fractions of the notional. */
export interface PaperRules {
  readonly positionMode: PositionMode;
  readonly judgesAtOnce: boolean;
  readonly makerRate: Decimal;
  readonly takerRate: Decimal;
  /** What the price of a market fill is multiplied by. */
  readonly sellFactor: Decimal;
  readonly buyFactor: Decimal;
  readonly limitParts: number;
  readonly marketParts: number;
  readonly latencyMs: number;
}

/** @throws ConfigError `CONFIG_INVALID` naming the option */
export function paperRulesFrom(options: PaperExchangeOptions): PaperRules {
  const { positionMode = 'hedge', judgeFrom = 'at-once', fees, partialFills } = options;
  oneOf('positionMode', positionMode, ['hedge', 'one-way']);
  oneOf('judgeFrom', judgeFrom, ['at-once', 'next-price']);
  const slip = amount('slippageBps', options.slippageBps, 0, BASIS_POINTS_MAX - 1).div(
    decimal(BASIS_POINTS_MAX),
  );
  return {
    positionMode,
    judgesAtOnce: judgeFrom === 'at-once',
    makerRate: amount('fees.makerPct', fees?.makerPct, -PERCENT_MAX, PERCENT_MAX).div(HUNDRED),
    takerRate: amount('fees.takerPct', fees?.takerPct, -PERCENT_MAX, PERCENT_MAX).div(HUNDRED),
    sellFactor: ONE.minus(slip),
    buyFactor: ONE.plus(slip),
    limitParts: parts('partialFills.limitParts', partialFills?.limitParts),
    marketParts: parts('partialFills.marketParts', partialFills?.marketParts),
    latencyMs: Number(amount('latencyMs', options.latencyMs, 0, PAPER_LATENCY_MAX_MS)),
  };
}

function amount(name: string, value: unknown, min: number, max: number): Decimal {
  if (value === undefined) return ZERO;
  const read = tryDecimal(value);
  if (read === null || read.lt(min) || read.gt(max)) {
    throw refusal(name, `a number from ${min} to ${max}`, value);
  }
  return read;
}

function parts(name: string, value: number | undefined): number {
  if (value === undefined) return 1;
  if (!Number.isInteger(value) || value < 1 || value > PAPER_FILL_PARTS_MAX) {
    throw refusal(name, `a whole number from 1 to ${PAPER_FILL_PARTS_MAX}`, value);
  }
  return value;
}

function oneOf(name: string, value: unknown, allowed: readonly string[]): void {
  if (!allowed.includes(value as string)) {
    throw refusal(name, allowed.map((word) => `"${word}"`).join(' or '), value);
  }
}

function refusal(name: string, expected: string, value: unknown): ConfigError {
  return new ConfigError('CONFIG_INVALID', `Paper exchange, option ${name}`, {
    expected,
    received: describe(value),
  });
}
