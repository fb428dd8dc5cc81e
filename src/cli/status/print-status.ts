import type { StoredEvent } from '../../ports/store.js';
import { moment, short, table } from '../text.js';
import type { StoreStatus } from './read-status.js';

/** A store for people. */
export function statusText(status: StoreStatus): string {
  const { identity, isWriterPresent, lastEventTime } = status;
  const writer = isWriterPresent ? 'a monitor is writing it' : 'no monitor is writing it';
  const last = lastEventTime === null ? 'no events yet' : `last event ${moment(lastEventTime)} UTC`;
  return [
    `${status.store}: ${identity.exchangeId}, account ${identity.accountId}, instance ${identity.instanceId}, ${identity.mode}`,
    `${writer}; ${last}`,
    '',
    ...positions(status),
    '',
    ...tranches(status),
    '',
    ...orders(status),
    '',
    ...events(status.events),
  ].join('\n');
}

function positions({ positions: lines }: StoreStatus): string[] {
  if (lines.length === 0) return ['No open position.'];
  return [
    'Positions',
    table(
      ['symbol', 'side', 'quantity', 'entry', 'tranches', 'stops resting'],
      lines.map((line) => [
        line.symbol,
        line.side,
        line.quantity,
        short(line.entryPrice),
        line.tranches,
        line.stopQuantity,
      ]),
    ),
  ];
}

function tranches({ tranches: lines }: StoreStatus): string[] {
  if (lines.length === 0) return ['No open tranche.'];
  return [
    'Tranches',
    table(
      [
        'tranche',
        'state',
        'quantity',
        'entry',
        'take-profit',
        'stop-loss',
        'stops resting',
        'since',
      ],
      lines.map((line) => [
        line.id,
        line.state,
        line.quantity,
        short(line.entryPrice),
        line.takeProfits.map(({ price }) => price).join(' '),
        line.stopLoss ?? 'none',
        line.stopQuantity,
        moment(line.openedAt),
      ]),
    ),
  ];
}

function orders({ orders: lines }: StoreStatus): string[] {
  if (lines.length === 0) return ['No order is alive.'];
  return [
    'Orders',
    table(
      ['order', 'for', 'kind', 'side', 'quantity', 'executed', 'level', 'status'],
      lines.map((line) => [
        line.clientOrderId,
        line.role,
        line.kind,
        line.side,
        line.quantity,
        line.executedQty,
        line.triggerPrice ?? line.price ?? '',
        line.cancelStatus === 'none' ? line.status : `${line.status}, being cancelled`,
      ]),
    ),
  ];
}

function events(last: readonly StoredEvent[]): string[] {
  if (last.length === 0) return ['No events.'];
  return [
    'Last events',
    table(
      ['seq', 'time (UTC)', 'event', 'of', 'reason'],
      last.map(({ seq, time, name, symbol, trancheId, payload }) => [
        seq,
        moment(time),
        name,
        trancheId ?? symbol ?? '',
        typeof payload.reason === 'string' ? short120(payload.reason) : '',
      ]),
    ),
  ];
}

function short120(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
