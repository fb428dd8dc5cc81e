import type { PositionMode, PositionSide } from '../../model/side.js';
import type { ExchangeCause } from '../../ports/exchange-adapter.js';
import type { SimInstrument } from './sim-instrument.js';
import type { SimRequest } from './sim-order.js';

/** How the exchanges mark what they close themselves. */
const PREFIX = {
  liquidation: 'autoclose-',
  adl: 'adl_autoclose',
  settlement: 'settlement_autoclose-',
} as const;

/** An order that the exchange itself sends to close (part of) a position. */
interface ForcedOrder {
  readonly instrument: SimInstrument;
  readonly side: PositionSide;
  readonly mode: PositionMode;
  readonly steps: number;
  readonly cause: Exclude<ExchangeCause, 'order'>;
  /** Makes its id unique. */
  readonly number: number;
}

export function forcedRequest(forced: ForcedOrder): SimRequest {
  const { instrument, side, mode, steps, cause, number } = forced;
  return {
    clientOrderId: `${PREFIX[cause]}${number}`,
    symbol: instrument.symbol,
    side: side === 'LONG' ? 'SELL' : 'BUY',
    positionSide: mode === 'hedge' ? side : 'BOTH',
    kind: 'market',
    quantity: instrument.quantity(steps).toNumber(),
    price: null,
    triggerPrice: null,
    triggerSource: null,
    reduceOnly: true,
    expiresAt: Number.POSITIVE_INFINITY,
    cause,
  };
}
