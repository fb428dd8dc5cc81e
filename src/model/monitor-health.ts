/** Where the monitor is in its life. `halted`: an invariant broke; it protects and opens nothing. */
export type MonitorState =
  | 'idle'
  | 'starting'
  | 'running'
  | 'paused'
  | 'halted'
  | 'stopping'
  | 'stopped';

/** How the monitor is, at a moment. Counts are of now unless a unit says otherwise. */
export interface MonitorHealth {
  readonly state: MonitorState;
  /** What the store promises: see `Store.durability`. */
  readonly durability: 'none' | 'process' | 'power';
  /** Whether the price feed is connected. */
  readonly websocketConnected: boolean;
  readonly exchangeConnected: boolean;
  readonly storeWritable: boolean;
  readonly activePositions: number;
  readonly activeTranches: number;
  /** Our orders that are not terminal. */
  readonly pendingOrders: number;
  /** Of those, orders whose outcome is unknown. */
  readonly unresolvedOrders: number;
  /** Tranches that want a stop and are covered by nothing. */
  readonly unprotected: number;
  /** Tranches that want a stop and that orders at the exchange alone do not cover: unprotected if this process ended. */
  readonly unprotectedIfCrashed: number;
  /** Milliseconds that tranches wanted a stop and nothing covered them, summed since the start, running ones included. */
  readonly nakedMs: number;
  readonly staleSymbols: readonly string[];
  /** Wall ms of the last thing learned from feed or exchange; 0 before the first. */
  readonly lastUpdate: number;
  /** Failures told since the start. */
  readonly errors: number;
  readonly uptimeMs: number;
}
