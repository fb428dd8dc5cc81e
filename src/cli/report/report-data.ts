/**
 * What a report is made of: plain data, embedded in the page as JSON. Prices, quantities and money are decimal strings
 * where they are read, numbers where they are drawn; times are ms since 1970 UTC.
 */
export interface ReportData {
  readonly symbol: string;
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  /** Steps that a row has: 4 in bars that are walked. */
  readonly stepsPerRow: number;
  readonly setup: ReportSetup;
  readonly summary: ReportSummary;
  readonly rules: readonly ReportRule[];
  readonly prices: readonly (DecimatedSeries & { readonly source: string })[];
  readonly pnl: PnlData;
  readonly tranches: readonly ReportTranche[];
  readonly entries: readonly ReportEntry[];
  readonly exits: readonly ReportExit[];
  /** Moves of levels that were too many to draw. */
  readonly movesLeftOut: number;
  readonly warnings: readonly string[];
  readonly warningsLeftOut: number;
}

/** Files without their folders, and how the paper exchange filled. */
export interface ReportSetup {
  readonly ticks: string;
  readonly config: string;
  readonly entries: string;
  readonly fills: string;
}

export interface ReportSummary {
  readonly entries: number;
  readonly tranches: number;
  readonly open: number;
  readonly exits: number;
  readonly realizedPnl: string;
  readonly fees: string;
  readonly netPnl: string;
  /** Of what is still open, at the last price. */
  readonly unrealizedPnl: string;
  readonly maxDrawdown: string;
  /** Closed tranches that earned something after fees, and all closed ones. */
  readonly won: number;
  readonly closed: number;
  readonly slippage: ReportSlippage | null;
  readonly clampedRows: number;
}

/** Distance of fills from their levels; in favour of the position = positive. */
export interface ReportSlippage {
  /** Exits that had a level. */
  readonly exits: number;
  /** Money, over all of them. */
  readonly total: string;
  /** Mean by value, and the worst of them, basis points of the level. */
  readonly meanBps: number;
  readonly worstBps: number;
}

export interface ReportRule {
  readonly reason: string;
  readonly exits: number;
  /** Of all executed exits, 0 to 1. */
  readonly hitRate: number;
  readonly pnl: string;
  readonly slippage: ReportSlippage | null;
}

export interface ReportEntry {
  readonly id: string;
  readonly side: string;
  readonly quantity: string;
  readonly price: string;
  readonly row: number;
  readonly time: number;
  /** Place in `tranches`; `null` when it opened none. */
  readonly tranche: number | null;
  /** `joined a`, `merged into a`, or nothing. */
  readonly fate: string;
}

export interface ReportTranche {
  readonly id: string;
  readonly side: string;
  readonly number: number;
  /** Entry that opened it. */
  readonly entry: string;
  readonly opened: Moment | null;
  readonly closed: Moment | null;
  readonly reason: string | null;
  readonly entryPrice: StepLineData;
  readonly resting: StepLineData;
  readonly guard: StepLineData;
  readonly targets: readonly StepLineData[];
  readonly rules: readonly (Moment & { readonly rule: string })[];
  readonly trailArmed: Moment | null;
  readonly breakevenReached: Moment | null;
}

/** One executed leg, with everything that led to it. */
export interface ReportExit {
  readonly entry: string;
  readonly tranche: number;
  readonly side: string;
  readonly reason: string;
  readonly portion: string;
  readonly quantity: string;
  readonly level: string | null;
  readonly price: string;
  readonly row: number | null;
  readonly time: number;
  /** Per contract, in favour of the position = positive; `null` without a level. */
  readonly slippage: string | null;
  readonly slippageBps: number | null;
  /** Before fees. */
  readonly pnl: string;
  readonly fees: string;
  readonly chain: ReportChain;
}

/** Tick, rule, requests, fills. */
export interface ReportChain {
  readonly tick: {
    readonly source: string;
    readonly price: string;
    readonly time: number;
    readonly row: number | null;
  } | null;
  /** Levels that were reached, and what was decided. */
  readonly hits: readonly ReportHit[];
  readonly requests: readonly ReportRequest[];
  /** Requests of the tranche from its entry to its end; `null` while it is open. */
  readonly requestsOfTranche: number | null;
  readonly fills: readonly ReportFill[];
}

export interface ReportHit extends Moment {
  readonly rule: string;
  readonly level: string;
  readonly source: string;
  readonly price: string;
  readonly decision: string;
}

export interface ReportRequest {
  readonly id: string;
  readonly role: string;
  readonly kind: string;
  /** Trigger or limit; `null` = none. */
  readonly level: string | null;
  readonly quantity: string;
  readonly status: string;
  readonly sentAt: number | null;
  readonly acceptedAt: number | null;
  readonly endedAt: number | null;
}

export interface ReportFill {
  readonly orderId: string;
  readonly quantity: string;
  readonly price: string;
  readonly fee: string;
  readonly time: number;
}

/** Where in the recording something was seen. */
export interface Moment {
  readonly time: number;
  /** Counted as the rows of legs are. */
  readonly row: number;
}

/** A line made of real samples. */
export interface DecimatedSeries {
  /** Samples that were told. */
  readonly samples: number;
  /** Neighbouring samples that one step of the line stands for; 1 = every sample is there. */
  readonly perStep: number;
  /** Ms since the point before; the first one since 1970 UTC. */
  readonly waits: readonly number[];
  readonly values: readonly number[];
}

/** A value that holds until the next one: columns of one length. */
export interface StepLineData {
  readonly times: readonly number[];
  /** Counted as the rows of legs are. */
  readonly rows: readonly number[];
  /** `null` = there is none from here on. */
  readonly values: readonly (number | null)[];
}

export interface PnlData {
  /** Realised, after fees; a step for each fill. */
  readonly realized: StepLineData;
  /** Realised and unrealised, after fees, at every price. */
  readonly total: DecimatedSeries;
  /** Deepest fall of the total from a peak, as a positive amount. */
  readonly maxDrawdown: number;
}
