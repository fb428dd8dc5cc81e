import { PAPER_CLIENT_ID_LENGTH_MAX } from '../../limits.js';
import type { InstrumentInput } from '../../model/instrument.js';
import { ORDER_KINDS } from '../../model/order-kind.js';
import type { PositionMode } from '../../model/side.js';
import type { Clock } from '../../ports/clock.js';
import type { ExchangeCapabilities, ReduceOnlySupport } from '../../ports/exchange-adapter.js';
import { SIM_PROFILES, type SimProfile, type SimProfileName } from './sim-profile.js';

/** What a `SimExchange` is made of. Only `instruments` is needed. */
export interface SimExchangeOptions {
  /** The contracts that trade there. */
  readonly instruments: readonly InstrumentInput[];
  /** Give the monitor, its feed and its exchange the same clock. Default: the system's. */
  readonly clock?: Clock;
  /** The character of the exchange: a ready-made one by name, or one of your own. Default `binanceLike`. */
  readonly profile?: SimProfileName | SimProfile;
  /** How the account holds positions. Default `hedge` where the profile has it, else `one-way`. */
  readonly positionMode?: PositionMode;
  /** Round trip of a request, ms: half there, half back; events take the way back. Default 10. */
  readonly latencyMs?: number;
  /** Stamped into the store by the monitor. Default `sim`. */
  readonly accountId?: string;
  /** First prices (LAST) by symbol, so that the market has one before the first tick. */
  readonly prices?: Readonly<Record<string, number | string>>;
}

/** The profile that the options mean. */
export function profileFrom({ profile = 'binanceLike' }: SimExchangeOptions): SimProfile {
  if (typeof profile !== 'string') return profile;
  const found = SIM_PROFILES[profile];
  if (found !== undefined) return found;
  throw new RangeError(
    `no profile ${profile}; there are ${Object.keys(SIM_PROFILES).join(', ')}, or one of your own`,
  );
}

/** What the monitor is told that such an exchange can do. */
export function capabilitiesOf(profile: SimProfile): ExchangeCapabilities {
  const clamps = profile.excess !== 'executed';
  const support = (able: ReduceOnlySupport): ReduceOnlySupport => (clamps ? able : 'none');
  return {
    positionModes: profile.positionModes,
    reduceOnly: { hedge: support('implied'), oneWay: support('flag') },
    countsRestingReduceOnly: profile.countsRestingReduceOnly,
    severalStops: profile.severalStops,
    orderKinds: ORDER_KINDS,
    triggerSources: ['LAST', 'MARK', 'INDEX', 'BID', 'ASK'],
    batchSize: profile.batchSize,
    maxProtectiveOrders: { perSymbol: null, perAccount: null },
    clientOrderId: {
      maxLength: PAPER_CLIENT_ID_LENGTH_MAX,
      unique: profile.clientIds === 'forever' ? 'forever' : 'open',
    },
    minNotionalOnExits: false,
    // As at a real exchange: a price that jumps needs a second witness, and a volatile store is warned of.
    pricesConfirmThemselves: false,
    live: true,
  };
}
