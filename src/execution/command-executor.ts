import { isMonitorError } from '../errors/position-monitor-error.js';
import { FILL_OVERLAP_MS, REQUEST_TIMEOUT_MS } from '../limits.js';
import type { Command, ExchangeCommand, PlaceIntent } from '../model/command.js';
import { toDecimalString } from '../model/decimal.js';
import type { FillEvidence } from '../model/fill.js';
import type { Input, ResolveEvidence } from '../model/input.js';
import type { WriteOutcome } from '../model/outcome.js';
import type { OrderReport } from '../model/reports.js';
import type { Clock } from '../ports/clock.js';
import type {
  ExchangeAdapter,
  OrderOutcome,
  PlaceOrderRequest,
} from '../ports/exchange-adapter.js';
import type { Logger } from '../ports/logger.js';
import type { RequestScheduler } from '../ports/request-scheduler.js';
import { inTime, invoke } from './in-time.js';
import {
  normaliseAll,
  normaliseFill,
  normaliseOrder,
  normaliseOutcome,
  normalisePosition,
  normalisePrice,
} from './normalise-reports.js';
import type { VenueClock } from './venue-clock.js';

export interface ExecutorOptions {
  readonly exchange: ExchangeAdapter;
  readonly scheduler: RequestScheduler;
  readonly clock: Clock;
  readonly venueClock: VenueClock;
  readonly logger: Logger;
  /** Takes the one answer that every command gets, and late ones. */
  readonly deliver: (input: Input) => void;
}

/** Who hears how a write ended, and which order the answer must be about. */
interface Receiver {
  readonly sent: { readonly symbol: string; readonly clientOrderId: string };
  readonly receive: (outcome: WriteOutcome) => void;
}

type CommandOf<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

/**
 * Carries commands out at the exchange. Every command ends in an input, whatever happens.
 *
 * What is not known to have failed is `unknown`: a timeout, a thrown error, an answer that cannot be read. Writes are
 * never repeated here; only the core, which knows what it wants now, sends again.
 */
export class CommandExecutor {
  readonly #options: ExecutorOptions;
  #inFlight = 0;
  #idleWaiters: (() => void)[] = [];

  constructor(options: ExecutorOptions) {
    this.#options = options;
  }

  /** Commands that have no answer yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  perform(command: ExchangeCommand): void {
    this.#inFlight += 1;
    this.#run(command)
      .catch((error: unknown) => {
        this.#options.logger.error(
          { command: command.kind, error: messageOf(error) },
          'a command failed',
        );
      })
      .finally(() => {
        this.#inFlight -= 1;
        if (this.#inFlight > 0) return;
        const waiting = this.#idleWaiters;
        this.#idleWaiters = [];
        for (const resolve of waiting) resolve();
      });
  }

  /** Resolves when no command is without an answer. */
  idle(): Promise<void> {
    if (this.#inFlight === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idleWaiters.push(resolve));
  }

  #run(command: ExchangeCommand): Promise<void> {
    switch (command.kind) {
      case 'place':
        return this.#place(command);
      case 'cancel':
        return this.#cancel(command);
      case 'resolve':
        return this.#resolve(command);
      case 'read-position':
        return this.#readPosition(command);
      case 'look-up':
        return this.#lookUp(command);
      case 'confirm-price':
        return this.#confirmPrice(command);
    }
  }

  async #place({ lane, orders }: CommandOf<'place'>): Promise<void> {
    await this.#options.scheduler.run(lane, async () => {
      const { clock, exchange } = this.#options;
      const now = clock.now();
      const inTime = orders.filter((order) => now <= order.sendBy);
      for (const order of orders) {
        if (now > order.sendBy)
          this.#placed(order, { kind: 'not-sent', detail: 'its time to leave was over' });
      }
      const requests = inTime.map((order) => this.#requestOf(order));
      if (requests.length > 1 && exchange.placeOrders) {
        const send = exchange.placeOrders.bind(exchange);
        await this.#writeAll(
          () => send(requests),
          inTime.map((order) => this.#placement(order)),
        );
        return;
      }
      /** Parts of one exit: none waits for the answer of another. */
      await Promise.all(
        inTime.map((order, index) =>
          this.#writeAll(
            async () => [await exchange.placeOrder(requests[index] as PlaceOrderRequest)],
            [this.#placement(order)],
          ),
        ),
      );
    });
  }

  #requestOf({ clientOrderId, terms, deadline }: PlaceIntent): PlaceOrderRequest {
    return {
      clientOrderId,
      symbol: terms.symbol,
      side: terms.side,
      positionSide: terms.positionSide,
      kind: terms.kind,
      quantity: toDecimalString(terms.quantity),
      reduceOnly: terms.reduceOnly,
      expiresAt: deadline,
      ...(terms.price === null ? {} : { price: toDecimalString(terms.price) }),
      ...(terms.triggerPrice === null ? {} : { triggerPrice: toDecimalString(terms.triggerPrice) }),
      ...(terms.triggerSource === null ? {} : { triggerSource: terms.triggerSource }),
      ...(terms.priceProtect ? { priceProtect: true } : {}),
    };
  }

  #placed(order: PlaceIntent, outcome: WriteOutcome): void {
    const { clientOrderId, attempt } = order;
    this.#options.deliver({ kind: 'place-result', clientOrderId, attempt, outcome });
  }

  #placement(order: PlaceIntent): Receiver {
    const { clientOrderId, terms } = order;
    return {
      sent: { symbol: terms.symbol, clientOrderId },
      receive: (outcome) => this.#placed(order, outcome),
    };
  }

  async #cancel(command: CommandOf<'cancel'>): Promise<void> {
    const { exchange, scheduler, deliver } = this.#options;
    const { clientOrderId, venueOrderId, symbol, orderKind } = command;
    await scheduler.run(command.lane, async () => {
      if (this.#options.clock.now() > command.sendBy) {
        const outcome = { kind: 'not-sent', detail: 'its time to leave was over' } as const;
        deliver({ kind: 'cancel-result', clientOrderId, outcome });
        return;
      }
      await this.#writeAll(
        async () => [
          await exchange.cancelOrder({
            symbol,
            clientOrderId,
            kind: orderKind,
            ...(venueOrderId === null ? {} : { orderId: venueOrderId }),
          }),
        ],
        [
          {
            sent: { symbol, clientOrderId },
            receive: (outcome) => deliver({ kind: 'cancel-result', clientOrderId, outcome }),
          },
        ],
      );
    });
  }

  /**
   * Runs a write with a time limit. When it is over, the outcome is unknown and the lane is free; what the exchange
   * answers afterwards is delivered as well, because evidence is welcome at any time.
   */
  #writeAll(
    write: () => Promise<readonly OrderOutcome[]>,
    receivers: readonly Receiver[],
  ): Promise<void> {
    const { clock } = this.#options;
    return new Promise((resolve) => {
      const timer = clock.setTimer(() => {
        for (const { receive } of receivers)
          receive({ kind: 'unknown', detail: `no answer within ${REQUEST_TIMEOUT_MS} ms` });
        resolve();
      }, REQUEST_TIMEOUT_MS);
      const settle = (outcomes: readonly WriteOutcome[]): void => {
        clock.clearTimer(timer);
        for (const [index, { receive }] of receivers.entries()) {
          receive(
            outcomes[index] ?? {
              kind: 'unknown',
              detail: 'the answer does not mention this order',
            },
          );
        }
        resolve();
      };
      invoke(write).then(
        (raw) =>
          settle(
            Array.isArray(raw)
              ? receivers.map(({ sent }, index) => readOutcome(raw[index], sent))
              : [],
          ),
        (error: unknown) => settle(receivers.map(() => outcomeOfFailure(error))),
      );
    });
  }

  async #resolve(command: CommandOf<'resolve'>): Promise<void> {
    let evidence: ResolveEvidence | null = null;
    try {
      evidence = await this.#search(command);
    } catch (error) {
      this.#options.logger.warn(
        { symbol: command.symbol, error: messageOf(error) },
        'an order could not be looked for',
      );
    }
    this.#options.deliver({
      kind: 'resolve-result',
      clientOrderId: command.clientOrderId,
      evidence,
    });
  }

  async #search(command: CommandOf<'resolve'>): Promise<ResolveEvidence> {
    const { exchange } = this.#options;
    const { symbol, clientOrderId, venueOrderId, orderKind, sinceMs } = command;
    const venueTime = await this.#venueTime();
    const query = {
      symbol,
      clientOrderId,
      kind: orderKind,
      ...(venueOrderId === null ? {} : { orderId: venueOrderId }),
    };
    const isIt = (row: { clientOrderId: string | null; orderId: string }): boolean =>
      row.clientOrderId === clientOrderId ||
      (venueOrderId !== null && row.orderId === venueOrderId);
    const found = await this.#read(() => exchange.fetchOrder(query));
    let report: OrderReport | null =
      found === null || found === undefined ? null : normaliseOrder(found);
    let places = 1;
    if (report === null) {
      const open = normaliseAll(
        await this.#read(() => exchange.fetchOpenOrders(symbol)),
        'open orders',
        normaliseOrder,
      );
      report = open.find(isIt) ?? null;
      places += 1;
    }
    const orderId = report?.orderId ?? venueOrderId;
    let fills: readonly FillEvidence[] = [];
    if (report === null || (report.executedQty.gt(0) && report.avgPrice === null)) {
      const all = await this.#fillsSince(symbol, sinceMs - FILL_OVERLAP_MS);
      fills = all.filter((fill) => isIt(fill) || fill.orderId === orderId);
      places += 1;
    }
    return { report, fills, places, venueTime };
  }

  async #readPosition({ symbol, sinceMs }: CommandOf<'read-position'>): Promise<void> {
    const { exchange, clock, deliver, logger } = this.#options;
    try {
      const [rows, fills] = await Promise.all([
        this.#readUrgently(() => exchange.fetchPositions(symbol)),
        this.#readUrgently(() => exchange.fetchFills(symbol, sinceMs)),
      ]);
      const now = clock.now();
      deliver({
        kind: 'position-read',
        symbol,
        view: {
          positions: normaliseAll(rows, 'positions', (row, name) =>
            normalisePosition(row, now, name),
          ),
          fills: normaliseAll(fills, 'fills', normaliseFill),
        },
      });
    } catch (error) {
      logger.warn({ symbol, error: messageOf(error) }, 'the position could not be read');
      deliver({ kind: 'position-read', symbol, view: null });
    }
  }

  async #lookUp({ symbol, orderId, sinceMs }: CommandOf<'look-up'>): Promise<void> {
    const { exchange, deliver, logger } = this.#options;
    try {
      const found = await this.#read(() => exchange.fetchOrder({ symbol, orderId }));
      const report = found === null || found === undefined ? null : normaliseOrder(found);
      const priced = report?.avgPrice !== null && report?.avgPrice !== undefined;
      const fills = priced
        ? []
        : (await this.#fillsSince(symbol, sinceMs)).filter((fill) => fill.orderId === orderId);
      deliver({ kind: 'looked-up', symbol, orderId, report, fills, failed: false });
    } catch (error) {
      logger.warn({ symbol, error: messageOf(error) }, 'an order could not be looked up');
      deliver({ kind: 'looked-up', symbol, orderId, report: null, fills: [], failed: true });
    }
  }

  async #confirmPrice({ symbol, source, askedAt }: CommandOf<'confirm-price'>): Promise<void> {
    const { exchange, deliver } = this.#options;
    const unanswered: Input = { kind: 'price-confirmed', symbol, source, askedAt, price: null };
    if (!exchange.fetchPrices) {
      deliver(unanswered);
      return;
    }
    const fetch = exchange.fetchPrices.bind(exchange);
    try {
      const rows = await this.#readUrgently(() => fetch(symbol));
      const prices = normaliseAll(rows, 'prices', (row, name) => normalisePrice(row, symbol, name));
      const same = prices.find((price) => price.source === source) ?? prices[0];
      deliver(same ? { ...unanswered, price: same.price } : unanswered);
    } catch {
      deliver(unanswered);
    }
  }

  async #venueTime(): Promise<number> {
    const { exchange, venueClock } = this.#options;
    if (!exchange.fetchServerTime) return venueClock.now();
    const fetch = exchange.fetchServerTime.bind(exchange);
    return venueClock.measure(() => this.#read(() => fetch()));
  }

  async #fillsSince(symbol: string, sinceMs: number): Promise<readonly FillEvidence[]> {
    const rows = await this.#read(() => this.#options.exchange.fetchFills(symbol, sinceMs));
    return normaliseAll(rows, 'fills', normaliseFill);
  }

  #read<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#options.scheduler.read(() => inTime(this.#options.clock, task));
  }

  /** Reads that a close waits for: not behind routine ones, and not repeated. */
  #readUrgently<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#options.scheduler.run('protective', () => inTime(this.#options.clock, task));
  }
}

function readOutcome(raw: unknown, sent: Receiver['sent']): WriteOutcome {
  try {
    return normaliseOutcome(raw, sent);
  } catch (error) {
    return { kind: 'unknown', detail: messageOf(error) };
  }
}

/** A thrown error tells nothing about what the exchange did, unless the adapter says so in it. */
function outcomeOfFailure(error: unknown): WriteOutcome {
  const detail = messageOf(error);
  if (isMonitorError(error) && error.code.startsWith('EXCHANGE_')) {
    if (error.outcome === 'not-sent' && error.code === 'EXCHANGE_UNREACHABLE')
      return { kind: 'not-sent', detail };
    if (error.outcome === 'rejected')
      return { kind: 'rejected', rejection: { code: 'other', detail } };
  }
  return { kind: 'unknown', detail };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
