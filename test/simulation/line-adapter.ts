import { ExchangeError } from '../../src/errors/exchange-error.js';
import type { OrderKind } from '../../src/model/order.js';
import type {
  ExchangeAdapter,
  ExchangeSink,
  OrderOutcome,
  PlaceOrderRequest,
} from '../../src/ports/exchange-adapter.js';
import type {
  SimAnswer,
  SimConnection,
  SimLine,
  SimReadKind,
  SimReply,
} from '../../src/testing/sim/sim-line.js';
import {
  fillReportOf,
  instrumentOf,
  orderReportOf,
  positionReportOf,
  priceReportsOf,
  simRequestOf,
} from '../../src/testing/sim/sim-reports.js';
import type { SimVenue } from '../../src/testing/sim/sim-venue.js';

/** The adapter of one process on a simulated line; after the death of the process nothing settles any more. */
export function lineAdapter(line: SimLine, orderKinds: readonly OrderKind[]): ExchangeAdapter {
  const { venue } = line;
  const { profile } = venue;
  let connection: SimConnection | null = null;
  const live = (): SimConnection => {
    if (connection === null) throw new Error('not connected');
    return connection;
  };
  const read = <Result>(kind: SimReadKind, ask: (of: SimVenue) => Result): Promise<Result> =>
    new Promise((resolve, reject) => {
      live().read(kind, ask, (reply: SimReply<Result>) => {
        if (reply.kind === 'ok') resolve(reply.result);
        else if (reply.kind === 'not-found') resolve(null as Result);
        else if (reply.kind === 'garbage') resolve('<html>' as unknown as Result);
        else
          reject(
            new ExchangeError('EXCHANGE_UNREACHABLE', `${kind}: no answer`, { retryable: true }),
          );
      });
    });
  const write = (send: (reply: (answer: SimAnswer) => void) => void): Promise<OrderOutcome> =>
    new Promise((resolve) => send((answer) => resolve(outcomeOf(venue, answer))));
  return {
    id: 'sim',
    capabilities: {
      positionModes: profile.positionModes,
      reduceOnly: { hedge: 'implied', oneWay: profile.excess === 'executed' ? 'none' : 'flag' },
      countsRestingReduceOnly: profile.countsRestingReduceOnly,
      severalStops: profile.severalStops,
      orderKinds,
      triggerSources: ['LAST', 'MARK'],
      batchSize: profile.batchSize,
      maxProtectiveOrders: { perSymbol: null, perAccount: null },
      clientOrderId: {
        maxLength: 36,
        unique: profile.clientIds === 'forever' ? 'forever' : 'open',
      },
      minNotionalOnExits: false,
      pricesConfirmThemselves: false,
      live: true,
    },
    connect: async (sink: ExchangeSink) => {
      connection = line.connect({
        event: (event) => {
          if (event.kind === 'order') sink.order(orderReportOf(venue, event.order, event.fill));
          else if (event.kind === 'fill') sink.fill(fillReportOf(venue, event.fill));
          else sink.position(positionReportOf(venue, event, event.time));
        },
        connection: (up) => sink.connection(up ? 'connected' : 'disconnected'),
        gap: (reason) => sink.gap(reason),
      });
      sink.connection('connected');
    },
    close: async () => {},
    fetchAccount: () => read('account', ({ positionMode }) => ({ accountId: 'sim', positionMode })),
    fetchInstrument: (symbol) => read('instrument', (of) => instrumentOf(of, symbol).input),
    fetchOrder: (query) =>
      read('order', (of) => {
        const order = of.find(query);
        return order === null ? null : orderReportOf(of, order);
      }),
    fetchOpenOrders: (symbol) =>
      read('open-orders', (of) => of.openOrders(symbol).map((order) => orderReportOf(of, order))),
    fetchPositions: (symbol) =>
      read('positions', (of) =>
        of.positions(symbol).map((row) => positionReportOf(of, row, of.now())),
      ),
    fetchFills: (symbol, since) =>
      read('fills', (of) => of.fills(symbol, since).map((fill) => fillReportOf(of, fill))),
    ...(profile.tellsTime && { fetchServerTime: () => read('time', (of) => of.now()) }),
    ...(profile.tellsPrices && {
      fetchPrices: (symbol: string) => read('prices', (of) => priceReportsOf(of, symbol)),
    }),
    placeOrder: (request) => write((reply) => live().place(simRequestOf(request), reply)),
    ...(profile.batchSize > 1 && {
      placeOrders: (requests: readonly PlaceOrderRequest[]) => placeAll(live(), venue, requests),
    }),
    cancelOrder: (request) => write((reply) => live().cancel(request, reply)),
  };
}

/** One request: answered when all of it is answered. */
function placeAll(
  connection: SimConnection,
  venue: SimVenue,
  requests: readonly PlaceOrderRequest[],
): Promise<readonly OrderOutcome[]> {
  return new Promise((resolve) => {
    const outcomes: OrderOutcome[] = [];
    let left = requests.length;
    connection.placeTogether(requests.map(simRequestOf), (index, answer) => {
      outcomes[index] = outcomeOf(venue, answer);
      left -= 1;
      if (left === 0) resolve(outcomes);
    });
  });
}

function outcomeOf(venue: SimVenue, answer: SimAnswer): OrderOutcome {
  if (answer.kind === 'accepted') {
    return answer.order === null
      ? { kind: 'accepted' }
      : { kind: 'accepted', report: orderReportOf(venue, answer.order) };
  }
  if (answer.kind === 'rejected') {
    const { code, detail, retryAfterMs } = answer;
    return {
      kind: 'rejected',
      rejection: { code, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    };
  }
  if (answer.kind === 'garbage') return '<html>' as unknown as OrderOutcome;
  return { kind: answer.kind, detail: answer.detail };
}
