import type { OrderKind } from './order.js';

/** What the core must know of an exchange: the part of its capabilities that decisions depend on. */
export interface VenueTraits {
  readonly severalStops: boolean;
  readonly countsRestingReduceOnly: boolean;
  readonly minNotionalOnExits: boolean;
  readonly orderKinds: readonly OrderKind[];
  /** Orders in one batch request; 1 = no batches. */
  readonly batchSize: number;
  /** Largest number of open conditional orders; `null` = no limit is known, and nothing is planned for one. */
  readonly maxProtectiveOrders: {
    readonly perSymbol: number | null;
    readonly perAccount: number | null;
  };
}
