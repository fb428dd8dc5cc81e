import { ConfigError } from '../../../../errors/config-error.js';
import type { RequestSigner } from '../request-signer.js';
import { KeySigner } from './key-signer.js';

export interface CallbackSignerOptions {
  readonly apiKey: string;
  /**
   * Signs the payload, wherever the key lives: Ed25519 and RSA give base64, HMAC gives hex. It is encoded for the address
   * afterwards. A request that cannot be signed is not sent.
   */
  readonly sign: (payload: string) => Promise<string> | string;
}

/** A signer whose key stays with the host: in a vault, in hardware, in another process. */
export function createCallbackSigner({ apiKey, sign }: CallbackSignerOptions): RequestSigner {
  if (typeof sign !== 'function')
    throw new ConfigError('CONFIG_INVALID', 'The signing callback is missing', {
      expected: 'a function that takes the payload and gives the signature',
      received: `a value of type ${typeof sign}`,
    });
  return new KeySigner(apiKey, sign);
}
