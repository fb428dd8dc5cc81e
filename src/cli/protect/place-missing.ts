import { createHash } from 'node:crypto';
import { inTime } from '../../execution/in-time.js';
import { normaliseOutcome } from '../../execution/normalise-reports.js';
import { RECV_WINDOW_MS, SEND_WITHIN_MS } from '../../limits.js';
import { exitSideOf } from '../../model/side.js';
import { randomId } from '../../platform/random-id.js';
import type { Clock } from '../../ports/clock.js';
import type { PlaceOrderRequest } from '../../ports/exchange-adapter.js';
import type { AccountReader } from '../live-config/account-reader.js';
import type { MissingExit } from './missing-exits.js';

/** What became of one order. `unknown` is no failure: a later look says whether it rests. */
export interface PlacedExit extends MissingExit {
  readonly clientOrderId: string;
  readonly outcome: 'accepted' | 'rejected' | 'unknown' | 'not-sent';
  readonly detail: string | null;
}

const PREFIX = 'protect-';
const DIGEST_LENGTH = 24;

/**
 * Sends the orders one after the other, each once. Nothing is retried: whoever asks again is shown first what rests.
 *
 * An order has the id of what it asks for, so that asking twice for the same thing is refused where ids are unique
 * among open orders.
 */
export async function placeMissing(
  reader: AccountReader,
  missing: readonly MissingExit[],
  clock: Clock,
): Promise<readonly PlacedExit[]> {
  const placed: PlacedExit[] = [];
  for (const exit of missing) {
    if (exit.kind === null || exit.level === null || exit.obstacle !== null) continue;
    const request = await requestOf(reader, exit, clock);
    const { outcome, detail } = await send(reader, request, clock);
    placed.push({ ...exit, clientOrderId: request.clientOrderId, outcome, detail });
  }
  return placed;
}

async function requestOf(
  { exchange, account }: AccountReader,
  exit: MissingExit,
  clock: Clock,
): Promise<PlaceOrderRequest> {
  const { symbol, side, quantity, level, kind, triggerSource, priceProtect } = exit;
  const now = await inTime(clock, async () => (await exchange.fetchServerTime?.()) ?? clock.now());
  const price = level as string;
  const isLimit = kind === 'limit';
  const unique = exchange.capabilities.clientOrderId.unique === 'forever' ? randomId(8) : '';
  const terms = JSON.stringify([symbol, side, exit.role, kind, quantity, level, unique]);
  const digest = createHash('sha256').update(terms).digest('hex').slice(0, DIGEST_LENGTH);
  return {
    clientOrderId: `${PREFIX}${digest}`,
    symbol,
    side: exitSideOf(side),
    positionSide: account.positionMode === 'hedge' ? side : 'BOTH',
    kind: kind as PlaceOrderRequest['kind'],
    quantity,
    ...(isLimit ? { price } : { triggerPrice: price }),
    ...(!isLimit && triggerSource !== null && { triggerSource }),
    ...(!isLimit && { priceProtect }),
    reduceOnly: true,
    expiresAt: now + SEND_WITHIN_MS + RECV_WINDOW_MS,
  };
}

async function send(
  { exchange }: AccountReader,
  request: PlaceOrderRequest,
  clock: Clock,
): Promise<Pick<PlacedExit, 'outcome' | 'detail'>> {
  try {
    const raw = await inTime(clock, () => exchange.placeOrder(request));
    const outcome = normaliseOutcome(raw, request);
    switch (outcome.kind) {
      case 'accepted':
        return { outcome: 'accepted', detail: null };
      case 'rejected':
        return {
          outcome: 'rejected',
          detail: `${outcome.rejection.code}: ${outcome.rejection.detail}`,
        };
      default:
        return { outcome: outcome.kind, detail: outcome.detail };
    }
  } catch (error) {
    return { outcome: 'unknown', detail: error instanceof Error ? error.message : String(error) };
  }
}
