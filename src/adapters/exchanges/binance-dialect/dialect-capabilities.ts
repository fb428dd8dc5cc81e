import { ORDER_KINDS } from '../../../model/order-kind.js';
import type { ExchangeCapabilities } from '../../../ports/exchange-adapter.js';
import type { Dialect } from './dialect.js';

const CLIENT_ID_LENGTH_MAX = 36;

/**
 * What the monitor may rely on.
 *
 * @param conditionalsPerSymbol what the exchange itself said; `null` = nothing
 */
export function capabilitiesOf(
  dialect: Dialect,
  conditionalsPerSymbol: number | null,
  live: boolean,
): ExchangeCapabilities {
  const { maxProtectiveOrders } = dialect;
  return {
    positionModes: ['hedge', 'one-way'],
    reduceOnly: { hedge: 'implied', oneWay: 'flag' },
    countsRestingReduceOnly: true,
    severalStops: true,
    orderKinds: ORDER_KINDS,
    triggerSources: dialect.triggerSources,
    batchSize: dialect.batchSize,
    maxProtectiveOrders: {
      perSymbol: conditionalsPerSymbol ?? maxProtectiveOrders.perSymbol,
      perAccount: maxProtectiveOrders.perAccount,
    },
    clientOrderId: { maxLength: CLIENT_ID_LENGTH_MAX, unique: 'open' },
    // Reducing orders in one-way mode are exempt; in hedge mode that is not promised.
    minNotionalOnExits: false,
    pricesConfirmThemselves: false,
    live,
  };
}
