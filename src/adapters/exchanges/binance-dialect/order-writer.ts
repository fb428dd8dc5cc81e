import { isMonitorError } from '../../../errors/position-monitor-error.js';
import { isConditionalKind, isStopKind } from '../../../model/order-kind.js';
import type {
  AmendOrderRequest,
  CancelOrderRequest,
  OrderOutcome,
  OrderStatusReport,
  PlaceOrderRequest,
} from '../../../ports/exchange-adapter.js';
import { readAlgoOrder, readOrder } from './codec/orders.js';
import { WireObject } from './codec/wire-object.js';
import { asParent, type ConditionalOrders } from './conditional-orders.js';
import type { Dialect } from './dialect.js';
import {
  algoNames,
  amendParams,
  batchItem,
  budgetClassOf,
  isAlgo,
  orderNames,
  placeParams,
} from './order-requests.js';
import type { RestAnswer, RestCall, RestClient } from './rest-call.js';
import { outcomeOfWrite } from './rest-outcome.js';
import { isUnknownOrder } from './rest-read.js';

export interface OrderWriterParts {
  readonly dialect: Dialect;
  readonly client: RestClient;
  readonly conditionals: ConditionalOrders;
  readonly watch: OrderWatch;
}

/** Told before an order leaves, and how that ended. */
export interface OrderWatch {
  sent(clientOrderId: string): void;
  accepted(clientOrderId: string): void;
  /** Refused, or nobody knows. */
  dismissed(clientOrderId: string): void;
}

const AFTER_ITS_STOP: OrderOutcome = {
  kind: 'not-sent',
  detail: 'the stop that goes before it was not accepted',
};

/** Places, cancels and amends. Sends each request once; nothing is ever repeated here. */
export class OrderWriter {
  readonly #parts: OrderWriterParts;

  constructor(parts: OrderWriterParts) {
    this.#parts = parts;
  }

  async place(request: PlaceOrderRequest): Promise<OrderOutcome> {
    const { dialect } = this.#parts;
    const algo = isAlgo(dialect, request.kind);
    this.#parts.watch.sent(request.clientOrderId);
    const answer = await this.#send({
      method: 'POST',
      path: algo ? dialect.paths.conditional : dialect.paths.order,
      params: placeParams(dialect, request),
      weight: dialect.orderWeight,
      orders: 1,
      class: budgetClassOf(request),
      expiresAt: request.expiresAt,
    });
    return this.#placed(request, answer);
  }

  /**
   * Conditional orders that batches may not hold go singly. What protects goes first: where a stop is not accepted, nothing
   * that came with it is sent, so that no take-profit rests beside a stop that does not.
   */
  async placeAll(requests: readonly PlaceOrderRequest[]): Promise<readonly OrderOutcome[]> {
    const { dialect } = this.#parts;
    const outcomes = new Map<PlaceOrderRequest, Promise<OrderOutcome>>();
    const goesAlone = ({ kind }: PlaceOrderRequest): boolean =>
      isConditionalKind(kind) && !dialect.batchConditional;
    const stops = requests.filter((one) => goesAlone(one) && isStopKind(one.kind));
    for (const stop of stops) outcomes.set(stop, this.place(stop));
    const others = requests.filter((one) => !outcomes.has(one));
    const first = await Promise.all(outcomes.values());
    if (first.some(({ kind }) => kind !== 'accepted')) {
      for (const other of others) outcomes.set(other, Promise.resolve(AFTER_ITS_STOP));
    } else {
      for (const single of others.filter(goesAlone)) outcomes.set(single, this.place(single));
      this.#placeInBatches(
        others.filter((one) => !goesAlone(one)),
        outcomes,
      );
    }
    return Promise.all(requests.map((request) => outcomes.get(request) ?? AFTER_ITS_STOP));
  }

  #placeInBatches(
    requests: readonly PlaceOrderRequest[],
    outcomes: Map<PlaceOrderRequest, Promise<OrderOutcome>>,
  ): void {
    const { batchSize } = this.#parts.dialect;
    for (let at = 0; at < requests.length; at += batchSize) {
      const batch = requests.slice(at, at + batchSize);
      const [only, ...more] = batch;
      if (only !== undefined && more.length === 0) {
        outcomes.set(only, this.place(only));
        continue;
      }
      const sent = this.#placeBatch(batch);
      batch.forEach((request, index) => {
        outcomes.set(
          request,
          sent.then((all) => all[index] ?? { kind: 'unknown', detail: 'not answered' }),
        );
      });
    }
  }

  async cancel(request: CancelOrderRequest): Promise<OrderOutcome> {
    const { dialect, conditionals } = this.#parts;
    if (dialect.conditionalPath !== 'algo') return this.#cancelPlain(request);
    const known = conditionals.byClientId(request.clientOrderId);
    if (!isConditionalKind(request.kind) && known === undefined) return this.#cancelPlain(request);
    const answer = await this.#send({
      method: 'DELETE',
      path: dialect.paths.conditional,
      params: algoNames(request) ?? [],
      weight: 1,
      orders: 0,
      class: 'guard',
    });
    if (!isUnknownOrder(answer)) return this.#written(answer, readCancelled);
    // It may have triggered: then what is open is the order that its trigger made.
    const childId = known?.childId ?? conditionals.byClientId(request.clientOrderId)?.childId;
    const { symbol, clientOrderId, kind } = request;
    const isUnknown = childId === null || childId === undefined;
    return this.#cancelPlain(
      isUnknown
        ? { symbol, clientOrderId, kind }
        : { symbol, clientOrderId: '', orderId: childId, kind },
      (body) => this.#renamed(readOrder(body)),
    );
  }

  /** What a trigger made may have a client id of its own: it is told under that of the stop. */
  #renamed(order: OrderStatusReport): OrderStatusReport {
    const parent = this.#parts.conditionals.parentOf(order);
    return parent === undefined ? order : asParent(order, parent);
  }

  async amend(request: AmendOrderRequest): Promise<OrderOutcome> {
    const { dialect } = this.#parts;
    const answer = await this.#send({
      method: 'PUT',
      path: dialect.paths.order,
      params: amendParams(request),
      weight: dialect.orderWeight,
      orders: 1,
      class: 'profit',
    });
    return this.#written(answer, readOrder);
  }

  async #cancelPlain(
    { symbol, clientOrderId, orderId }: CancelOrderRequest,
    read: (body: unknown) => OrderStatusReport = readOrder,
  ): Promise<OrderOutcome> {
    const answer = await this.#send({
      method: 'DELETE',
      path: this.#parts.dialect.paths.order,
      params: orderNames(symbol, { clientOrderId: clientOrderId || undefined, orderId }) ?? [],
      weight: 1,
      orders: 0,
      class: 'guard',
    });
    return this.#written(answer, read);
  }

  async #placeBatch(requests: readonly PlaceOrderRequest[]): Promise<readonly OrderOutcome[]> {
    const { dialect, watch } = this.#parts;
    for (const { clientOrderId } of requests) watch.sent(clientOrderId);
    const items = requests.map((request) => batchItem(placeParams(dialect, request)));
    const answer = await this.#send({
      method: 'POST',
      path: dialect.paths.batchOrders,
      params: [['batchOrders', JSON.stringify(items)]],
      weight: 5,
      orders: requests.length,
      class: requests.some((request) => budgetClassOf(request) === 'guard') ? 'guard' : 'profit',
      expiresAt: Math.min(...requests.map(({ expiresAt }) => expiresAt)),
    });
    if (answer.kind !== 'ok') {
      return requests.map((request) => this.#placed(request, answer));
    }
    const rows = Array.isArray(answer.body) ? (answer.body as readonly unknown[]) : [];
    if (rows.length !== requests.length) {
      const detail = `the answer to ${requests.length} orders has ${rows.length} rows`;
      for (const { clientOrderId } of requests) watch.dismissed(clientOrderId);
      return requests.map(() => ({ kind: 'unknown', detail }));
    }
    return requests.map((request, index) => this.#placed(request, answerOfRow(rows[index])));
  }

  #placed(request: PlaceOrderRequest, answer: RestAnswer): OrderOutcome {
    const { dialect, conditionals, watch } = this.#parts;
    const outcome = this.#written(answer, (body) => {
      if (!isAlgo(dialect, request.kind)) return readOrder(body);
      const order = readAlgoOrder(body);
      conditionals.learn(order);
      return order.report;
    });
    if (outcome.kind !== 'accepted') {
      watch.dismissed(request.clientOrderId);
      return outcome;
    }
    // The answer must be about this very order; anything else tells nothing.
    if (outcome.report?.clientOrderId !== request.clientOrderId) {
      watch.dismissed(request.clientOrderId);
      return { kind: 'unknown', detail: 'the answer is not about this order' };
    }
    watch.accepted(request.clientOrderId);
    return outcome;
  }

  /** An accepted write with what its answer says; an answer that cannot be read leaves the outcome open. */
  #written(
    answer: RestAnswer,
    read: (body: unknown) => OrderStatusReport | undefined,
  ): OrderOutcome {
    const outcome = outcomeOfWrite(answer, this.#parts.dialect);
    if (outcome.kind !== 'accepted' || answer.kind !== 'ok') return outcome;
    try {
      const report = read(answer.body);
      return report === undefined ? outcome : { kind: 'accepted', report };
    } catch (error) {
      return {
        kind: 'unknown',
        detail: isMonitorError(error) ? error.message : 'the answer cannot be read',
      };
    }
  }

  #send(call: Omit<RestCall, 'auth'>): Promise<RestAnswer> {
    return this.#parts.client.call({ ...call, auth: 'signed' });
  }
}

/** A cancellation of a conditional order is answered with its ids; an answer without them is about something else. */
function readCancelled(body: unknown): undefined {
  new WireObject(body, 'cancellation').id('algoId');
}

/** One row of a batch's answer: an order, or an error of its own. */
function answerOfRow(row: unknown): RestAnswer {
  const error = row as { readonly code?: unknown; readonly msg?: unknown } | null;
  const code = Number(error?.code);
  if (typeof error?.msg !== 'string' || !Number.isSafeInteger(code) || code >= 0) {
    return { kind: 'ok', body: row };
  }
  return {
    kind: 'refused',
    status: 400,
    code,
    message: error.msg.slice(0, 200),
    retryAfterMs: null,
  };
}
