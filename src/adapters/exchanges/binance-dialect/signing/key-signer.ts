import { ConfigError } from '../../../../errors/config-error.js';
import type { RequestParams, RequestSigner, SignedRequest } from '../request-signer.js';
import { encodeParams, encodeValue } from './encode-params.js';

const KEY_HEADER = 'X-MBX-APIKEY';

/**
 * A signer with an API key, a timestamp and a window. How the payload is signed is the subclass's or caller's affair.
 *
 * Keys are private fields: nothing lists, prints or serialises them.
 */
export class KeySigner implements RequestSigner {
  readonly #apiKey: string;
  readonly #signPayload: (payload: string) => Promise<string> | string;

  constructor(apiKey: string, signPayload: (payload: string) => Promise<string> | string) {
    this.#apiKey = requireCredential('apiKey', apiKey);
    this.#signPayload = signPayload;
  }

  get headers(): Readonly<Record<string, string>> {
    return { [KEY_HEADER]: this.#apiKey };
  }

  /** The key's header is enough for them. */
  get signsKeyCalls(): boolean {
    return false;
  }

  sign(
    params: RequestParams,
    at: number,
    windowMs: number,
  ): Promise<SignedRequest> | SignedRequest {
    const payload = encodeParams([
      ...params,
      ['recvWindow', String(Math.floor(windowMs))],
      ['timestamp', String(Math.floor(at))],
    ]);
    const signature = this.#signPayload(payload);
    return typeof signature === 'string'
      ? this.#signed(payload, signature)
      : signature.then((made) => this.#signed(payload, made));
  }

  toJSON(): string {
    return '[signer]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[signer]';
  }

  #signed(payload: string, signature: string): SignedRequest {
    if (typeof signature !== 'string' || signature === '')
      throw new ConfigError('CONFIG_INVALID', 'The signer gave no signature', {
        remedy: 'Return it as text: hex for HMAC, base64 for Ed25519 and RSA',
      });
    /** Base64 holds characters that mean something else in a query. */
    return { query: `${payload}&signature=${encodeValue(signature)}`, headers: this.headers };
  }
}

/** A credential that can be sent. The message never holds what was received. */
export function requireCredential(name: string, value: unknown): string {
  if (typeof value !== 'string' || !/^[\x21-\x7e]{1,4096}$/.test(value))
    throw new ConfigError('CONFIG_INVALID', `The credential ${name} cannot be used`, {
      expected: 'text of printable characters without spaces',
      received: typeof value === 'string' ? 'other text' : `a value of type ${typeof value}`,
      remedy: 'Check for blanks and line ends from copying',
    });
  return value;
}
