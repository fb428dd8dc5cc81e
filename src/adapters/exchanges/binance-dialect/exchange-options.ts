import { ConfigError } from '../../../errors/config-error.js';
import { describe } from '../../../errors/describe.js';
import { systemRandom } from '../../../platform/sockets/system-random.js';
import { defaultWebSocket } from '../../../platform/sockets/web-socket.js';
import type { CreateWebSocket } from '../../../platform/sockets/web-socket-like.js';
import { SystemClock } from '../../../platform/system-clock.js';
import type { Clock } from '../../../ports/clock.js';
import { harmless } from '../../../ports/harmless-logger.js';
import { type Logger, SILENT_LOGGER } from '../../../ports/logger.js';
import { accountIdOf } from './account-id.js';
import { createRequestBudget } from './budget/request-budget.js';
import type { Dialect } from './dialect.js';
import { DialectExchange } from './dialect-exchange.js';
import type { HttpTransport } from './http-transport.js';
import type { RequestSigner } from './request-signer.js';
import { createRestClient } from './rest-client.js';
import { createDefaultTransport } from './transport/default-transport.js';

/** What exchanges of this dialect have in common. Everything has a default. */
export interface DialectOptions {
  /** Stamped into the store; name another environment here, e.g. `binance-testnet`. Default: the exchange's name. */
  readonly id?: string;
  /** Where requests go, without a path. Default: the real exchange. */
  readonly restUrl?: string;
  /** Where the account stream is, without a path. Default: the real exchange. */
  readonly streamUrl?: string;
  /** False when no real money is behind it. Default true. */
  readonly live?: boolean;
  /** One request may take this long before its outcome counts as unknown, ms. Default 5,000. */
  readonly requestTimeoutMs?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** How requests travel, e.g. through a proxy. */
  readonly transport?: HttpTransport;
  /** How the account stream is opened, e.g. through a proxy. */
  readonly createWebSocket?: CreateWebSocket;
}

/** A mistyped address would lead to the real exchange: what is not known is refused. */
const KNOWN: ReadonlySet<string> = new Set([
  ...['id', 'restUrl', 'streamUrl', 'live', 'requestTimeoutMs', 'clock', 'logger', 'transport'],
  ...['createWebSocket', 'apiKey', 'apiSecret', 'sign'],
  ...['user', 'signer', 'privateKey', 'signTypedData', 'chainId', 'nonceAgeMaxMs'],
]);

function checkOptions(options: DialectOptions): void {
  for (const name of Object.keys(options)) {
    if (KNOWN.has(name)) continue;
    throw new ConfigError('CONFIG_INVALID', `There is no option ${name}`, {
      expected: `one of ${[...KNOWN].join(', ')}`,
      received: name,
    });
  }
  const { requestTimeoutMs } = options;
  if (requestTimeoutMs === undefined || requestTimeoutMs > 0) return;
  throw new ConfigError('CONFIG_INVALID', 'Option requestTimeoutMs is out of range', {
    expected: 'a number above zero',
    received: describe(requestTimeoutMs),
  });
}

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;

/** Puts the parts of one account together. `accountKey` names the account; it is shown as a hash only. */
export function createDialectExchange(
  dialect: Dialect,
  options: DialectOptions,
  signer: RequestSigner,
  accountKey: string,
): DialectExchange {
  checkOptions(options);
  const clock = options.clock ?? new SystemClock();
  const budget = createRequestBudget({ clock });
  const { createWebSocket } = options;
  return new DialectExchange({
    id: options.id ?? dialect.id,
    dialect,
    streamUrl: requireUrl('streamUrl', options.streamUrl ?? dialect.streamUrl, 'wss:', 'ws:'),
    client: createRestClient({
      dialect,
      restUrl: requireUrl('restUrl', options.restUrl ?? dialect.restUrl, 'https:', 'http:'),
      transport: options.transport ?? createDefaultTransport(clock),
      signer,
      clock,
      budget,
      ...(options.requestTimeoutMs !== undefined && { timeoutMs: options.requestTimeoutMs }),
    }),
    budget,
    clock,
    logger: harmless(options.logger ?? SILENT_LOGGER),
    random: systemRandom,
    webSockets: () =>
      createWebSocket === undefined ? defaultWebSocket() : Promise.resolve(createWebSocket),
    accountId: () => accountIdOf(dialect.id, accountKey),
    live: options.live ?? true,
  });
}

/** Keys travel in the clear to this machine only. */
function requireUrl(name: string, value: string, secure: string, plain: string): string {
  let url: URL | null = null;
  try {
    url = new URL(value);
  } catch {
    // Told below.
  }
  const fits =
    url !== null &&
    (url.protocol === secure || (url.protocol === plain && LOOPBACK.test(url.hostname))) &&
    url.username === '' &&
    url.password === '' &&
    url.search === '' &&
    url.hash === '';
  if (url === null || !fits) {
    throw new ConfigError('CONFIG_INVALID', `Option ${name}`, {
      expected: `an address that begins with ${secure}//`,
      received: url === null ? describe(value) : `one that begins with ${url.protocol}//`,
    });
  }
  return value.replace(/\/+$/, '');
}
