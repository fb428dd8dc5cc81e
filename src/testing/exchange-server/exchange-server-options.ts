import type { DecimalInput } from '../../model/decimal.js';
import type { InstrumentInput } from '../../model/instrument.js';
import type { PositionMode } from '../../model/side.js';
import { SystemClock } from '../../platform/system-clock.js';
import type { Clock } from '../../ports/clock.js';
import { SERVER_DIALECTS, type ServerDialect, type ServerDialectName } from './server-dialect.js';

/** A contract that trades at the server. */
export interface ServerInstrument extends InstrumentInput {
  /** Price of every source at the beginning. */
  readonly price: DecimalInput;
  /** Default: the symbol without `USDT`. */
  readonly baseAsset?: string;
  /** Default `USDT`. */
  readonly quoteAsset?: string;
}

/** What an EIP-712 signature was made over; the server itself knows no curve. */
export interface WalletSignature {
  readonly user: string;
  readonly signer: string;
  readonly nonce: string;
  /** The url-encoded parameters without the signature: `msg` of the typed data. */
  readonly message: string;
  readonly signature: string;
}

/** How many requests the server takes. */
export interface ServerLimits {
  readonly weightPerMinute: number;
  readonly ordersPer10s: number;
  readonly ordersPerMinute: number;
  /** Refusals with 429 in one minute after which the address is banned (418). */
  readonly refusalsBeforeBan: number;
  /** ms */
  readonly banMs: number;
  /** Inbound stream messages per second; more cut the connection. */
  readonly streamMessagesPerSecond: number;
}

/** What a loopback exchange is made of. */
export interface ExchangeServerOptions {
  readonly dialect: ServerDialectName;
  readonly instruments: readonly ServerInstrument[];
  readonly apiKey: string;
  /** HMAC secret. Never part of an answer, a record or an error. */
  readonly apiSecret: string;
  /** Default `hedge`. */
  readonly positionMode?: PositionMode;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Port on 127.0.0.1. Default: a free one. */
  readonly port?: number;
  /** Default: the limits of the real exchange. */
  readonly limits?: Partial<ServerLimits>;
  /** Checks a wallet's signature (Aster's `/fapi/v3`). Default: every signature that is there is right. */
  readonly verifyWallet?: (request: WalletSignature) => boolean | Promise<boolean>;
  /** Wallet balance at the beginning, USDT. Default 1000000. */
  readonly balance?: DecimalInput;
  /** Time between a level that is passed and the order that it sends, ms. Default 2. */
  readonly triggerMs?: number;
  /** Time that events take until they leave, ms. Default 0: before the answer of the request that caused them. */
  readonly eventDelayMs?: number;
  /** Time that answers take, ms. Default 0. */
  readonly answerDelayMs?: number;
  /** Period of `@markPrice@1s`; without a suffix it is three times that. Default 1000. */
  readonly markPriceEveryMs?: number;
  /** How long a listen key lives, ms. Default 3600000. */
  readonly listenKeyMs?: number;
  /** How long a stream lives, ms. Default 86400000. */
  readonly streamAgeMaxMs?: number;
  /**
   * Client id of the order that a conditional order sends at Binance: sources disagree. Default `own`, which nobody can
   * rely on.
   */
  readonly childClientId?: 'own' | 'same';
  /**
   * Aster: whether a conditional order whose condition is met is told as `EXPIRED` before it is told as `NEW` with the
   * same id and type `MARKET`, as old versions of the dialect did. Not established; default false.
   */
  readonly triggerShowsExpired?: boolean;
  /** Whether unsplit stream paths still deliver at Binance, as on its test network. Default false. */
  readonly legacyStreamPaths?: boolean;
  /** Most open conditional orders (account at Binance, symbol at Aster). Default 200 and 10. */
  readonly conditionalCap?: number;
}

/** Every option, defaulted. */
export interface ResolvedServerOptions
  extends Required<Omit<ExchangeServerOptions, 'dialect' | 'limits'>> {
  readonly dialect: ServerDialect;
  readonly limits: ServerLimits;
}

const LIMITS: ServerLimits = {
  weightPerMinute: 2_400,
  ordersPer10s: 300,
  ordersPerMinute: 1_200,
  refusalsBeforeBan: 20,
  banMs: 120_000,
  streamMessagesPerSecond: 10,
};

export function resolveServerOptions(options: ExchangeServerOptions): ResolvedServerOptions {
  const dialect = SERVER_DIALECTS[options.dialect];
  if (dialect === undefined) {
    throw new RangeError(
      `no dialect ${options.dialect}; there are ${Object.keys(SERVER_DIALECTS).join(', ')}`,
    );
  }
  if (options.instruments.length === 0) throw new RangeError('a server needs an instrument');
  return {
    positionMode: 'hedge',
    clock: new SystemClock({ keepAlive: false }),
    port: 0,
    verifyWallet: ({ signature }) => signature !== '',
    balance: 1_000_000,
    triggerMs: 2,
    eventDelayMs: 0,
    answerDelayMs: 0,
    markPriceEveryMs: 1_000,
    listenKeyMs: 3_600_000,
    streamAgeMaxMs: 86_400_000,
    childClientId: 'own',
    triggerShowsExpired: false,
    legacyStreamPaths: false,
    conditionalCap: dialect.conditionalCap.count,
    ...options,
    dialect,
    limits: { ...LIMITS, ...options.limits },
  };
}
