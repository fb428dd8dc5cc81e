import type { Effect } from '../../src/model/effect.js';
import type { Input } from '../../src/model/input.js';

/** What happened in a run, as a hash that tells two runs apart and, when asked for, as lines to read. */
export class Trace {
  readonly lines: string[] = [];
  readonly #keeps: boolean;
  /** Number of the present turn of the process: within one, nothing happens but its own effects. */
  slice = 0;
  #hash = 0x811c9dc5;

  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  get hash(): string {
    return (this.#hash >>> 0).toString(16).padStart(8, '0');
  }

  input(mono: number, input: Input): void {
    this.slice += 1;
    this.#add(input.kind);
    this.#addNumber(mono);
    if ('clientOrderId' in input && typeof input.clientOrderId === 'string') {
      this.#add(input.clientOrderId);
    }
    if (this.#keeps) this.note(mono, `→ ${describeInput(input)}`);
  }

  effect(effect: Effect): void {
    this.#add(effect.kind);
    if (effect.kind === 'send') {
      this.#add(effect.command.kind);
      if ('clientOrderId' in effect.command) this.#add(effect.command.clientOrderId);
      if (effect.command.kind === 'place') {
        for (const { clientOrderId, terms } of effect.command.orders) {
          this.#add(clientOrderId);
          this.#addNumber(terms.quantity.toNumber());
          this.#addNumber(terms.triggerPrice?.toNumber() ?? terms.price?.toNumber() ?? 0);
        }
      }
    } else if (effect.kind === 'emit') this.#add(effect.event.name);
    else if (effect.kind === 'timer') this.#addNumber(effect.at ?? -1);
    if (this.#keeps) {
      const text = describeEffect(effect);
      if (text !== null) this.lines.push(`             ${text}`);
    }
  }

  /** Something that the world did. */
  world(mono: number, what: string): void {
    this.#add(what);
    this.#addNumber(mono);
    if (this.#keeps) this.note(mono, `* ${what}`);
  }

  note(mono: number, what: string): void {
    if (this.#keeps) this.lines.push(`${String(Math.round(mono)).padStart(8)} ms  ${what}`);
  }

  #add(text: string): void {
    let hash = this.#hash;
    for (let index = 0; index < text.length; index += 1) {
      hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
    }
    this.#hash = hash;
  }

  #addNumber(value: number): void {
    this.#hash = Math.imul(this.#hash ^ (value * 1_000), 0x01000193);
  }
}

const shorter = (id: string): string =>
  id.startsWith('pm') ? id.slice(12, 16) + id.slice(22) : id;

function describeInput(input: Input): string {
  if (input.kind === 'order') {
    const { report } = input;
    return `order ${shorter(report.clientOrderId ?? '')} ${report.status} ${report.executedQty}/${report.quantity}`;
  }
  if (input.kind === 'fill') {
    const { evidence, origin } = input;
    const { trade, cumulative } = evidence;
    return `fill (${origin}) ${shorter(evidence.clientOrderId ?? '')} #${evidence.orderId} ${evidence.side} ${evidence.positionSide} ${trade ? `${trade.quantity} @ ${trade.price}` : `up to ${cumulative?.quantity}`}`;
  }
  if (input.kind === 'tick') return `tick ${input.source} ${input.price}`;
  if (input.kind === 'place-result' || input.kind === 'cancel-result') {
    const { outcome } = input;
    const more = outcome.kind === 'rejected' ? ` ${outcome.rejection.code}` : '';
    return `${input.kind} ${shorter(input.clientOrderId)} ${outcome.kind}${more}`;
  }
  if (input.kind === 'resolve-result') {
    const { evidence } = input;
    const found = evidence === null ? 'failed' : (evidence.report?.status ?? 'not found');
    return `resolved ${shorter(input.clientOrderId)}: ${found}, ${evidence?.fills.length ?? 0} fills`;
  }
  if (input.kind === 'account') {
    const { view } = input;
    const held = view.positions.map((row) => `${row.side} ${row.quantity}`).join(', ');
    return `account${view.boot ? ' (boot)' : ''}: ${view.openOrders.length} orders, ${held || 'flat'}, ${view.fills.length} fills`;
  }
  if (input.kind === 'position') return `position ${input.report.side} ${input.report.quantity}`;
  if (input.kind === 'position-read') {
    const held = input.view?.positions.map((row) => `${row.side} ${row.quantity}`).join(', ');
    return `position read: ${input.view === null ? 'failed' : held || 'flat'}`;
  }
  if (input.kind === 'timer') return `timer ${input.key.slice(0, 40)}`;
  if (input.kind === 'store') return `store ${input.writable ? 'works' : 'fails'}`;
  if (input.kind === 'price-confirmed')
    return `price confirmed ${input.price?.toFixed() ?? 'by nobody'}`;
  return input.kind;
}

function describeEffect(effect: Effect): string | null {
  if (effect.kind === 'persist') return null;
  if (effect.kind === 'timer') return null;
  if (effect.kind === 'emit') {
    const { name, payload } = effect.event;
    return `! ${name}: ${(payload as { reason?: string }).reason ?? ''}`;
  }
  if (effect.kind === 'settle') {
    return `answer #${effect.requestId}: ${effect.result.kind === 'error' ? effect.result.error.code : effect.result.kind === 'value' ? String(effect.result.value) : 'recorded'}`;
  }
  const { command } = effect;
  if (command.kind === 'place') {
    return command.orders
      .map(
        ({ clientOrderId, terms }) =>
          `place ${shorter(clientOrderId)} ${terms.side} ${terms.positionSide} ${terms.kind} ${terms.quantity} @ ${terms.triggerPrice ?? terms.price ?? 'market'}`,
      )
      .join(' + ');
  }
  if (command.kind === 'cancel') return `cancel ${shorter(command.clientOrderId)}`;
  if (command.kind === 'resolve') return `resolve ${shorter(command.clientOrderId)}`;
  if (command.kind === 'compare-account') return `compare: ${command.reason}`;
  return command.kind;
}
