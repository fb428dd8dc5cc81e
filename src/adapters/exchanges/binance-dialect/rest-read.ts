import type { RestAnswer, RestCall, RestClient } from './rest-call.js';
import { readFailure } from './rest-outcome.js';

/** Codes that say of a query: no such order. */
const UNKNOWN_ORDER_CODES: ReadonlySet<number> = new Set([-2013, -2011]);

export type ReadCall = Pick<RestCall, 'path' | 'params' | 'auth' | 'weight' | 'class'>;

/**
 * Asks once.
 *
 * @throws ExchangeError when there is no readable answer
 */
export async function readBody(client: RestClient, call: ReadCall): Promise<unknown> {
  const answer = await client.call({ ...call, method: 'GET', orders: 0 });
  if (answer.kind !== 'ok') throw readFailure(answer);
  return answer.body;
}

/** Like {@link readBody}; `null` when the exchange says that it does not know the order. */
export async function readOrderBody(client: RestClient, call: ReadCall): Promise<unknown> {
  const answer = await client.call({ ...call, method: 'GET', orders: 0 });
  if (answer.kind === 'ok') return answer.body;
  if (isUnknownOrder(answer)) return null;
  throw readFailure(answer);
}

export function isUnknownOrder(answer: RestAnswer): boolean {
  return (
    answer.kind === 'refused' &&
    answer.status < 500 &&
    answer.code !== null &&
    UNKNOWN_ORDER_CODES.has(answer.code)
  );
}
