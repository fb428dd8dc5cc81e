import { PAPER_CLIENT_ID_LENGTH_MAX } from '../../../limits.js';
import { tryDecimal } from '../../../model/decimal.js';
import { isConditionalKind, isLimitKind, ORDER_KINDS } from '../../../model/order-kind.js';
import type { RejectCode } from '../../../model/outcome.js';
import { PRICE_SOURCES } from '../../../model/price.js';
import type { PositionMode } from '../../../model/side.js';
import type { PlaceOrderRequest } from '../../../ports/exchange-adapter.js';

/** What real venues take as client order id. */
const CLIENT_ID = new RegExp(`^[.A-Z:/a-z0-9_-]{1,${PAPER_CLIENT_ID_LENGTH_MAX}}$`);

export interface RequestDefect {
  readonly code: RejectCode;
  readonly detail: string;
}

/**
 * What is wrong with a request before any book is asked; `null` when nothing is. Never throws: hosts trade here by
 * hand as well.
 */
export function requestDefect(
  request: PlaceOrderRequest,
  positionMode: PositionMode,
): RequestDefect | null {
  const { clientOrderId, kind, side, positionSide } = request;
  if (!ORDER_KINDS.includes(kind))
    return { code: 'unsupported-order-kind', detail: `kind ${kind}` };
  if (typeof clientOrderId !== 'string' || !CLIENT_ID.test(clientOrderId)) {
    return { code: 'other', detail: `a client order id matches ${CLIENT_ID.source}` };
  }
  if (side !== 'BUY' && side !== 'SELL') return { code: 'other', detail: 'side is BUY or SELL' };
  if (positionMode === 'one-way' ? positionSide !== 'BOTH' : !isHedgeSide(positionSide)) {
    const expected = positionMode === 'one-way' ? 'BOTH' : 'LONG or SHORT';
    return {
      code: 'position-mode',
      detail: `position side is ${expected} in ${positionMode} mode`,
    };
  }
  return numberDefect(request);
}

function numberDefect(request: PlaceOrderRequest): RequestDefect | null {
  const { kind, triggerSource } = request;
  if (tryDecimal(request.quantity) === null) return filter('quantity');
  if (isLimitKind(kind) && tryDecimal(request.price) === null) return filter('price');
  if (!isConditionalKind(kind)) return null;
  if (tryDecimal(request.triggerPrice) === null) return filter('triggerPrice');
  return triggerSource === undefined || PRICE_SOURCES.includes(triggerSource)
    ? null
    : { code: 'other', detail: `trigger source is one of ${PRICE_SOURCES.join(', ')}` };
}

function filter(field: string): RequestDefect {
  return { code: 'filter', detail: `${field} is not a decimal number` };
}

function isHedgeSide(positionSide: unknown): boolean {
  return positionSide === 'LONG' || positionSide === 'SHORT';
}
