import { invariant } from '../errors/invariant.js';
import { RANDOM_ID_LENGTH } from '../limits.js';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
/** Bytes from here on would make the first characters likelier than the last. */
const FAIR_BYTES = 256 - (256 % ALPHABET.length);

/**
 * A random id of base-36 characters, from the runtime's secure generator.
 *
 * @param length characters, 1 to 64
 */
export function randomId(length: number = RANDOM_ID_LENGTH): string {
  invariant(
    Number.isInteger(length) && length >= 1 && length <= 64,
    'a random id has 1 to 64 characters',
  );
  const bytes = new Uint8Array(length * 2);
  let id = '';
  while (id.length < length) {
    globalThis.crypto.getRandomValues(bytes);
    for (const byte of bytes) {
      if (byte < FAIR_BYTES && id.length < length) id += ALPHABET[byte % ALPHABET.length];
    }
  }
  return id;
}
