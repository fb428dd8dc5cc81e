import { PAPER_BATCH_SIZE, PAPER_CLIENT_ID_LENGTH_MAX } from '../../../limits.js';
import { ORDER_KINDS } from '../../../model/order-kind.js';
import { PRICE_SOURCES } from '../../../model/price.js';
import type { ExchangeCapabilities } from '../../../ports/exchange-adapter.js';

/** What the paper exchange can do: all that the monitor asks for, and nothing that real venues lack. */
export const PAPER_CAPABILITIES: ExchangeCapabilities = {
  positionModes: ['hedge', 'one-way'],
  reduceOnly: { hedge: 'implied', oneWay: 'flag' },
  countsRestingReduceOnly: false,
  severalStops: true,
  orderKinds: ORDER_KINDS,
  triggerSources: PRICE_SOURCES,
  batchSize: PAPER_BATCH_SIZE,
  maxProtectiveOrders: { perSymbol: null, perAccount: null },
  clientOrderId: { maxLength: PAPER_CLIENT_ID_LENGTH_MAX, unique: 'open' },
  minNotionalOnExits: false,
  pricesConfirmThemselves: true,
  live: false,
};
