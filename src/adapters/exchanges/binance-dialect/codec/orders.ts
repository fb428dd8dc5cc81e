import type { OrderKind, VenueOrderStatus } from '../../../../model/order.js';
import { isConditionalKind } from '../../../../model/order-kind.js';
import type { OrderStatusReport } from '../../../../ports/exchange-adapter.js';
import { causeOf, kindOf, sideOf, statusOf, triggerSourceOf, wireSideOf } from './order-words.js';
import { listOf, WireObject } from './wire-object.js';

/** Marks ids of conditional orders that have an id space of their own. */
const ALGO_PREFIX = 'algo:';

/** A conditional order with endpoints and an id of its own, and the order that its trigger made. */
export interface AlgoOrder {
  readonly algoId: string;
  /** Id of the order that its trigger made; `null` until then. */
  readonly childId: string | null;
  readonly state: AlgoState;
  /** What it says of itself; `status` and `executedQty` are those of the child where it tells them. */
  readonly report: OrderStatusReport;
  /** Whether it tells what the child executed. */
  readonly tellsExecution: boolean;
}

export type AlgoState =
  | 'NEW'
  | 'TRIGGERING'
  | 'TRIGGERED'
  | 'FINISHED'
  | 'CANCELED'
  | 'REJECTED'
  | 'EXPIRED';

const ALGO_STATES: readonly AlgoState[] = [
  'NEW',
  'TRIGGERING',
  'TRIGGERED',
  'FINISHED',
  'CANCELED',
  'REJECTED',
  'EXPIRED',
];

/** The id that reports carry while no order exists that could execute. */
export function algoOrderId(algoId: string): string {
  return `${ALGO_PREFIX}${algoId}`;
}

/** The conditional order's own id; `null` when the id is that of an ordinary order. */
export function algoIdOf(orderId: string | undefined): string | null {
  return orderId?.startsWith(ALGO_PREFIX) ? orderId.slice(ALGO_PREFIX.length) : null;
}

/** Reads an ordinary order: the answer to a placement, cancellation, amendment or query. */
export function readOrder(body: unknown): OrderStatusReport {
  const read = new WireObject(body, 'order');
  const quantity = read.amount('origQty');
  const executedQty = read.amountOr('executedQty') ?? '0';
  const price = read.priceOr('price');
  const timeInForce = read.raw('timeInForce');
  // A stop becomes an ordinary order when it triggers; what it was is in `origType`.
  const current = kindOf(read.textOr('type', read.textOr('origType', '')), price, timeInForce);
  const kind = kindOf(read.textOr('origType', read.textOr('type', '')), price, timeInForce);
  const status = statusOf(read, 'status', quantity, executedQty);
  return {
    ...commonOf(read),
    orderId: read.id('orderId'),
    kind,
    status: conditionalStatus(status, kind, current),
    quantity,
    executedQty,
    ...optional('avgPrice', read.priceOr('avgPrice')),
    ...optional('price', price),
    ...triggerOf(read, kind, read.priceOr('stopPrice')),
    reduceOnly: read.flagOr('reduceOnly', false) || read.flagOr('closePosition', false),
    time: timeOf(read),
  };
}

export function readOrders(body: unknown): readonly OrderStatusReport[] {
  return listOf(body, 'open orders').map(readOrder);
}

/** Reads a conditional order with an id of its own, from an answer. */
export function readAlgoOrder(body: unknown): AlgoOrder {
  const read = new WireObject(body, 'conditional order');
  const price = read.priceOr('price');
  const kind = kindOf(read.textOr('orderType', read.textOr('type', '')), price);
  const state = algoStateOf(read, 'algoStatus');
  return algoOrder(read, {
    algoId: read.id('algoId'),
    clientOrderId: read.textOr('clientAlgoId', ''),
    childId: read.idOr('actualOrderId'),
    state,
    kind,
    quantity: read.amountOr('quantity') ?? '0',
    executed: read.amountOr('actualQty'),
    average: read.priceOr('actualPrice'),
    price,
    trigger: read.priceOr('triggerPrice'),
    reason: undefined,
    time: timeOf(read),
  });
}

export function readAlgoOrders(body: unknown): readonly AlgoOrder[] {
  return listOf(body, 'conditional orders').map(readAlgoOrder);
}

/** The conditional order of an `ALGO_UPDATE` event. */
export function readAlgoEvent(event: WireObject): AlgoOrder {
  const read = event.child('o');
  const price = read.priceOr('p');
  const state = algoStateOf(read, 'X');
  const fields = new WireObject(
    {
      symbol: read.raw('s'),
      side: read.raw('S'),
      positionSide: read.raw('ps'),
      workingType: read.raw('wt'),
      reduceOnly: read.raw('R'),
      closePosition: read.raw('cp'),
    },
    'ALGO_UPDATE event',
  );
  return algoOrder(fields, {
    algoId: read.id('aid'),
    clientOrderId: read.textOr('caid', ''),
    childId: read.idOr('ai'),
    state,
    kind: kindOf(read.text('o'), price),
    quantity: read.amountOr('q') ?? '0',
    executed: read.amountOr('aq'),
    average: read.priceOr('ap'),
    price,
    trigger: read.priceOr('tp'),
    // Samples of the exchange carry a dummy text in orders that live.
    reason: isEnded(state) ? read.textOr('rm', '') : undefined,
    time: event.time(event.has('T') ? 'T' : 'E'),
  });
}

interface AlgoFields {
  readonly algoId: string;
  readonly clientOrderId: string;
  readonly childId: string | null;
  readonly state: AlgoState;
  readonly kind: OrderKind;
  readonly quantity: string;
  readonly executed: string | undefined;
  readonly average: string | undefined;
  readonly price: string | undefined;
  readonly trigger: string | undefined;
  readonly reason: string | undefined;
  readonly time: number;
}

function algoOrder(read: WireObject, fields: AlgoFields): AlgoOrder {
  const { algoId, childId, state, kind, quantity, executed, reason } = fields;
  const executedQty = executed ?? '0';
  return {
    algoId,
    childId,
    state,
    tellsExecution: executed !== undefined,
    report: {
      symbol: read.symbol(),
      // Trades carry the child's id: an order that executes is named by it from then on.
      orderId: childId ?? algoOrderId(algoId),
      ...optional('clientOrderId', fields.clientOrderId || undefined),
      side: sideOf(read, 'side'),
      positionSide: wireSideOf(read, 'positionSide'),
      kind,
      status: algoStatus(state, quantity, executed),
      quantity,
      executedQty,
      ...optional('avgPrice', fields.average),
      ...optional('price', fields.price),
      ...triggerOf(read, kind, fields.trigger),
      reduceOnly: read.flagOr('reduceOnly', false) || read.flagOr('closePosition', false),
      ...optional('reason', reason || undefined),
      time: fields.time,
    },
  };
}

/** `TRIGGERED` is not filled: the order that the trigger made may rest, or end without an execution. */
function algoStatus(
  state: AlgoState,
  quantity: string,
  executedQty: string | undefined,
): VenueOrderStatus {
  switch (state) {
    case 'NEW':
      return 'accepted';
    case 'TRIGGERING':
    case 'TRIGGERED':
      return 'triggered';
    case 'FINISHED':
      // Older senders do not say what was executed: only the child knows how it ended.
      if (executedQty === undefined) return 'triggered';
      if (Number(executedQty) === 0) return 'expired';
      return Number(executedQty) >= Number(quantity) ? 'filled' : 'canceled';
    case 'CANCELED':
      return 'canceled';
    case 'REJECTED':
      return 'rejected';
    case 'EXPIRED':
      return 'expired';
  }
}

function algoStateOf(read: WireObject, field: string): AlgoState {
  const word = read.raw(field);
  return (
    ALGO_STATES.find((state) => state === word) ??
    read.fail(field, 'a known state of a conditional order')
  );
}

function isEnded(state: AlgoState): boolean {
  return state === 'REJECTED' || state === 'EXPIRED' || state === 'CANCELED';
}

/** A conditional order whose type has become an ordinary one was triggered. */
function conditionalStatus(
  status: VenueOrderStatus,
  kind: OrderKind,
  current: OrderKind,
): VenueOrderStatus {
  return status === 'accepted' && isConditionalKind(kind) && !isConditionalKind(current)
    ? 'triggered'
    : status;
}

function commonOf(
  read: WireObject,
): Pick<OrderStatusReport, 'symbol' | 'clientOrderId' | 'side' | 'positionSide' | 'cause'> {
  const clientOrderId = read.textOr('clientOrderId', '') || undefined;
  return {
    symbol: read.symbol(),
    ...optional('clientOrderId', clientOrderId),
    side: sideOf(read, 'side'),
    positionSide: wireSideOf(read, 'positionSide'),
    cause: causeOf(clientOrderId),
  };
}

function triggerOf(
  read: WireObject,
  kind: OrderKind,
  level: string | undefined,
): Pick<OrderStatusReport, 'triggerPrice' | 'triggerSource'> {
  if (!isConditionalKind(kind)) return {};
  return {
    ...optional('triggerPrice', level),
    ...optional('triggerSource', triggerSourceOf(read.raw('workingType'))),
  };
}

function timeOf(read: WireObject): number {
  const field = ['updateTime', 'time', 'transactTime', 'createTime'].find((name) => read.has(name));
  return read.time(field ?? 'updateTime');
}

/** A field that is left out when there is no value. */
export function optional<K extends string, V>(key: K, value: V | undefined): { [P in K]?: V } {
  return value === undefined ? {} : ({ [key]: value } as { [P in K]?: V });
}
