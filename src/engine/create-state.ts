import { ZERO } from '../model/decimal.js';
import type { PriceSource } from '../model/price.js';
import type { CoreSettings } from '../model/settings.js';
import type { VenueTraits } from '../model/venue-traits.js';
import type { Issuer } from '../orders/client-order-id.js';
import type { EngineState, SymbolState } from './state.js';

export interface EngineSetup {
  readonly settings: CoreSettings;
  readonly issuer: Issuer;
  readonly venue: VenueTraits;
  readonly feedSources: ReadonlySet<PriceSource>;
  /** Highest event number of the store. */
  readonly lastSeq: number;
}

/** A monitor that knows nothing yet. */
export function createState(setup: EngineSetup): EngineState {
  return {
    settings: setup.settings,
    issuer: setup.issuer,
    venue: setup.venue,
    feedSources: setup.feedSources,
    phase: 'booting',
    paused: false,
    halted: false,
    storeWritable: true,
    recordingMs: 0,
    exchangeUp: false,
    streamHeard: false,
    feedUp: false,
    comparedAt: null,
    inputs: 0,
    eventSeq: setup.lastSeq,
    openedSeq: 0,
    unrecordedEvents: [],
    errors: 0,
    lastUpdate: 0,
    symbols: new Map(),
    nodes: new Map(),
    orders: new Map(),
    byVenueId: new Map(),
    ledgers: new Map(),
    registrations: new Map(),
    marks: new Map(),
    searches: new Map(),
    strays: [],
    cancelPauses: new Map(),
    early: [],
    lookUps: new Map(),
    sharesStops: isCapped(setup.venue),
    foreignStops: 0,
    stopsTight: false,
    closed: [],
    nakedMs: 0,
    closeWaiters: [],
  };
}

/** Whether the exchange limits how many conditional orders rest. */
export function isCapped({ maxProtectiveOrders }: VenueTraits): boolean {
  return maxProtectiveOrders.perSymbol !== null || maxProtectiveOrders.perAccount !== null;
}

/** The state of a symbol, made on first use. */
export function symbolState(state: EngineState, symbol: string): SymbolState {
  let known = state.symbols.get(symbol);
  if (known === undefined) {
    known = {
      symbol,
      instrument: null,
      books: new Map(),
      suspicions: new Map(),
      live: { LONG: [], SHORT: [] },
      external: { LONG: ZERO, SHORT: ZERO },
      differences: { LONG: null, SHORT: null },
      unsure: { LONG: false, SHORT: false },
      reducing: new Set(),
      unmatched: [],
      adopted: [],
      foreignStops: 0,
      sharedFor: new Map(),
      sharedSeen: '',
      lastFillMono: Number.NEGATIVE_INFINITY,
      stale: false,
      watched: false,
      confirming: new Set(),
      bars: [],
      liquidation: { LONG: null, SHORT: null },
    };
    state.symbols.set(symbol, known);
  }
  return known;
}
