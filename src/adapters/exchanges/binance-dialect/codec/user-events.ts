import { isConditionalKind } from '../../../../model/order-kind.js';
import type {
  FillReport,
  OrderStatusReport,
  PositionStatusReport,
} from '../../../../ports/exchange-adapter.js';
import { feeOf, positionsOf } from './account.js';
import { causeOf, kindOf, sideOf, statusOf, triggerSourceOf, wireSideOf } from './order-words.js';
import { type AlgoOrder, optional, readAlgoEvent } from './orders.js';
import { WireObject } from './wire-object.js';

/** What the account stream says, read. */
export type UserEvent =
  /** An ordinary order changed; with the trade that changed it. */
  | {
      readonly kind: 'order';
      readonly report: OrderStatusReport;
      readonly fill: FillReport | null;
      /** Whether it is a conditional order that has not become an ordinary one. */
      readonly isConditional: boolean;
    }
  | { readonly kind: 'algo'; readonly order: AlgoOrder }
  /** Positions or balances changed; `marginMoved` when by something else than an order, as a transfer or funding. */
  | {
      readonly kind: 'positions';
      readonly positions: readonly PositionStatusReport[];
      readonly marginMoved: boolean;
    }
  /** A trade in short, ahead of the report that tells all of it. */
  | { readonly kind: 'trade-notice'; readonly clientOrderId: string }
  /** The account's settings changed; `positionMode` when it may be the position mode, `leverage` when it is one. */
  | { readonly kind: 'config'; readonly positionMode: boolean; readonly leverage: boolean }
  | { readonly kind: 'margin-call'; readonly symbols: readonly string[] }
  | { readonly kind: 'key-expired' }
  /** The server is about to go. */
  | { readonly kind: 'shutdown' }
  /** Something that is none of our business, e.g. the answer to a subscription. */
  | { readonly kind: 'ignored'; readonly name: string };

/**
 * Reads one frame of an account stream, bare or wrapped with the name of its stream.
 *
 * @throws ExchangeError `EXCHANGE_PROTOCOL` when it cannot be read: something was missed
 */
export function readUserEvent(frame: unknown): UserEvent {
  const outer = new WireObject(frame, 'account event');
  const inner = outer.raw('data') ?? outer.raw('event') ?? frame;
  const read = new WireObject(inner, 'account event');
  const name = read.raw('e');
  switch (name) {
    case 'ORDER_TRADE_UPDATE':
      return readOrderEvent(read);
    case 'ALGO_UPDATE':
      return { kind: 'algo', order: readAlgoEvent(read) };
    case 'ACCOUNT_UPDATE':
      return readAccountEvent(read);
    case 'TRADE_LITE':
      return { kind: 'trade-notice', clientOrderId: read.textOr('c', '') };
    case 'ACCOUNT_CONFIG_UPDATE':
      return { kind: 'config', positionMode: read.has('ai'), leverage: read.has('ac') };
    case 'MARGIN_CALL':
      return { kind: 'margin-call', symbols: marginSymbols(read) };
    case 'listenKeyExpired':
      return { kind: 'key-expired' };
    case 'serverShutdown':
      return { kind: 'shutdown' };
    default:
      return { kind: 'ignored', name: typeof name === 'string' ? name.slice(0, 40) : '' };
  }
}

function readOrderEvent(event: WireObject): UserEvent {
  const read = event.child('o');
  const symbol = read.symbol('s');
  const clientOrderId = read.textOr('c', '') || undefined;
  const quantity = read.amount('q');
  const executedQty = read.amount('z');
  const price = read.priceOr('p');
  const type = read.text('o');
  const timeInForce = read.raw('f');
  const current = kindOf(type, price, timeInForce);
  const kind = kindOf(read.textOr('ot', type), price, timeInForce);
  const word = statusOf(read, 'X', quantity, executedQty);
  const triggered = word === 'accepted' && isConditionalKind(kind) && !isConditionalKind(current);
  const shared = {
    symbol,
    orderId: read.id('i'),
    ...optional('clientOrderId', clientOrderId),
    side: sideOf(read, 'S'),
    positionSide: wireSideOf(read, 'ps'),
    reduceOnly: read.flagOr('R', false) || read.flagOr('cp', false),
    cause: causeOf(clientOrderId),
    time: event.time(event.has('T') ? 'T' : 'E'),
  } as const;
  const report: OrderStatusReport = {
    ...shared,
    kind,
    status: triggered ? 'triggered' : word,
    quantity,
    executedQty,
    ...optional('avgPrice', read.priceOr('ap')),
    ...optional('price', price),
    ...(isConditionalKind(kind) && {
      ...optional('triggerPrice', read.priceOr('sp')),
      ...optional('triggerSource', triggerSourceOf(read.raw('wt'))),
    }),
    ...optional('reason', reasonOf(read.raw('er'))),
  };
  return {
    kind: 'order',
    report,
    fill: fillOf(read, shared),
    isConditional: isConditionalKind(current),
  };
}

function fillOf(read: WireObject, shared: Omit<FillReport, 'trade'>): FillReport | null {
  const quantity = read.amountOr('l');
  const tradeId = read.idOr('t');
  if (quantity === undefined || Number(quantity) === 0 || tradeId === null) return null;
  return {
    ...shared,
    trade: {
      tradeId,
      quantity,
      price: read.amount('L'),
      ...feeOf(shared.symbol, read.raw('N'), read.amountOr('n')),
    },
    time: read.has('T') ? read.time('T') : shared.time,
  };
}

/** Why balances changed, where an order did it: its own events tell the rest. */
const BY_ORDER = 'ORDER';

function readAccountEvent(event: WireObject): UserEvent {
  const account = event.child('a');
  const time = event.time(event.has('T') ? 'T' : 'E');
  const rows = account.has('P') ? account.list('P') : [];
  const positions = rows.flatMap((row) =>
    positionsOf(new WireObject(row, 'ACCOUNT_UPDATE position'), {
      symbol: 's',
      side: 'ps',
      amount: 'pa',
      entry: 'ep',
    }).map((position) => ({ ...position, time })),
  );
  const reason = account.textOr('m', BY_ORDER);
  return { kind: 'positions', positions, marginMoved: reason !== BY_ORDER };
}

function marginSymbols(event: WireObject): readonly string[] {
  const rows = event.raw('p');
  return Array.isArray(rows)
    ? rows.map((row) => new WireObject(row, 'margin call').symbol('s'))
    : [];
}

/** Why it expired; `0` stands for no reason. */
function reasonOf(value: unknown): string | undefined {
  const reason = typeof value === 'number' ? `${value}` : value;
  return typeof reason === 'string' && reason !== '' && reason !== '0' && reason !== 'NONE'
    ? `expire reason ${reason.slice(0, 80)}`
    : undefined;
}
