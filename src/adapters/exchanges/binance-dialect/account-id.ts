import { ConfigError } from '../../../errors/config-error.js';

const HEX_DIGITS = 16;

/**
 * A stable name of an account that tells nothing about its key: the beginning of a SHA-256.
 *
 * @param exchange name of the exchange
 * @param key API key or wallet address
 */
export async function accountIdOf(exchange: string, key: string): Promise<string> {
  const { subtle } = globalThis.crypto ?? {};
  if (subtle === undefined) {
    throw new ConfigError('CONFIG_UNSUPPORTED', 'The account cannot be named', {
      expected: 'Web Crypto, which browsers offer to secure pages only',
      received: 'a runtime without it',
      remedy: 'Run it in Node, or serve the page over https:// (or from localhost)',
    });
  }
  const digest = await subtle.digest('SHA-256', new TextEncoder().encode(`${exchange} ${key}`));
  const hex = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0'));
  return `${exchange}:${hex.join('').slice(0, HEX_DIGITS)}`;
}
