import type { EngineState } from '../engine/state.js';
import { describe } from '../errors/describe.js';
import { ValidationError } from '../errors/validation-error.js';
import { ATR_BAR_MS_MAX, ATR_BAR_MS_MIN } from '../limits.js';
import { amountFrom } from '../model/amount.js';
import type { Decimal } from '../model/decimal.js';
import { ownField } from '../model/own-field.js';
import type { PositionSide } from '../model/side.js';
import { isSymbol, SYMBOL_EXPECTED } from '../model/symbol.js';

/**
 * A mistyped symbol or side must not read as a close that succeeded.
 *
 * @throws ValidationError `NOT_FOUND` for a symbol without settings of its own that was never held
 */
export function checkCloseTarget(
  target: { readonly symbol: unknown; readonly side: unknown },
  state: EngineState,
): void {
  const { symbol, side } = target;
  if (side !== null && side !== 'LONG' && side !== 'SHORT') {
    throw new ValidationError('NOT_FOUND', 'The side to close', {
      expected: '"LONG", "SHORT" or nothing',
      received: describe(side),
      ...(typeof side === 'object' && {
        remedy: 'Options come third: (symbol, undefined, options)',
      }),
    });
  }
  /** `'*'` is the key of every other symbol's plan, and the name of none. */
  const known = isSymbol(symbol) && (state.symbols.has(symbol) || state.settings.plans.has(symbol));
  if (known) return;
  throw new ValidationError('NOT_FOUND', 'The symbol to close', {
    expected: 'a symbol that is configured or held',
    received: describe(symbol),
    ...(symbol === '*' && { remedy: 'closeAll({ confirm: true }) closes every symbol' }),
  });
}

/** @throws ValidationError `NOT_FOUND` for arguments that cannot name tranches */
export function checkIds(positionId: unknown, ids: unknown): void {
  const listed =
    ids === undefined || (Array.isArray(ids) && ids.every((id) => typeof id === 'string'));
  if (typeof positionId === 'string' && listed) return;
  throw new ValidationError('NOT_FOUND', 'The tranches to merge', {
    expected: 'the id of a position, and a list of tranche ids or nothing',
    received: `${describe(positionId)}, ${describe(ids)}`,
  });
}

/** What a panic closes: every tranche of ours, or less when told so. */
export interface PanicOptions {
  readonly confirm: true;
  readonly symbol?: string;
  readonly side?: PositionSide;
}

/** Closing more than was meant is a loss as well. @throws ValidationError `CONFIRMATION_MISSING`, `NOT_FOUND` */
export function checkPanic(options: unknown): asserts options is PanicOptions {
  if (typeof options !== 'object' || options === null || ownField(options, 'confirm') !== true) {
    throw new ValidationError('CONFIRMATION_MISSING', 'closeAll flattens everything', {
      expected: '{ confirm: true }',
      received: describe(options),
      remedy: 'Pass it to confirm',
    });
  }
  const known: readonly string[] = ['confirm', 'symbol', 'side'];
  const unknown = Object.keys(options).find((key) => !known.includes(key));
  const side = ownField(options, 'side') ?? null;
  const symbol = ownField(options, 'symbol') ?? null;
  const rightSide = side === null || side === 'LONG' || side === 'SHORT';
  if (unknown === undefined && rightSide && (symbol === null || typeof symbol === 'string')) return;
  throw new ValidationError('NOT_FOUND', 'What to close', {
    expected: 'confirm, and if need be a symbol and the side "LONG" or "SHORT"',
    received: unknown === undefined ? describe(rightSide ? symbol : side) : `the key ${unknown}`,
    ...(unknown === 'execution' && {
      remedy: 'A panic is always at market; closePosition takes an execution',
    }),
  });
}

/** @throws ValidationError `QUANTITY_INVALID` */
export function readQuantity(value: unknown): Decimal {
  const quantity = amountFrom(value);
  if (quantity?.gt(0)) return quantity;
  throw new ValidationError('QUANTITY_INVALID', 'The quantity to split off', {
    expected: 'a decimal above zero',
    received: describe(value),
  });
}

/** @throws ValidationError `BAR_INVALID` for arguments that cannot name bars of a symbol */
export function checkBarsOf(symbol: unknown, barMs: unknown): void {
  const length =
    typeof barMs === 'number' &&
    Number.isSafeInteger(barMs) &&
    barMs >= ATR_BAR_MS_MIN &&
    barMs <= ATR_BAR_MS_MAX;
  if (isSymbol(symbol) && length) return;
  throw new ValidationError('BAR_INVALID', 'The bars', {
    expected: `${SYMBOL_EXPECTED}, and the length of a bar from ${ATR_BAR_MS_MIN} to ${ATR_BAR_MS_MAX} ms`,
    received: `${describe(symbol)}, ${describe(barMs)}`,
  });
}

/** An id as the exchange, or the bot, gave it to an order. @throws ValidationError `NOT_FOUND` */
export function readOrderId(value: unknown): string {
  const isId =
    typeof value === 'string' || typeof value === 'bigint' || Number.isSafeInteger(value);
  if (isId) return String(value);
  throw new ValidationError('NOT_FOUND', 'The order', {
    expected: 'the id of an order, as text or whole number',
    received: describe(value),
  });
}
