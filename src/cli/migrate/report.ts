/** One thing that has to be so before anything is changed. */
export interface Check {
  readonly id: CheckId;
  readonly status: 'ok' | 'warning' | 'failure';
  readonly detail: string;
  /** What to do about it; `null` when there is nothing to do. */
  readonly remedy: string | null;
}

export type CheckId =
  | 'database-opens'
  | 'database-whole'
  | 'database-kind'
  | 'database-unused'
  | 'database-rows'
  | 'settings'
  | 'settings-secrets'
  | 'settings-symbols'
  | 'target'
  | 'exchange'
  | 'position-mode'
  | 'prices';

/** One side of one symbol, three ways. Decimal strings; `null` = says nothing. */
export interface SideLine {
  readonly symbol: string;
  readonly side: 'LONG' | 'SHORT';
  /** What each table says. */
  readonly database: Readonly<Record<string, string>>;
  readonly exchange: string | null;
  /** What the new store holds, or would hold. */
  readonly store: string;
  readonly verdict: 'agreed' | 'exchange' | 'accepted' | 'undecided' | 'mismatch';
  /** Where quantity and split come from. */
  readonly source: string | null;
  readonly tranches: readonly {
    readonly id: string;
    readonly quantity: string;
    readonly entryPrice: string;
    readonly stopLoss: string | null;
    readonly takeProfits: readonly string[];
  }[];
  readonly notes: readonly string[];
}

export interface ExitLine {
  readonly symbol: string;
  readonly side: 'LONG' | 'SHORT';
  readonly orderId: string;
  readonly state: 'taken-over' | 'resting' | 'gone' | 'unknown';
  readonly detail: string;
}

/** What `migrate --json` prints. */
export interface MigrateReport {
  /**
   * `not-ready` and `mismatch`: nothing was changed · `dry-run`: it would have worked · `finished`: an earlier run had been
   * killed over its last step.
   */
  readonly did: 'migrated' | 'finished' | 'dry-run' | 'not-ready' | 'mismatch' | 'declined';
  readonly checks: readonly Check[];
  readonly positions: readonly SideLine[];
  readonly exits: readonly ExitLine[];
  readonly settings: {
    readonly shape: string;
    /** Id of the exchange that the new configuration names. */
    readonly exchange: string | null;
    readonly changes: readonly string[];
    readonly ignored: readonly string[];
    readonly unknown: readonly string[];
    /** Names only. */
    readonly secrets: readonly string[];
  } | null;
  /** Account that the store is stamped with; `null` = the first monitor that opens it. */
  readonly account: string | null;
  readonly store: string;
  readonly config: string;
  /** Folder of the backup; `null` when none was made. */
  readonly backup: string | null;
}
