import type { EngineState } from '../engine/state.js';
import { positionStatus, trancheView } from '../engine/views.js';
import type { TrancheId } from '../model/ids.js';
import type { PositionStatus, TrancheView } from '../model/views.js';

/** All sides of one symbol. */
export interface SymbolStatus {
  readonly symbol: string;
  readonly positions: readonly PositionStatus[];
  /** The tranches of all sides. */
  readonly tranches: readonly TrancheView[];
}

/** Every side that holds something. */
export function openPositions(engine: EngineState, mono: number): readonly PositionStatus[] {
  return [...engine.symbols.values()].flatMap((symbol) =>
    (['LONG', 'SHORT'] as const)
      .filter((side) => symbol.live[side].length > 0)
      .map((side) => positionStatus(engine, symbol, side, mono)),
  );
}

/** The tranche that an entry order went to, followed through merges. */
export function trancheOfOrder(
  engine: EngineState,
  orderId: string,
  mono: number,
): TrancheView | undefined {
  for (const ledger of engine.ledgers.values()) {
    if (ledger.orderId !== orderId && ledger.clientOrderId !== orderId) continue;
    let node = engine.nodes.get(ledger.trancheIds.at(-1) as TrancheId);
    while (node?.tranche.mergedInto) node = engine.nodes.get(node.tranche.mergedInto);
    if (node) return trancheView(engine, node, mono);
  }
  return undefined;
}
