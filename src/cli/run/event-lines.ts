import { EVENT_NAMES } from '../../model/event-names.js';
import type { MonitorEventMap, MonitorEventName } from '../../model/monitor-event.js';
import type { PositionMonitor } from '../../monitor/position-monitor.js';
import { moment } from '../text.js';

type Payload = MonitorEventMap[MonitorEventName];

/** Calls back for every event of a monitor. */
export function onEveryEvent(
  monitor: PositionMonitor,
  listener: (name: MonitorEventName, payload: Payload) => void,
): void {
  for (const name of EVENT_NAMES) {
    monitor.on(name, (payload: Payload) => listener(name, payload));
  }
}

/** An event as one line: for people, or as a JSON object with its name. */
export function eventLine(name: MonitorEventName, payload: Payload, json: boolean): string {
  return json ? JSON.stringify({ name, ...payload }) : lineOf(name, payload);
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
