import type { MonitorEventMap, MonitorEventName } from '../../model/monitor-event.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import { moment } from '../text.js';

type Payload = MonitorEventMap[MonitorEventName];

/** Calls back for every event of a monitor, as one line: for people, or as a JSON object with the event's name. */
export function onEveryEvent(
  monitor: PositionMonitor,
  json: boolean,
  listener: (line: string) => void,
): void {
  for (const name of EVENT_NAMES) {
    monitor.on(name, (payload: Payload) => {
      listener(json ? JSON.stringify({ name, ...payload }) : lineOf(name, payload));
    });
  }
}

/** `2026-01-31 12:00:00.000 tranche:opened BTCUSDT-LONG-0 0.1 at 45000: entry filled` */
function lineOf(name: MonitorEventName, payload: Payload): string {
  const fields: Readonly<Record<string, unknown>> = { ...payload };
  const of = fields.trancheId ?? fields.symbol;
  const order = fields.clientOrderId === undefined ? [] : [fields.role, fields.clientOrderId];
  const numbers = DETAILS.flatMap((key) => {
    const value = fields[key];
    return typeof value === 'string' || typeof value === 'number' ? [`${key} ${value}`] : [];
  });
  const words = [moment(payload.time), name, of, ...order, ...numbers].filter(isWord).join(' ');
  return isWord(fields.reason) ? `${words}: ${fields.reason}` : words;
}

function isWord(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** What is told beside name, subject and reason, where an event has it. */
const DETAILS = [
  'quantity',
  'price',
  'level',
  'decision',
  'coverage',
  'uncovered',
  'unprotectedMs',
  'exitPrice',
  'realizedPnl',
  'differences',
] as const;

/** An object, so that the compiler misses no name. */
const EVENT_NAMES = Object.keys({
  'fill:applied': true,
  'tranche:opened': true,
  'tranche:updated': true,
  'tranche:merged': true,
  'tranche:closed': true,
  'protection:placed': true,
  'protection:failed': true,
  'protection:missing': true,
  'protection:recovered': true,
  'trigger:hit': true,
  'order:submitted': true,
  'order:accepted': true,
  'order:rejected': true,
  'order:filled': true,
  'order:cancelled': true,
  'order:unresolved': true,
  'order:resolved': true,
  'position:adopted': true,
  'position:external': true,
  'price:stale': true,
  'price:recovered': true,
  'price:rejected': true,
  'feed:connected': true,
  'feed:disconnected': true,
  'exchange:connected': true,
  'exchange:disconnected': true,
  'reconcile:completed': true,
  'store:failed': true,
  'store:recovered': true,
  'monitor:started': true,
  'monitor:stopped': true,
  'monitor:halted': true,
  'listener:error': true,
} satisfies Readonly<Record<MonitorEventName, true>>) as MonitorEventName[];
