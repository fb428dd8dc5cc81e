import type { AddressInfo } from 'node:net';
import { AccountControl } from './account-control.js';
import { type ExchangeServerOptions, resolveServerOptions } from './exchange-server-options.js';
import { HttpDoor } from './http-door.js';
import { ListenKeys } from './listen-keys.js';
import { LoopbackExchange } from './loopback-exchange.js';
import { MarketControl } from './market-control.js';
import { PersonControl } from './person-control.js';
import type { RateMeter } from './rate-meter.js';
import { RequestFaults, type RequestRecord } from './request-faults.js';
import { StreamDoor } from './stream-door.js';

/** A running loopback exchange. */
export interface ExchangeServer extends AsyncDisposable {
  /** Address of the REST interface, without a path. */
  readonly restUrl: string;
  /** Address of the streams, without a path. */
  readonly streamUrl: string;
  readonly market: MarketControl;
  readonly person: PersonControl;
  /** Margin, liquidation and funding. */
  readonly account: AccountControl;
  /** What goes wrong with requests. */
  readonly faults: RequestFaults;
  /** What goes wrong with streams. */
  readonly streams: StreamDoor;
  /** Every request, the oldest first; the last 10,000. No signature, no key. */
  readonly requests: readonly Readonly<RequestRecord>[];
  /** Requests to a path: `algoOrder`, or `POST algoOrder`. */
  sent(path: string): readonly Readonly<RequestRecord>[];
  /** Bans the address: 418 until it is over, ms. */
  ban(ms: number): void;
  /** Exchange time, ms. */
  now(): number;
  /** Ends every connection. */
  close(): Promise<void>;
}

/**
 * Starts an exchange on the loopback interface that speaks Binance's or Aster's dialect, with one account.
 *
 * Matching and prices are simulated; keys, signatures, filters, limits, ids and streams are as on the wire.
 *
 * @example
 * const server = await createExchangeServer({
 *   dialect: 'binance',
 *   apiKey: 'key',
 *   apiSecret: 'secret',
 *   instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001', price: 60_000 }],
 * });
 * server.person.buy('BTCUSDT', '0.01');
 * server.market.setPrice('BTCUSDT', 59_000);
 * await server.close();
 */
export async function createExchangeServer(
  options: ExchangeServerOptions,
): Promise<ExchangeServer> {
  const exchange = new LoopbackExchange(resolveServerOptions(options));
  const { meter: _, ...server } = await openDoors(exchange, new RequestFaults());
  return server;
}

/** Opens the doors of an exchange that its owner looks into. */
export async function openDoors(
  exchange: LoopbackExchange,
  faults: RequestFaults,
): Promise<ExchangeServer & { readonly meter: RateMeter }> {
  const { listenKeyMs, port: wantedPort } = exchange.options;
  const listenKeys = new ListenKeys(() => exchange.now(), listenKeyMs);
  const door = new HttpDoor(exchange, listenKeys, faults);
  await new Promise<void>((resolve, reject) => {
    door.server.once('error', reject);
    door.server.listen(wantedPort, '127.0.0.1', resolve);
  });
  const streams = new StreamDoor(exchange, listenKeys, door.server);
  const { port } = door.server.address() as AddressInfo;
  const close = (): Promise<void> => {
    streams.close();
    return new Promise((resolve) => {
      door.server.close(() => resolve());
      door.server.closeAllConnections();
    });
  };
  return {
    restUrl: `http://127.0.0.1:${port}`,
    streamUrl: `ws://127.0.0.1:${port}`,
    market: new MarketControl(exchange),
    person: new PersonControl(exchange),
    account: new AccountControl(exchange),
    faults,
    streams,
    requests: door.requests,
    sent: (path) => {
      const [method, name] = path.includes(' ') ? path.split(' ') : [undefined, path];
      return door.requests.filter(
        (one) => one.name === name && (method === undefined || one.method === method),
      );
    },
    meter: door.meter,
    ban: (ms) => door.meter.ban(ms),
    now: () => exchange.now(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
