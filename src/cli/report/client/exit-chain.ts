import { element } from '../../page/client/element.js';
import { durationText, momentText, shortDecimal, timeText } from '../../page/client/format.js';
import type { ReportChain, ReportExit, ReportRequest } from '../report-data.js';
import { countOf, countText, signedText } from './numbers.js';

/** What led to an exit, step by step: tick, rule, requests, fills. */
export function exitChain(exit: ReportExit): HTMLElement {
  const { chain } = exit;
  return element(
    'ol',
    { class: 'steps' },
    step('tick', tickLines(chain)),
    step('rule', ruleLines(exit)),
    step('requests', requestLines(chain)),
    step('fills', fillLines(exit)),
  );
}

function step(name: string, lines: readonly (string | Node)[]): HTMLElement {
  return element('li', {}, element('h4', {}, name), ...lines.map((line) => element('p', {}, line)));
}

function tickLines({ tick }: ReportChain): string[] {
  if (tick === null) return ['No price made it happen.'];
  return [
    `${tick.source} ${shortDecimal(tick.price)}`,
    at(tick.time),
    ...(tick.row === null ? [] : [`row ${countText(tick.row)}`]),
  ];
}

function ruleLines({ reason, level, side, chain }: ReportExit): string[] {
  const isProfit = reason === 'take-profit';
  const sign = (side === 'LONG') === isProfit ? '≥' : '≤';
  return [
    level === null ? reason : `${reason}: price ${sign} ${shortDecimal(level)}`,
    ...chain.hits.map(
      ({ decision, source, price, row }) =>
        `our guard saw ${source} ${shortDecimal(price)} in row ${countText(row)}: ${DECISIONS[decision] ?? decision}`,
    ),
    ...(chain.hits.length === 0 && level !== null ? ['the order at the exchange acted'] : []),
  ];
}

const DECISIONS: Readonly<Record<string, string>> = {
  close: 'close at once',
  grace: 'the resting order gets its chance first',
  confirm: 'wait until it is confirmed',
};

function requestLines({ requests, requestsOfTranche, fills }: ReportChain): (string | Node)[] {
  const lines: (string | Node)[] = requests.flatMap(requestText);
  if (requests.length === 0) lines.push(...new Set(fills.map(({ orderId }) => code(orderId))));
  if (requestsOfTranche !== null) {
    lines.push(
      element(
        'span',
        { class: 'quiet' },
        `one of ${countOf(requestsOfTranche, 'order')} that the tranche had when it closed`,
      ),
    );
  }
  return lines;
}

function requestText(request: ReportRequest): (string | Node)[] {
  const { id, role, kind, level, quantity, status, sentAt, acceptedAt, endedAt } = request;
  const lived =
    sentAt === null || endedAt === null
      ? ''
      : `, ${status} after ${durationText(endedAt - sentAt)}`;
  return [
    `${role} (${kind}) of ${shortDecimal(quantity)}${level === null ? '' : ` at ${shortDecimal(level)}`}`,
    code(id),
    sentAt === null
      ? status
      : `sent ${at(sentAt)}${acceptedAt === null ? '' : `, accepted after ${durationText(acceptedAt - sentAt)}`}${lived}`,
  ];
}

function fillLines({ chain, level, slippage, pnl, fees }: ReportExit): string[] {
  return [
    ...chain.fills.map(
      ({ quantity, price, fee, time }) =>
        `${shortDecimal(quantity)} at ${shortDecimal(price)}, fee ${shortDecimal(fee)} (${at(time)})`,
    ),
    ...(level === null || slippage === null ? [] : [slippageText(slippage)]),
    `PnL ${signedText(pnl)} before fees of ${shortDecimal(fees)}`,
  ];
}

function slippageText(slippage: string): string {
  const difference = Number(slippage);
  if (difference === 0) return 'at its level';
  const amount = shortDecimal(slippage.replace('-', ''));
  return `${amount} ${difference > 0 ? 'better' : 'worse'} than its level`;
}

function at(time: number): string {
  return `${momentText(time)}${timeText(time, true).slice(8)}`;
}

function code(text: string): HTMLElement {
  return element('code', {}, text);
}
