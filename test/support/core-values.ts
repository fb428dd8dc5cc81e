import { type Decimal, decimal, ZERO } from '../../src/model/decimal.js';
import { type ExitPlan, NO_EXITS } from '../../src/model/exit-plan.js';
import type { FillEvidence } from '../../src/model/fill.js';
import type { ClientOrderId, TrancheId } from '../../src/model/ids.js';
import {
  type Instrument,
  type InstrumentInput,
  instrumentFrom,
} from '../../src/model/instrument.js';
import type { OrderTerms, WorkingOrder } from '../../src/model/order.js';
import type { OrderReport } from '../../src/model/reports.js';
import type { CoreSettings } from '../../src/model/settings.js';
import type { PositionSide } from '../../src/model/side.js';
import type { Tranche } from '../../src/model/tranche.js';
import type { VenueTraits } from '../../src/model/venue-traits.js';
import { resolveConfig } from '../../src/monitor/config/resolve-config.js';
import { newIntent } from '../../src/orders/order-lifecycle.js';
import { openTranche } from '../../src/positions/tranche-arithmetic.js';

/** Values of the core, built as it builds them itself, for tests of its pure parts. */
export function instrumentOf(more: Partial<InstrumentInput> = {}): Instrument {
  return instrumentFrom({ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001', ...more });
}

export function planOf(takeProfitPct: string | null, stopLossPct: string | null): ExitPlan {
  return {
    ...NO_EXITS,
    takeProfits:
      takeProfitPct === null
        ? []
        : [{ level: { kind: 'percent', percent: takeProfitPct }, portion: '1' }],
    stopLoss: stopLossPct === null ? null : { kind: 'percent', percent: stopLossPct },
  };
}

let opened = 0;

export interface TrancheValues {
  readonly side?: PositionSide;
  readonly plan?: ExitPlan;
  readonly instrument?: Instrument;
  readonly separate?: boolean;
  readonly orderId?: string;
  readonly fee?: string;
}

export function trancheOf(quantity: string, price: string, more: TrancheValues = {}): Tranche {
  opened += 1;
  return openTranche(
    {
      symbol: 'BTCUSDT',
      side: more.side ?? 'LONG',
      intake: intakeOf(more.orderId ?? `o${opened}`, quantity, price, more.fee),
      ordinal: 0,
      number: 0,
      openedSeq: opened,
      plan: more.plan ?? planOf('1', '5'),
      separate: more.separate ?? false,
      now: 1,
    },
    more.instrument ?? instrumentOf(),
  );
}

export function intakeOf(orderId: string, quantity: string, price: string, fee = '0') {
  const amount = decimal(quantity);
  return { orderId, quantity: amount, cost: amount.times(price), fee: decimal(fee) };
}

export function settingsOf(
  globals: Parameters<typeof resolveConfig>[0]['globals'] = {},
): CoreSettings {
  return {
    ...resolveConfig({ globals, symbols: { '*': { takeProfitPct: 1, stopLossPct: 5 } } }).core,
    positionMode: 'hedge',
    pricesConfirmThemselves: true,
  };
}

export const VENUE: VenueTraits = {
  severalStops: true,
  countsRestingReduceOnly: false,
  minNotionalOnExits: false,
  orderKinds: ['market', 'limit', 'stop-market', 'take-profit-market'],
  batchSize: 5,
  maxProtectiveOrders: { perSymbol: null, perAccount: null },
};

export function termsOf(more: Partial<OrderTerms> = {}): OrderTerms {
  return {
    symbol: 'BTCUSDT',
    side: 'SELL',
    positionSide: 'LONG',
    kind: 'stop-market',
    quantity: decimal('0.1'),
    price: null,
    triggerPrice: decimal('42750'),
    triggerSource: 'LAST',
    priceProtect: false,
    reduceOnly: true,
    ...more,
  };
}

export interface OrderValues extends Partial<Omit<WorkingOrder, 'terms' | 'clientOrderId'>> {
  readonly id?: string;
  readonly terms?: Partial<OrderTerms>;
}

export function orderOf({ id = 'c1', terms, ...more }: OrderValues = {}): WorkingOrder {
  const order = newIntent({
    clientOrderId: id as ClientOrderId,
    trancheId: 't' as TrancheId,
    role: more.role ?? 'stop-loss',
    slot: more.slot ?? 0,
    rule: (more.role ?? 'stop-loss') === 'stop-loss' ? 'stop-loss' : null,
    generation: more.generation ?? 0,
    terms: termsOf(terms),
    now: 1,
    venue: 1,
    sendWithinMs: 1_000,
    recvWindowMs: 2_000,
  });
  return Object.assign(order, { status: 'accepted', ...more });
}

export function reportOf(more: Partial<OrderReport> = {}): OrderReport {
  return {
    symbol: 'BTCUSDT',
    orderId: 'v1',
    clientOrderId: 'c1',
    side: 'SELL',
    positionSide: 'LONG',
    kind: 'stop-market',
    status: 'accepted',
    quantity: decimal('0.1'),
    executedQty: ZERO,
    avgPrice: null,
    price: null,
    triggerPrice: decimal('42750'),
    triggerSource: 'LAST',
    reduceOnly: true,
    trade: null,
    cause: 'order',
    time: 1,
    ...more,
  };
}

export function cumulativeOf(
  quantity: string,
  avgPrice: string | null,
): Pick<FillEvidence, 'cumulative' | 'trade'> {
  return {
    cumulative: {
      quantity: decimal(quantity),
      avgPrice: avgPrice === null ? null : decimal(avgPrice),
    },
    trade: null,
  };
}

export function tradeOf(
  tradeId: string,
  quantity: string,
  price: string,
  fee = '0',
): Pick<FillEvidence, 'cumulative' | 'trade'> {
  return {
    cumulative: null,
    trade: { tradeId, quantity: decimal(quantity), price: decimal(price), fee: decimal(fee) },
  };
}

export function text(value: Decimal | null | undefined): string | null {
  return value === null || value === undefined ? null : value.toFixed();
}
