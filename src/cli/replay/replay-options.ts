import { describe } from '../../errors/describe.js';
import { ValidationError } from '../../errors/validation-error.js';
import { BASIS_POINTS_MAX, PAPER_LATENCY_MAX_MS, PERCENT_MAX } from '../../limits.js';
import { tryDecimal } from '../../model/decimal.js';
import type { BarMode } from './row-walk.js';

/** Options of `replay` as commander hands them over. */
export interface ReplayArguments {
  readonly ticks: string;
  readonly config: string;
  readonly entries: string;
  readonly store?: string;
  readonly bars?: string;
  readonly barMs?: string;
  readonly fees?: string;
  readonly slippageBps?: string;
  readonly latencyMs?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** The same, read. */
export interface ReplayOptions {
  readonly ticksFile: string;
  readonly configFile: string;
  readonly entriesFile: string;
  readonly storePath: string | null;
  /** `null` when it was not asked for: then trades are fine. */
  readonly bars: BarMode | null;
  readonly barMs: number | null;
  readonly fills: {
    readonly fees: { readonly makerPct: string; readonly takerPct: string };
    readonly slippageBps: string;
    readonly latencyMs: number;
  };
  /** HTML file to write; `null` = none. */
  readonly reportPath: string | null;
  readonly json: boolean;
}

const BAR_MS_MAX = 31 * 86_400_000;

/** @throws ValidationError `INPUT_FILE_INVALID` naming the option */
export function replayOptionsFrom(given: ReplayArguments): ReplayOptions {
  const { bars } = given;
  if (bars !== undefined && bars !== 'path' && bars !== 'close') {
    throw refusal('--bars', '"path" or "close"', bars);
  }
  const [makerPct = '0', takerPct = makerPct, ...more] = (given.fees ?? '0').split(',');
  const fees = [makerPct, takerPct].every((fee) => isBetween(fee, -PERCENT_MAX, PERCENT_MAX));
  if (!fees || more.length > 0) {
    throw refusal(
      '--fees',
      'percent of the notional, e.g. 0.05, or maker and taker: 0.02,0.05',
      given.fees,
    );
  }
  return {
    ticksFile: given.ticks,
    configFile: given.config,
    entriesFile: given.entries,
    storePath: given.store ?? null,
    bars: bars ?? null,
    barMs: given.barMs === undefined ? null : wholeMs('--bar-ms', given.barMs, 4, BAR_MS_MAX),
    fills: {
      fees: { makerPct, takerPct },
      slippageBps: number('--slippage-bps', given.slippageBps ?? '0', BASIS_POINTS_MAX - 1),
      latencyMs: wholeMs('--latency-ms', given.latencyMs ?? '0', 0, PAPER_LATENCY_MAX_MS),
    },
    reportPath: given.report ?? null,
    json: given.json ?? false,
  };
}

function wholeMs(option: string, given: string, min: number, max: number): number {
  if (isBetween(given, min, max) && Number.isInteger(Number(given))) return Number(given);
  throw refusal(option, `whole milliseconds from ${min} to ${max}`, given);
}

function number(option: string, given: string, max: number): string {
  if (isBetween(given, 0, max)) return given;
  throw refusal(option, `a number from 0 to ${max}`, given);
}

function isBetween(given: string, min: number, max: number): boolean {
  const read = tryDecimal(given);
  return read?.gte(min) === true && read.lte(max);
}

function refusal(option: string, expected: string, received: unknown): ValidationError {
  return new ValidationError('INPUT_FILE_INVALID', `Option ${option}`, {
    expected,
    received: describe(received),
  });
}
