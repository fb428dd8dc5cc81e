import { isConditionalKind, isImmediateKind, isStopKind } from '../../../model/order-kind.js';
import type { AmendOrderRequest, PlaceOrderRequest } from '../../../ports/exchange-adapter.js';
import { timeInForceOf, wireTypeOf, workingTypeOf } from './codec/order-words.js';
import { algoIdOf } from './codec/orders.js';
import type { Dialect } from './dialect.js';
import type { RequestParams } from './request-signer.js';
import type { BudgetClass } from './rest-call.js';

/** Whether a kind of order goes to the endpoints that conditional orders have of their own. */
export function isAlgo(dialect: Dialect, kind: PlaceOrderRequest['kind']): boolean {
  return dialect.conditionalPath === 'algo' && isConditionalKind(kind);
}

/** Parameters of one placement. */
export function placeParams(dialect: Dialect, request: PlaceOrderRequest): RequestParams {
  const { symbol, side, positionSide, kind, quantity, price, triggerPrice, triggerSource } =
    request;
  const algo = isAlgo(dialect, kind);
  const params: [string, string][] = [
    ...(algo ? [['algoType', 'CONDITIONAL'] as [string, string]] : []),
    ['symbol', symbol],
    ['side', side],
    ['positionSide', positionSide],
    ['type', wireTypeOf(kind)],
    ['quantity', quantity],
  ];
  const timeInForce = timeInForceOf(kind);
  if (timeInForce !== undefined) {
    if (price !== undefined) params.push(['price', price]);
    params.push(['timeInForce', timeInForce]);
  }
  if (isConditionalKind(kind)) {
    if (triggerPrice !== undefined) params.push([dialect.triggerField, triggerPrice]);
    params.push(['workingType', workingTypeOf(triggerSource ?? 'LAST')]);
    if (request.priceProtect) params.push(['priceProtect', 'TRUE']);
  }
  // In hedge mode the side implies it, and the flag itself is refused.
  if (request.reduceOnly && positionSide === 'BOTH') {
    params.push(['reduceOnly', 'true']);
  }
  params.push([algo ? 'clientAlgoId' : 'newClientOrderId', request.clientOrderId]);
  // What ends at once is answered with how it ended.
  params.push(['newOrderRespType', isImmediateKind(kind) ? 'RESULT' : 'ACK']);
  return params;
}

/** One order within a batch: the same parameters as an object. */
export function batchItem(params: RequestParams): Readonly<Record<string, string>> {
  return Object.fromEntries(params);
}

export function amendParams(request: AmendOrderRequest): RequestParams {
  const { symbol, side, quantity, price, clientOrderId } = request;
  return [
    ['symbol', symbol],
    ['side', side],
    ['origClientOrderId', clientOrderId],
    ['quantity', quantity],
    ['price', price],
  ];
}

/** Names an ordinary order: by our id where there is one. */
export function orderNames(
  symbol: string,
  ids: { readonly clientOrderId?: string | undefined; readonly orderId?: string | undefined },
): RequestParams | null {
  if (ids.clientOrderId !== undefined) {
    return [
      ['symbol', symbol],
      ['origClientOrderId', ids.clientOrderId],
    ];
  }
  if (ids.orderId === undefined || algoIdOf(ids.orderId) !== null) return null;
  return [
    ['symbol', symbol],
    ['orderId', ids.orderId],
  ];
}

/** Names a conditional order with an id of its own. */
export function algoNames(ids: {
  readonly clientOrderId?: string | undefined;
  readonly orderId?: string | undefined;
}): RequestParams | null {
  if (ids.clientOrderId !== undefined) return [['clientAlgoId', ids.clientOrderId]];
  const algoId = algoIdOf(ids.orderId);
  return algoId === null ? null : [['algoId', algoId]];
}

/** Stops and closes go before take-profits, and both before orders that open. */
export function budgetClassOf(request: PlaceOrderRequest): BudgetClass {
  return isStopKind(request.kind) || isImmediateKind(request.kind) ? 'guard' : 'profit';
}
