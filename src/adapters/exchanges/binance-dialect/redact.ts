import { DETAIL_LENGTH_MAX } from '../../../limits.js';

/** Long runs without a blank: keys, signatures and listen keys. Client order ids stay below this length. */
const LONG_RUN = /[A-Za-z0-9+/=_%-]{40,}/g;
const HIDDEN = '[hidden]';

/** Text from outside as it may be shown: without the given secrets, without anything like one, on one line, cut. */
export function redact(text: string, secrets: readonly string[]): string {
  const length = DETAIL_LENGTH_MAX * 4;
  /** A word that the cut went through could be the beginning of a secret. */
  let shown = text.length <= length ? text : text.slice(0, length).replace(/\S*$/, '');
  for (const secret of secrets) {
    if (secret.length >= 4) shown = shown.split(secret).join(HIDDEN);
  }
  return shown
    .replace(LONG_RUN, HIDDEN)
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, DETAIL_LENGTH_MAX);
}
