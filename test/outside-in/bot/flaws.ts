import type {
  CommitTicket,
  ExchangeAdapter,
  OrderOutcome,
  PlaceOrderRequest,
  Store,
} from 'position-monitor';
import type { Flaw } from '../wire.js';

/** How long the late store keeps a batch in memory, ms. */
const LATE_BY_MS = 150;

/** The store, or what a careless host would use in its place. */
export function flawedStore(store: Store, flaw: Flaw | null): Store {
  if (flaw !== 'late-store') return store;
  return {
    durability: store.durability,
    open: (identity) => store.open(identity),
    load: () => store.load(),
    history: (query) => store.history(query),
    close: () => store.close(),
    commit(batch): CommitTicket {
      setTimeout(() => void store.commit(batch).durable.catch(() => {}), LATE_BY_MS);
      return { recorded: Promise.resolve(), durable: Promise.resolve() };
    },
  };
}

/** The adapter, or one that breaks what the port asks of it. */
export function flawedAdapter(adapter: ExchangeAdapter, flaw: Flaw | null): ExchangeAdapter {
  if (flaw === 'no-reduce-only') return withPlace(adapter, forgetful(adapter));
  if (flaw === 'cancel-first') return withPlace(adapter, impatient(adapter));
  if (flaw === 'send-twice') return withPlace(adapter, doubling(adapter));
  return adapter;
}

type Place = (request: PlaceOrderRequest) => Promise<OrderOutcome>;

/** Without batches, so that every order takes the way that is given. */
function withPlace(adapter: ExchangeAdapter, placeOrder: Place): ExchangeAdapter {
  return new Proxy(adapter, {
    get(target, name) {
      if (name === 'placeOrder') return placeOrder;
      if (name === 'placeOrders') return undefined;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

function forgetful(adapter: ExchangeAdapter): Place {
  return (request) => adapter.placeOrder({ ...request, reduceOnly: false });
}

function impatient(adapter: ExchangeAdapter): Place {
  return async (request) => {
    if (request.kind === 'market') {
      for (const { clientOrderId, kind, symbol } of await adapter.fetchOpenOrders(request.symbol)) {
        if (clientOrderId === undefined || kind !== 'stop-market') continue;
        await adapter.cancelOrder({ symbol, clientOrderId, kind });
      }
    }
    return adapter.placeOrder(request);
  };
}

function doubling(adapter: ExchangeAdapter): Place {
  return async (request) => {
    const outcome = await adapter.placeOrder(request);
    if (request.kind === 'market') await adapter.placeOrder(request);
    return outcome;
  };
}
