import { createAsterExchange } from '../../adapters/exchanges/binance-dialect/create-aster-exchange.js';
import { createBinanceExchange } from '../../adapters/exchanges/binance-dialect/create-binance-exchange.js';
import { PaperExchange } from '../../adapters/exchanges/paper/paper-exchange.js';
import { ConfigError } from '../../errors/config-error.js';
import type { ExchangeAdapter } from '../../ports/exchange-adapter.js';
import { type Credentials, readCredentials, requireKeys } from './credentials.js';
import type { LiveConfig } from './live-config.js';
import type { ConnectionRequest } from './live-host.js';

const API_KEYS = ['API_KEY', 'API_SECRET'] as const;
const WALLET_KEYS = ['WALLET', 'SIGNER', 'SIGNER_KEY'] as const;

/**
 * The adapter that a configuration names, with the keys that the environment gives.
 *
 * @throws ConfigError `CONFIG_INVALID` for keys that are missing · ValidationError `INPUT_FILE_INVALID` for a key file
 */
export async function makeExchange(request: ConnectionRequest): Promise<ExchangeAdapter> {
  const { live, environment, clock, logger } = request;
  const { id, restUrl, streamUrl } = live.exchange;
  if (id === 'paper') return paperExchange(request);
  const keys = await readCredentials(environment);
  const common = {
    ...(restUrl !== undefined && { restUrl }),
    ...(streamUrl !== undefined && { streamUrl }),
    clock,
    logger,
  };
  if (id === 'binance') return createBinanceExchange({ ...common, ...apiKeys(keys) });
  if (!hasWallet(keys)) return createAsterExchange({ ...common, ...apiKeys(keys) });
  requireKeys(keys, WALLET_KEYS);
  return createAsterExchange({
    ...common,
    user: keys.get('WALLET'),
    signer: keys.get('SIGNER'),
    privateKey: keys.get('SIGNER_KEY') as `0x${string}`,
  });
}

function apiKeys(keys: Credentials): { readonly apiKey: string; readonly apiSecret: string } {
  requireKeys(keys, API_KEYS);
  return { apiKey: keys.get('API_KEY'), apiSecret: keys.get('API_SECRET') };
}

/** Wallet or API key: one of them, so that it is certain which account is meant. */
function hasWallet(keys: Credentials): boolean {
  const isWallet = WALLET_KEYS.some((name) => keys.has(name));
  if (isWallet && API_KEYS.some((name) => keys.has(name))) {
    throw new ConfigError('CONFIG_INVALID', 'Keys of two kinds are given', {
      expected: 'either an API key with its secret, or wallet, signer and signer key',
      received: 'some of both',
      remedy: 'Unset those that are not meant',
    });
  }
  return isWallet;
}

function paperExchange({ live, clock, logger }: ConnectionRequest): PaperExchange {
  const { resolved } = live;
  refuseUnknownSymbols(live);
  return new PaperExchange({
    instruments: [...resolved.instruments.values()],
    positionMode: resolved.positionMode === 'one-way' ? 'one-way' : 'hedge',
    clock,
    logger,
  });
}

/** The paper exchange knows no contract by itself. */
function refuseUnknownSymbols({ file, resolved }: LiveConfig): void {
  const unknown = [...resolved.core.plans.keys()].find(
    (symbol) => symbol !== '*' && !resolved.instruments.has(symbol),
  );
  if (unknown === undefined && resolved.instruments.size > 0) return;
  throw new ConfigError('CONFIG_INVALID', `${file}: instruments${unknown ? `.${unknown}` : ''}`, {
    expected: '{ "tickSize": …, "stepSize": … }',
    received: 'nothing',
    remedy: 'The paper exchange trades what stands there',
  });
}
