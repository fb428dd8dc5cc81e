import { type EngineState, ledgerKey, type TrancheNode } from '../engine/state.js';
import { positionStatus, trancheView } from '../engine/views.js';
import type { TrancheId } from '../model/ids.js';
import { configuredPlan } from '../model/settings.js';
import type { PositionStatus, TrancheView } from '../model/views.js';

/** All sides of one symbol. */
export interface SymbolStatus {
  readonly symbol: string;
  readonly positions: readonly PositionStatus[];
  /** The tranches of all sides. */
  readonly tranches: readonly TrancheView[];
}

/** Whether settings or a registered order cover a symbol. */
export function isPlanned(engine: EngineState, symbol: string): boolean {
  if (configuredPlan(engine.settings, symbol) !== null) return true;
  for (const registration of engine.registrations.values()) {
    if (registration.symbol === symbol) return true;
  }
  return false;
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
  /** By the exchange's id that is a look-up per symbol; only a client id needs the long way. */
  for (const symbol of engine.symbols.keys()) {
    const ledger = engine.ledgers.get(ledgerKey(symbol, orderId));
    const found = ledger && survivorOf(engine, ledger.trancheIds.at(-1));
    if (found) return trancheView(engine, found, mono);
  }
  for (const ledger of engine.ledgers.values()) {
    if (ledger.clientOrderId !== orderId) continue;
    const found = survivorOf(engine, ledger.trancheIds.at(-1));
    if (found) return trancheView(engine, found, mono);
  }
  return undefined;
}

function survivorOf(engine: EngineState, id: TrancheId | undefined): TrancheNode | undefined {
  let node = id === undefined ? undefined : engine.nodes.get(id);
  while (node?.tranche.mergedInto) node = engine.nodes.get(node.tranche.mergedInto);
  return node;
}
