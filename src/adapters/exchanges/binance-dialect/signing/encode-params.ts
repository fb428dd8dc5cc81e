import type { RequestParams } from '../request-signer.js';

/** What `encodeURIComponent` leaves and form encoders of exchanges do not. */
const RESERVED = /[!'()*]/g;

/** Percent-encodes one value as UTF-8. Throws for text that is no Unicode. */
export function encodeValue(value: string): string {
  return encodeURIComponent(value).replace(
    RESERVED,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Parameters as they are signed and sent, in their order. */
export function encodeParams(params: RequestParams): string {
  return params.map(([name, value]) => `${encodeValue(name)}=${encodeValue(value)}`).join('&');
}
