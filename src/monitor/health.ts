import { coverPartOf, nakedSince, wantsCover } from '../engine/coverage.js';
import type { EngineState } from '../engine/state.js';
import { ZERO } from '../model/decimal.js';
import type { MonitorHealth, MonitorState } from '../model/monitor-health.js';
import { isSettled } from '../model/order.js';
import type { Store } from '../ports/store.js';

export interface HealthRequest {
  readonly state: MonitorState;
  readonly durability: Store['durability'];
  readonly engine: EngineState | null;
  readonly mono: number;
  readonly now: number;
  readonly startedMono: number | null;
}

/** The state of everything in one look. */
export function healthOf(request: HealthRequest): MonitorHealth {
  const { engine, mono } = request;
  const uptimeMs = request.startedMono === null ? 0 : Math.max(0, mono - request.startedMono);
  if (engine === null) {
    return Object.freeze({
      state: request.state,
      durability: request.durability,
      websocketConnected: false,
      exchangeConnected: false,
      storeWritable: false,
      activePositions: 0,
      activeTranches: 0,
      pendingOrders: 0,
      unresolvedOrders: 0,
      unprotected: 0,
      unprotectedIfCrashed: 0,
      nakedMs: 0,
      staleSymbols: [],
      lastUpdate: 0,
      errors: 0,
      uptimeMs,
    });
  }
  const orders = countOrders(engine);
  const tranches = countTranches(engine, mono);
  return Object.freeze({
    state: request.state,
    durability: request.durability,
    websocketConnected: engine.feedUp,
    exchangeConnected: engine.exchangeUp,
    storeWritable: engine.storeWritable,
    activePositions: tranches.positions,
    activeTranches: tranches.active,
    pendingOrders: orders.pending,
    unresolvedOrders: orders.unresolved,
    unprotected: tranches.unprotected,
    unprotectedIfCrashed: tranches.unprotectedIfCrashed,
    nakedMs: engine.nakedMs + tranches.nakedMs,
    staleSymbols: [...engine.symbols.values()]
      .filter((symbol) => symbol.stale)
      .map((symbol) => symbol.symbol),
    lastUpdate: lastUpdateOf(engine, request.now, mono),
    errors: engine.errors,
    uptimeMs,
  });
}

/** Quiet ticks leave no trace but in their price book. */
function lastUpdateOf(engine: EngineState, now: number, mono: number): number {
  let youngest = Number.NEGATIVE_INFINITY;
  for (const symbol of engine.symbols.values()) {
    for (const book of symbol.books.values()) youngest = Math.max(youngest, book.lastReceivedAt);
  }
  return Number.isFinite(youngest)
    ? Math.max(engine.lastUpdate, Math.round(now - Math.max(0, mono - youngest)))
    : engine.lastUpdate;
}

function countOrders(engine: EngineState): { pending: number; unresolved: number } {
  let pending = 0;
  let unresolved = 0;
  for (const order of engine.orders.values()) {
    if (isSettled(order)) continue;
    pending += 1;
    if (order.status === 'unresolved' || order.cancelStatus === 'unresolved') unresolved += 1;
  }
  return { pending, unresolved };
}

function countTranches(engine: EngineState, mono: number) {
  let positions = 0;
  let active = 0;
  let unprotected = 0;
  let unprotectedIfCrashed = 0;
  let nakedMs = 0;
  for (const symbol of engine.symbols.values()) {
    for (const side of ['LONG', 'SHORT'] as const) {
      if (symbol.live[side].length > 0) positions += 1;
      for (const node of symbol.live[side]) {
        active += 1;
        if (!wantsCover(node)) continue;
        const { resting, pooled = ZERO, held } = coverPartOf(engine, node, mono);
        if (resting.plus(pooled).lt(held)) unprotectedIfCrashed += 1;
        const since = nakedSince(engine, node, mono);
        if (since === null) continue;
        unprotected += 1;
        nakedMs += mono - since;
      }
    }
  }
  return { positions, active, unprotected, unprotectedIfCrashed, nakedMs };
}
