import { asOrder, isPassed } from './conditional-desk.js';
import type { LoopbackExchange } from './loopback-exchange.js';
import {
  CONDITIONAL_TYPES,
  type ConditionalRecord,
  type ConditionalType,
  type OrderCondition,
} from './order-record.js';
import { type OrderHead, readClientId, readHead, readPrice, readQuantity } from './order-rules.js';
import { orderWords, type WireObject } from './order-words.js';
import type { WireParams } from './wire-params.js';
import { refusal } from './wire-refusal.js';

/** What the parameters are called: the algo endpoints and plain orders differ. */
interface ConditionalNames {
  readonly trigger: string;
  readonly activation: string;
  readonly clientId: string;
}

const CALLBACK_PERCENT_MAX = 20;

/**
 * Takes a conditional order in. Margin and position are not looked at before the condition is met, except for
 * `closePosition`.
 *
 * @throws WireRefusal
 */
export function placeConditional(
  params: WireParams,
  exchange: LoopbackExchange,
  names: ConditionalNames,
): Readonly<ConditionalRecord> {
  const type = params.oneOf('type', CONDITIONAL_TYPES, -1116);
  const head = readHead(params, exchange);
  const grid = { instrument: head.instrument, input: exchange.input(head.symbol) };
  const closePosition = params.flag('closePosition');
  const isLimit = type === 'STOP' || type === 'TAKE_PROFIT';
  if (closePosition) requireCloseable(params, type, head, exchange);
  const condition = conditionOf(params, type, names, grid, closePosition);
  const quantity = closePosition ? 0 : readQuantity(params, grid, isLimit ? 'limit' : 'market');
  const price = isLimit ? readPrice(params, 'price', grid) : null;
  requireNotPassed(head, type, condition, exchange);
  requireRoom(head, exchange);
  const clientId = readClientId(params, names.clientId, exchange, 'conditionals');
  const now = exchange.now();
  return exchange.conditionals.submit({
    id: exchange.conditionals.takeId(),
    clientId,
    symbol: head.symbol,
    side: head.side,
    positionSide: head.positionSide,
    type,
    timeInForce: params.text('timeInForce') ?? 'GTC',
    quantity,
    price,
    reduceOnly: head.reduceOnly || (closePosition && head.positionSide === 'BOTH'),
    condition,
    status: 'NEW',
    child: null,
    createdAt: now,
    updatedAt: now,
    triggeredAt: 0,
    failReason: '',
    isActive: false,
    extreme: null,
  });
}

/** The answer where a conditional order is an order like others. */
export function answerOfConditionalOrder(
  record: Readonly<ConditionalRecord>,
  exchange: LoopbackExchange,
): WireObject {
  return orderWords(asOrder(record), exchange, false);
}

function conditionOf(
  params: WireParams,
  type: ConditionalType,
  names: ConditionalNames,
  grid: Parameters<typeof readPrice>[2],
  closePosition: boolean,
): OrderCondition {
  const isTrailing = type === 'TRAILING_STOP_MARKET';
  const callbackRate = isTrailing ? params.required('callbackRate') : null;
  const rate = Number(callbackRate);
  if (isTrailing && !(rate >= 0.1 && rate <= CALLBACK_PERCENT_MAX)) {
    throw refusal(-2007, 'Invalid callBack rate.');
  }
  const hasActivation = isTrailing && params.text(names.activation) !== null;
  const workingType =
    params.text('workingType') === null
      ? 'CONTRACT_PRICE'
      : params.oneOf('workingType', ['CONTRACT_PRICE', 'MARK_PRICE'] as const, -1130);
  return {
    trigger: isTrailing ? null : readPrice(params, names.trigger, grid),
    workingType,
    priceProtect: params.flag('priceProtect'),
    closePosition,
    activation: hasActivation ? readPrice(params, names.activation, grid) : null,
    callbackRate,
  };
}

function requireCloseable(
  params: WireParams,
  type: ConditionalType,
  { symbol, side, positionSide }: OrderHead,
  exchange: LoopbackExchange,
): void {
  if (type !== 'STOP_MARKET' && type !== 'TAKE_PROFIT_MARKET') throw refusal(-4138);
  if (params.text('quantity') !== null || params.flag('reduceOnly')) throw refusal(-4137);
  if (!exchange.dialect.hasNewCodes) return;
  if (exchange.orders.venue.reducible(symbol, side, positionSide) <= 0) throw refusal(-4509);
  const rival = exchange.conditionals.open.some(
    (order) =>
      order.condition.closePosition &&
      order.symbol === symbol &&
      order.type === type &&
      order.side === side &&
      order.positionSide === positionSide,
  );
  if (rival) throw refusal(-4130);
}

function requireNotPassed(
  { symbol, side }: OrderHead,
  type: ConditionalType,
  { trigger, workingType }: OrderCondition,
  exchange: LoopbackExchange,
): void {
  const source = workingType === 'MARK_PRICE' ? 'MARK' : 'LAST';
  const ticks = exchange.orders.venue.price(symbol, source);
  if (trigger === null || ticks === null) return;
  if (isPassed({ type, side }, trigger, ticks)) throw refusal(-2021);
}

function requireRoom({ symbol }: OrderHead, exchange: LoopbackExchange): void {
  const { open } = exchange.conditionals;
  const { dialect, conditionalCap } = exchange.options;
  const resting =
    dialect.conditionalCap.of === 'account'
      ? open.length
      : open.filter((order) => order.symbol === symbol).length;
  if (resting >= conditionalCap) throw refusal(-4045);
}
