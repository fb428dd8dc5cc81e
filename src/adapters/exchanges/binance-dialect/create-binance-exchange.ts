import type { ExchangeAdapter } from '../../../ports/exchange-adapter.js';
import { BINANCE } from './binance.js';
import { createDialectExchange, type DialectOptions } from './exchange-options.js';
import type { RequestSigner } from './request-signer.js';
import { createCallbackSigner } from './signing/callback-signer.js';
import { createHmacSigner } from './signing/hmac-signer.js';

/** An HMAC key with its secret, or a key whose secret stays elsewhere (RSA and Ed25519 keys, vaults). */
export type ApiKeyCredentials =
  | { readonly apiKey: string; readonly apiSecret: string }
  | { readonly apiKey: string; readonly sign: (payload: string) => Promise<string> | string };

export type BinanceExchangeOptions = DialectOptions & ApiKeyCredentials;

/**
 * An account at Binance USD-M futures. One of them per account and process: it counts what the exchange allows.
 *
 * @throws ConfigError for keys or addresses that cannot be used
 * @example
 * const exchange = createBinanceExchange({ apiKey, apiSecret });
 */
export function createBinanceExchange(options: BinanceExchangeOptions): ExchangeAdapter {
  return createDialectExchange(BINANCE, options, apiKeySigner(options), options.apiKey);
}

/** The signer that the credentials ask for. */
export function apiKeySigner(credentials: ApiKeyCredentials): RequestSigner {
  return 'apiSecret' in credentials
    ? createHmacSigner(credentials)
    : createCallbackSigner(credentials);
}
