import { inTime } from '../execution/in-time.js';
import { normaliseAll, normaliseOrder, normalisePosition } from '../execution/normalise-reports.js';
import { VERIFY_READS_MAX } from '../limits.js';
import type { ProtectionReport } from '../model/protection-report.js';
import { type BelievedProtection, verifyProtection } from '../reconciliation/verify-protection.js';
import { believedProtection } from './believed-protection.js';
import type { Session } from './session.js';

/**
 * Reads orders and positions from the exchange and holds them against what we believe.
 *
 * What we believe may change while the answer is on its way, e.g. by a stop that moves; the two then speak of different
 * moments, so it is asked again. The last answer stands as it is: a doubt is reported as a gap, never as cover.
 */
export async function askProtection({
  parts,
  exchange,
  state,
}: Pick<Session, 'parts' | 'exchange' | 'state'>): Promise<ProtectionReport> {
  const { scheduler, clock } = parts;
  for (let reads = 1; ; reads += 1) {
    const before = substanceOf(believedProtection(state, clock.monotonic()));
    const [orders, positions] = await Promise.all([
      scheduler.read(() => inTime(clock, () => exchange.fetchOpenOrders())),
      scheduler.read(() => inTime(clock, () => exchange.fetchPositions())),
    ]);
    const now = clock.now();
    const believed = believedProtection(state, clock.monotonic());
    if (reads < VERIFY_READS_MAX && substanceOf(believed) !== before) continue;
    return verifyProtection(
      believed,
      normaliseAll(orders, 'open orders', normaliseOrder),
      normaliseAll(positions, 'positions', (row, name) => normalisePosition(row, now, name)),
      now,
    );
  }
}

/** What an answer of the exchange can be compared with, as text: quantities held and orders counted on. */
function substanceOf(believed: readonly BelievedProtection[]): string {
  return JSON.stringify(
    believed.map(({ symbol, side, tranches, orders }) => [
      symbol,
      side,
      tranches.map(({ trancheId, held }) => [trancheId, held.toFixed()]),
      orders.map(({ clientOrderId, trancheId }) => [clientOrderId, trancheId]),
    ]),
  );
}
