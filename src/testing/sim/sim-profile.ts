import type { PositionMode } from '../../model/side.js';

/** Names of the ready-made characters of a simulated exchange. */
export type SimProfileName = 'binanceLike' | 'okxLike' | 'hyperliquidLike' | 'worstCase';

/** How a simulated exchange differs from others: only what decisions of the monitor may hang on. */
export interface SimProfile {
  readonly name: SimProfileName;
  readonly positionModes: readonly PositionMode[];
  /**
   * What becomes of the part of a reducing order that is more than the position: `clamped` cuts it off, `refused`
   * refuses such an order when it comes in, `executed` lets it open the other side.
   */
  readonly excess: 'clamped' | 'refused' | 'executed';
  /** Among which orders a client id must be unique. */
  readonly clientIds: 'open' | 'forever' | 'none';
  /** Whether resting reduce-only limits count against a further reducing order. */
  readonly countsRestingReduceOnly: boolean;
  /** Whether several stops may rest for one side. */
  readonly severalStops: boolean;
  /** Whether resting reduce-only orders end with the position. */
  readonly dropsReduceOnlyWhenFlat: boolean;
  /** Largest batch of orders; 1 = no batches. */
  readonly batchSize: number;
  /** Time from a trigger to its execution, ms; 0 = within the same moment. */
  readonly triggerMs: number;
  /** Whether current prices and the exchange's time can be asked for. */
  readonly tellsPrices: boolean;
  readonly tellsTime: boolean;
}

/** The ready-made characters by name. To make one of your own: `{ ...SIM_PROFILES.binanceLike, batchSize: 1 }`. */
export const SIM_PROFILES: Readonly<Record<SimProfileName, SimProfile>> = {
  binanceLike: {
    name: 'binanceLike',
    positionModes: ['hedge', 'one-way'],
    excess: 'clamped',
    clientIds: 'open',
    countsRestingReduceOnly: false,
    severalStops: true,
    dropsReduceOnlyWhenFlat: false,
    batchSize: 5,
    triggerMs: 2,
    tellsPrices: true,
    tellsTime: true,
  },
  okxLike: {
    name: 'okxLike',
    positionModes: ['hedge', 'one-way'],
    excess: 'refused',
    clientIds: 'forever',
    countsRestingReduceOnly: true,
    severalStops: true,
    dropsReduceOnlyWhenFlat: true,
    batchSize: 20,
    triggerMs: 5,
    tellsPrices: true,
    tellsTime: true,
  },
  hyperliquidLike: {
    name: 'hyperliquidLike',
    positionModes: ['one-way'],
    excess: 'clamped',
    clientIds: 'none',
    countsRestingReduceOnly: false,
    severalStops: true,
    dropsReduceOnlyWhenFlat: true,
    batchSize: 1,
    triggerMs: 0,
    tellsPrices: true,
    tellsTime: false,
  },
  worstCase: {
    name: 'worstCase',
    positionModes: ['hedge', 'one-way'],
    excess: 'executed',
    clientIds: 'none',
    countsRestingReduceOnly: false,
    severalStops: true,
    dropsReduceOnlyWhenFlat: false,
    batchSize: 2,
    triggerMs: 20,
    tellsPrices: false,
    tellsTime: true,
  },
};
