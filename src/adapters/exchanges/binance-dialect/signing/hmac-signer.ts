import { ConfigError } from '../../../../errors/config-error.js';
import type { RequestSigner } from '../request-signer.js';
import { nodeBuiltin } from '../transport/node-builtin.js';
import { KeySigner, requireCredential } from './key-signer.js';

export interface HmacCredentials {
  readonly apiKey: string;
  readonly apiSecret: string;
}

type SignPayload = (payload: string) => Promise<string> | string;

/** Signs with HMAC-SHA256, hex. The key is made ready once; the secret's text is not kept. */
export function createHmacSigner({ apiKey, apiSecret }: HmacCredentials): RequestSigner {
  const secret = requireCredential('apiSecret', apiSecret);
  return new KeySigner(apiKey, signWithNode(secret) ?? signWithWebCrypto(secret));
}

function signWithNode(secret: string): SignPayload | null {
  const crypto = nodeBuiltin('node:crypto');
  if (crypto === null) return null;
  const key = crypto.createSecretKey(secret, 'utf8');
  return (payload) => crypto.createHmac('sha256', key).update(payload, 'utf8').digest('hex');
}

/** Exported for tests: Node has both, and they must agree. */
export function signWithWebCrypto(secret: string): SignPayload {
  const subtle = globalThis.crypto?.subtle;
  if (subtle === undefined)
    throw new ConfigError('CONFIG_UNSUPPORTED', 'This runtime cannot sign with HMAC', {
      expected: "Node's crypto or Web Crypto (browsers offer it on https pages)",
      remedy: 'Give a signing callback instead',
    });
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const encoder = new TextEncoder();
  const key = subtle.importKey('raw', encoder.encode(secret), algorithm, false, ['sign']);
  /** A failed import is told with the first signature; until then nobody waits for it. */
  key.catch(() => undefined);
  return async (payload) => hexOf(await subtle.sign('HMAC', await key, encoder.encode(payload)));
}

function hexOf(bytes: ArrayBuffer): string {
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
