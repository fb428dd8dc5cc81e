import { isGuardedLocally } from '../engine/coverage.js';
import { isSharedStop } from '../engine/shared-stops.js';
import type { EngineState } from '../engine/state.js';
import { isOpen } from '../model/order.js';
import { remaining } from '../model/tranche.js';
import { withoutSlot } from '../orders/client-order-id.js';
import type { BelievedProtection } from '../reconciliation/verify-protection.js';

/** What memory says protects each side; the exchange has the last word on it. */
export function believedProtection(
  state: EngineState,
  mono: number,
): readonly BelievedProtection[] {
  return [...state.symbols.values()].flatMap((symbol) =>
    (['LONG', 'SHORT'] as const)
      .filter((side) => symbol.live[side].length > 0)
      .map((side) => ({
        symbol: symbol.symbol,
        side,
        tranches: symbol.live[side].map((node) => ({
          trancheId: node.tranche.id,
          held: remaining(node.tranche),
          wantsStop: node.tranche.levels.stopLoss !== null,
          guardedLocally: isGuardedLocally(state, node, mono),
        })),
        orders: symbol.live[side].flatMap((node) =>
          node.orders
            .filter((order) => isOpen(order.status) && order.cancelStatus === 'none')
            .map(({ clientOrderId, trancheId, role, slot, terms }) => ({
              clientOrderId,
              trancheId,
              role,
              terms,
              ...(isSharedStop({ role, slot }) && { sharedBatch: withoutSlot(clientOrderId) }),
            })),
        ),
      })),
  );
}
