import type { ExchangeAdapter } from '../../../ports/exchange-adapter.js';
import { ASTER, ASTER_V3 } from './aster.js';
import { type ApiKeyCredentials, apiKeySigner } from './create-binance-exchange.js';
import { createDialectExchange, type DialectOptions } from './exchange-options.js';
import { createEip712Signer, type Eip712SignerOptions } from './signing/eip712-signer.js';

/** A wallet that signs for the account, or one of the older API keys. */
export type AsterExchangeOptions = DialectOptions & (Eip712SignerOptions | ApiKeyCredentials);

/**
 * An account at Aster. Wallets use the newer tree of calls, API keys the older one.
 *
 * @throws ConfigError for keys or addresses that cannot be used
 * @example
 * const exchange = createAsterExchange({ user, signer, privateKey });
 */
export function createAsterExchange(options: AsterExchangeOptions): ExchangeAdapter {
  if ('apiKey' in options) {
    return createDialectExchange(ASTER, options, apiKeySigner(options), options.apiKey);
  }
  const signer = createEip712Signer(options);
  return createDialectExchange(ASTER_V3, options, signer, options.user.toLowerCase());
}
