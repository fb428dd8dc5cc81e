/** A process of its own with two loopback exchanges, so that neither contender shares its event loop with them. */
import {
  createExchangeServer,
  type ExchangeServer,
  type RequestRecord,
} from 'position-monitor/testing/server';
import {
  type Answer,
  API_KEY,
  API_SECRET,
  type Command,
  INSTRUMENTS,
  type VenueOptions,
} from './words.js';

const options = JSON.parse(process.argv[2] ?? '{}') as VenueOptions;
const servers = await Promise.all([start(), start()]);

async function start(): Promise<ExchangeServer> {
  return await createExchangeServer({
    dialect: options.dialect ?? 'binance',
    apiKey: API_KEY,
    apiSecret: API_SECRET,
    instruments: INSTRUMENTS,
    eventDelayMs: options.eventDelayMs ?? 15,
    answerDelayMs: options.answerDelayMs ?? 0,
    balance: 1_000_000_000,
    limits: {
      weightPerMinute: 100_000_000,
      ordersPer10s: 10_000_000,
      ordersPerMinute: 100_000_000,
    },
  });
}

process.on('message', (command: Command) => {
  const server = servers[command.account] as ExchangeServer;
  if (command.do === 'price') {
    server.market.setPrice(command.symbol, command.price);
    answer({ id: command.id });
    return;
  }
  if (command.do === 'trade') {
    const { symbol, quantity, side, positionSide, entryId } = command;
    const terms = { positionSide, clientOrderId: entryId };
    const order = server.person[side === 'BUY' ? 'buy' : 'sell'](symbol, quantity, terms);
    answer({ id: command.id, orderId: String(order.orderId) });
    return;
  }
  // From the moment at which the frame is handed to the socket to the moment at which the whole request is here.
  let startedAt = 0;
  const { id, symbol, price } = command;
  const isClose = ({ params }: Readonly<RequestRecord>): boolean =>
    params.symbol === symbol && params.type === 'MARKET' && params.side === 'SELL';
  server.faults.next(
    {
      method: 'POST',
      path: 'order',
      where: (request) => {
        if (isClose(request)) answer({ id, tookMs: performance.now() - startedAt });
        return isClose(request);
      },
    },
    { do: 'delay' },
  );
  startedAt = performance.now();
  server.market.setPrice(symbol, price);
});
process.on('disconnect', () => process.exit(0));
for (const { restUrl, streamUrl } of servers) answer({ id: 0, restUrl, streamUrl });

function answer(message: Answer): void {
  process.send?.(message);
}
