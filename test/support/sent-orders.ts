import type { OrderRole } from '../../src/model/order.js';
import type { RequestRecord } from '../../src/testing/exchange-server/request-faults.js';

/** One of our orders as it was asked for on the wire. */
export interface SentOrder {
  readonly clientOrderId: string;
  readonly role: OrderRole | 'foreign';
  readonly side: string;
  readonly positionSide: string;
  readonly type: string;
  readonly quantity: string;
  /** Trigger or limit price; `market` without one. */
  readonly level: string;
  readonly reduceOnly: boolean;
  /** Exchange time of the request, ms. */
  readonly time: number;
}

/** Our orders by client id, as they were asked for last: placed singly or in batches, or amended. */
export function ownOrders(
  requests: readonly Readonly<RequestRecord>[],
  fits: (request: Readonly<RequestRecord>) => boolean = () => true,
): Map<string, SentOrder> {
  const found = new Map<string, SentOrder>();
  for (const request of requests) {
    if (!/^(order|algoOrder|batchOrders)$/.test(request.name) || !fits(request)) continue;
    if (request.method === 'POST') {
      for (const params of placements(request)) {
        const order = readOrder(params, request.time);
        found.set(order.clientOrderId, order);
      }
    }
    if (request.method === 'PUT') {
      const { origClientOrderId = '', price, quantity } = request.params;
      const before = found.get(origClientOrderId);
      if (before !== undefined) {
        found.set(origClientOrderId, {
          ...before,
          level: price ?? before.level,
          quantity: quantity ?? before.quantity,
        });
      }
    }
  }
  return found;
}

export function roleOf(clientOrderId: string): SentOrder['role'] {
  if (!/^pm[0-9a-z]{27}$/.test(clientOrderId)) return 'foreign';
  const letter = clientOrderId[22];
  return letter === 's' ? 'stop-loss' : letter === 't' ? 'take-profit' : 'close';
}

/** The client id that a request names; empty when it names none. */
export function clientIdOf({ params }: Readonly<RequestRecord>): string {
  const { newClientOrderId, clientAlgoId, origClientOrderId } = params;
  return newClientOrderId ?? clientAlgoId ?? origClientOrderId ?? '';
}

type Params = Readonly<Record<string, string | undefined>>;

function placements({ name, params }: Readonly<RequestRecord>): readonly Params[] {
  return name === 'batchOrders' ? (JSON.parse(params.batchOrders ?? '[]') as Params[]) : [params];
}

function readOrder(params: Params, time: number): SentOrder {
  const clientOrderId = params.newClientOrderId ?? params.clientAlgoId ?? '';
  return {
    clientOrderId,
    role: roleOf(clientOrderId),
    side: params.side ?? '',
    positionSide: params.positionSide ?? 'BOTH',
    type: params.type ?? '',
    quantity: params.quantity ?? '',
    level: params.triggerPrice ?? params.stopPrice ?? params.price ?? 'market',
    reduceOnly: params.reduceOnly === 'true',
    time,
  };
}
