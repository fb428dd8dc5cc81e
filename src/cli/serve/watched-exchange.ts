import type { OrderKind } from '../../model/order.js';
import type {
  ExchangeAdapter,
  OrderOutcome,
  PlaceOrderRequest,
} from '../../ports/exchange-adapter.js';

/** Hears of every order that is handed to an adapter, and of every answer. Members never throw. */
export interface OrderWatch {
  sent(request: PlaceOrderRequest): void;
  answered(kind: OrderKind, outcome: OrderOutcome['kind'], code: string | null): void;
}

/** The same adapter with somebody who looks at its orders. */
export function watchedExchange(exchange: ExchangeAdapter, watch: OrderWatch): ExchangeAdapter {
  const tell = ({ kind }: PlaceOrderRequest, outcome: OrderOutcome | undefined): void => {
    const code = outcome?.kind === 'rejected' ? outcome.rejection.code : null;
    watch.answered(kind, outcome?.kind ?? 'unknown', code);
  };
  const placeOrder: ExchangeAdapter['placeOrder'] = async (request) => {
    watch.sent(request);
    try {
      const outcome = await exchange.placeOrder(request);
      tell(request, outcome);
      return outcome;
    } catch (error) {
      tell(request, undefined);
      throw error;
    }
  };
  const placeOrders: NonNullable<ExchangeAdapter['placeOrders']> = async (requests) => {
    for (const request of requests) watch.sent(request);
    try {
      const outcomes = (await exchange.placeOrders?.(requests)) ?? [];
      for (const [index, request] of requests.entries()) tell(request, outcomes[index]);
      return outcomes;
    } catch (error) {
      for (const request of requests) tell(request, undefined);
      throw error;
    }
  };
  const own = new Map<string | symbol, unknown>([['placeOrder', placeOrder]]);
  if (exchange.placeOrders !== undefined) own.set('placeOrders', placeOrders);
  return new Proxy(exchange, {
    get(target, key) {
      const known = own.get(key);
      if (known !== undefined) return known;
      const value: unknown = Reflect.get(target, key, target);
      if (typeof value !== 'function') return value;
      // Private members of an adapter are its own: not those of what stands before it.
      const bound: unknown = value.bind(target);
      own.set(key, bound);
      return bound;
    },
  });
}
