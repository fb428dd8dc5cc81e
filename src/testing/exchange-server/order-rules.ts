import { decimal } from '../../model/decimal.js';
import type { OrderSide, WirePositionSide } from '../../model/side.js';
import type { SimInstrument } from '../sim/sim-instrument.js';
import type { ServerInstrument } from './exchange-server-options.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import type { WireParams } from './wire-params.js';
import { missing, refusal } from './wire-refusal.js';

const CLIENT_ID = /^[.A-Z:/a-z0-9_-]{1,36}$/;

/** What every order says of itself. */
export interface OrderHead {
  readonly instrument: SimInstrument;
  readonly symbol: string;
  readonly side: OrderSide;
  readonly positionSide: WirePositionSide;
  readonly reduceOnly: boolean;
}

/** @throws WireRefusal */
export function readHead(params: WireParams, exchange: LoopbackExchange): OrderHead {
  const symbol = params.required('symbol');
  const instrument = exchange.orders.instrument(symbol);
  const side = params.oneOf('side', ['BUY', 'SELL'] as const, -1117);
  const positionSide =
    params.text('positionSide') === null
      ? 'BOTH'
      : params.oneOf('positionSide', ['BOTH', 'LONG', 'SHORT'] as const, -4060);
  const isHedge = exchange.positionMode === 'hedge';
  if ((positionSide === 'BOTH') === isHedge) throw refusal(-4061);
  if (isHedge && params.text('reduceOnly') !== null) {
    throw refusal(-1106, "Parameter 'reduceonly' sent when not required.");
  }
  return { instrument, symbol, side, positionSide, reduceOnly: params.flag('reduceOnly') };
}

/** @throws WireRefusal */
export function readClientId(
  params: WireParams,
  name: string,
  exchange: LoopbackExchange,
  among: 'orders' | 'conditionals',
): string {
  const id = params.text(name);
  if (id === null) return exchange.generatedClientId();
  if (!CLIENT_ID.test(id)) throw refusal(-4015);
  // Where conditional orders are orders, ids are unique among both.
  const { orders, conditionals, dialect } = exchange;
  const inOrders = among === 'orders' || !dialect.hasAlgoOrders;
  const inConditionals = among === 'conditionals' || !dialect.hasAlgoOrders;
  const isTaken =
    (inOrders && orders.open.some(({ clientOrderId }) => clientOrderId === id)) ||
    (inConditionals && conditionals.open.some(({ clientId }) => clientId === id));
  if (!isTaken) return id;
  throw exchange.dialect.hasNewCodes ? refusal(-4116) : refusal(-2010, 'Duplicate order sent.');
}

/** Steps of a quantity. @throws WireRefusal */
export function readQuantity(
  params: WireParams,
  { instrument, input }: { readonly instrument: SimInstrument; readonly input: ServerInstrument },
  kind: 'market' | 'limit',
): number {
  const text = params.decimal('quantity');
  if (text === null) throw missing('quantity');
  const quantity = Number(text);
  if (quantity <= 0) throw refusal(-4003);
  const isMarket = kind === 'market';
  const min = (isMarket ? input.minMarketQty : undefined) ?? input.minQty ?? 0;
  const max = (isMarket ? input.maxMarketQty : undefined) ?? input.maxQty ?? 0;
  if (quantity < Number(min)) throw refusal(-4004);
  if (Number(max) > 0 && quantity > Number(max)) throw refusal(-4005);
  if (isOff(text, input.stepSize)) throw refusal(isFiner(text, input.stepSize) ? -1111 : -4023);
  return instrument.steps(quantity) as number;
}

/** Ticks of a price. @throws WireRefusal */
export function readPrice(
  params: WireParams,
  name: string,
  { instrument, input }: { readonly instrument: SimInstrument; readonly input: ServerInstrument },
): number {
  const text = params.decimal(name);
  if (text === null) throw missing(name);
  const price = Number(text);
  if (price <= 0 || price < Number(input.minPrice ?? 0)) throw refusal(-4013);
  if (Number(input.maxPrice ?? 0) > 0 && price > Number(input.maxPrice)) {
    throw refusal(-4002, 'Price greater than max price.');
  }
  if (isOff(text, input.tickSize)) throw refusal(isFiner(text, input.tickSize) ? -1111 : -4014);
  return instrument.ticks(price) as number;
}

/** Limit prices stay in the band around the mark price. @throws WireRefusal */
export function requireInBand(
  { symbol, side, instrument }: OrderHead,
  ticks: number,
  exchange: LoopbackExchange,
): void {
  const band = instrument.input.priceBand;
  const mark = exchange.orders.venue.price(symbol, 'MARK');
  if (band === undefined || mark === null) return;
  if (side === 'BUY' && ticks > mark * Number(band.up)) throw refusal(-4016);
  if (side === 'SELL' && ticks < mark * Number(band.down)) throw refusal(-4024);
}

/** What opens has a smallest value. @throws WireRefusal */
export function requireNotional(
  { instrument, reduceOnly, side, positionSide }: OrderHead,
  steps: number,
  ticks: number | null,
): void {
  const { minNotional } = instrument.input;
  const reduces =
    reduceOnly || (positionSide !== 'BOTH' && (positionSide === 'LONG') === (side === 'SELL'));
  if (minNotional === undefined || reduces || ticks === null) return;
  const notional = instrument.price(ticks).times(instrument.quantity(steps));
  if (notional.lt(decimal(minNotional))) throw refusal(-4164);
}

/** Exact: the grid of the matching tolerates what a real exchange refuses. */
function isOff(text: string, grid: number | string): boolean {
  return !decimal(text).mod(decimal(grid)).eq(0);
}

function isFiner(text: string, grid: number | string): boolean {
  const decimals = (value: string): number => value.split('.')[1]?.replace(/0+$/, '').length ?? 0;
  return decimals(text) > decimals(decimal(grid).toFixed());
}
