import type { EngineState } from '../engine/state.js';
import { step } from '../engine/step.js';
import { acceptQuietTick } from '../engine/ticks.js';
import { InvariantError } from '../errors/invariant-error.js';
import { isMonitorError } from '../errors/position-monitor-error.js';
import { StoreError } from '../errors/store-error.js';
import type { IsolatedEmitter } from '../events/isolated-emitter.js';
import type { CommandExecutor } from '../execution/command-executor.js';
import type { VenueClock } from '../execution/venue-clock.js';
import { encodeBatch } from '../journal/encode-batch.js';
import type { Journal, JournalTicket } from '../journal/journal.js';
import { RECORDING_NOTICE_MS } from '../limits.js';
import type { Command, ExchangeCommand } from '../model/command.js';
import type { Effect } from '../model/effect.js';
import type { Input } from '../model/input.js';
import type { Instant } from '../model/instant.js';
import type { MonitorEvent } from '../model/monitor-event.js';
import type { PriceSource } from '../model/price.js';
import type { Clock, TimerHandle } from '../ports/clock.js';
import type { Logger } from '../ports/logger.js';

export interface ShellOptions {
  readonly state: EngineState;
  readonly clock: Clock;
  readonly venueClock: VenueClock;
  readonly logger: Logger;
  readonly emitter: IsolatedEmitter;
  readonly journal: Journal;
  readonly executor: CommandExecutor;
  /** Commands that are not the exchange's: watching prices, comparing the account. */
  readonly onCommand: (command: Exclude<Command, ExchangeCommand>) => void;
}

interface Request {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * The mailbox around the pure core: one input at a time, then its effects: record, act, tell.
 *
 * Callbacks from outside only put inputs in here. Requests leave when their record is in the store's hands; events and
 * answers leave when it is durable, in the order in which they were decided.
 */
export class Shell {
  readonly #options: ShellOptions;
  readonly #mailbox: Input[] = [];
  readonly #requests = new Map<number, Request>();
  readonly #timers = new Map<string, TimerHandle>();
  #nextRequestId = 1;
  #draining = false;
  /** What is told goes through here one after the other. */
  #telling: Promise<void> = Promise.resolve();
  #untold = 0;
  #unsent = 0;
  #idleWaiters: { readonly requests: boolean; readonly resolve: () => void }[] = [];
  #closed = false;
  /** Why requests are refused, once they are. */
  #closedBy: (() => Error) | null = null;

  constructor(options: ShellOptions) {
    this.#options = options;
  }

  /** Puts an input in; it is processed before this returns, unless another one is being processed. */
  post(input: Input): void {
    if (this.#closed) return;
    this.#mailbox.push(input);
    this.#drain();
  }

  /** One price. Returns at once when it changes nothing. */
  tick(
    symbol: string,
    source: PriceSource,
    price: number,
    exchangeTime: number,
    receivedAt: number,
  ): void {
    if (
      !this.#draining &&
      this.#mailbox.length === 0 &&
      acceptQuietTick(this.#options.state, symbol, source, price, exchangeTime, receivedAt)
    ) {
      return;
    }
    this.post({ kind: 'tick', symbol, source, price, exchangeTime, receivedAt });
  }

  /** Puts an input in that is answered by a `settle` effect. */
  request<Value>(make: (requestId: number) => Input): Promise<Value> {
    const requestId = this.#nextRequestId;
    this.#nextRequestId += 1;
    if (this.#closedBy !== null) return Promise.reject(this.#closedBy());
    return new Promise<Value>((resolve, reject) => {
      this.#requests.set(requestId, { resolve: resolve as (value: unknown) => void, reject });
      this.post(make(requestId));
    });
  }

  /** Whether something waits to be processed, sent, recorded or told. */
  get busy(): boolean {
    return this.#draining || this.#mailbox.length > 0 || this.#untold > 0 || this.#unsent > 0;
  }

  /** Resolves when nothing is under way; with `requests`, nothing at the exchange either. */
  settled(requests: boolean): Promise<void> {
    if (this.#isIdle(requests)) return Promise.resolve();
    return new Promise((resolve) => {
      this.#idleWaiters.push({ requests, resolve });
      this.#checkIdle();
    });
  }

  /** Stops timers and refuses further inputs. Callers that still wait are answered with `false`-like rejections. */
  close(reason: () => Error): void {
    this.#closed = true;
    this.#closedBy = reason;
    for (const handle of this.#timers.values()) this.#options.clock.clearTimer(handle);
    this.#timers.clear();
    for (const request of this.#requests.values()) request.reject(reason());
    this.#requests.clear();
    this.#checkIdle();
  }

  #drain(): void {
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let input = this.#mailbox.shift(); input !== undefined; input = this.#mailbox.shift()) {
        this.#process(input);
      }
    } finally {
      this.#draining = false;
    }
    this.#checkIdle();
  }

  #process(input: Input): void {
    const { state } = this.#options;
    const at = this.#instant();
    let effects: Effect[];
    try {
      effects = step(state, input, at);
    } catch (error) {
      effects = this.#halt(error, input);
    }
    this.#perform(effects);
  }

  #instant(): Instant {
    const { clock, venueClock } = this.#options;
    return { now: clock.now(), mono: clock.monotonic(), venue: venueClock.now() };
  }

  /** Something that must hold does not: protect what there is, open nothing. */
  #halt(error: unknown, input: Input): Effect[] {
    const { kind } = input;
    const { state, logger } = this.#options;
    const broken = isMonitorError(error)
      ? error
      : new InvariantError('INVARIANT_BROKEN', `The core failed on an input of kind ${kind}`, {
          cause: error,
        });
    logger.error(
      { input: kind, code: broken.code, error: broken.message },
      'the monitor is halted: it protects and opens nothing',
    );
    const effects: Effect[] = [];
    try {
      effects.push(...step(state, { kind: 'halt', error: broken }, this.#instant()));
    } catch (again) {
      logger.error(
        { error: again instanceof Error ? again.message : String(again) },
        'halting failed as well',
      );
    }
    if ('requestId' in input && input.requestId !== null) {
      /** Whoever asked for it must not wait for ever. */
      const { requestId } = input;
      effects.push({ kind: 'settle', requestId, result: { kind: 'error', error: broken } });
    }
    return effects;
  }

  #perform(effects: readonly Effect[]): void {
    if (effects.length === 0) return;
    const [first] = effects;
    const ticket =
      first?.kind === 'persist' ? this.#options.journal.commit(encodeBatch(first.changes)) : null;
    const told: (MonitorEvent | Extract<Effect, { kind: 'settle' }>)[] = [];
    for (const effect of effects) {
      if (effect.kind === 'send') this.#send(effect.command, ticket);
      else if (effect.kind === 'timer') this.#setTimer(effect.key, effect.at);
      else if (effect.kind === 'emit') told.push(effect.event);
      else if (effect.kind === 'settle') told.push(effect);
    }
    if (ticket !== null || told.length > 0) this.#tell(ticket, told);
  }

  #send(command: Command, ticket: JournalTicket | null): void {
    if (
      command.kind === 'watch-prices' ||
      command.kind === 'unwatch-prices' ||
      command.kind === 'fetch-bars' ||
      command.kind === 'compare-account'
    ) {
      this.#options.onCommand(command);
      return;
    }
    const writes = command.kind === 'place' || command.kind === 'cancel';
    if (!writes || ticket === null) {
      this.#options.executor.perform(command);
      return;
    }
    this.#unsent += 1;
    const { clock, state } = this.#options;
    const since = clock.monotonic();
    void ticket.recorded.then((recorded) => {
      this.#unsent -= 1;
      const tookMs = clock.monotonic() - since;
      /** Requests get the time that the store needs, or none would ever leave in time. */
      if (recorded && Math.abs(tookMs - state.recordingMs) > RECORDING_NOTICE_MS) {
        this.post({ kind: 'recording-took', ms: tookMs });
      }
      if (recorded) this.#options.executor.perform(command);
      else this.#withoutRecord(command);
      this.#checkIdle();
    });
  }

  /** The store failed: only what is allowed to leave without a record leaves; the rest is planned again. */
  #withoutRecord(command: Extract<Command, { kind: 'place' | 'cancel' }>): void {
    const outcome = { kind: 'not-sent', detail: 'the store could not record it' } as const;
    if (command.kind === 'cancel') {
      this.post({ kind: 'cancel-result', clientOrderId: command.clientOrderId, outcome });
      return;
    }
    const allowed = command.orders.filter((order) => order.evenUnrecorded);
    if (allowed.length > 0) this.#options.executor.perform({ ...command, orders: allowed });
    for (const order of command.orders) {
      if (!order.evenUnrecorded)
        this.post({
          kind: 'place-result',
          clientOrderId: order.clientOrderId,
          attempt: order.attempt,
          outcome,
        });
    }
  }

  #tell(
    ticket: JournalTicket | null,
    told: readonly (MonitorEvent | Extract<Effect, { kind: 'settle' }>)[],
  ): void {
    this.#untold += 1;
    this.#telling = this.#telling.then(async () => {
      const durable = ticket === null ? this.#options.journal.writable : await ticket.durable;
      for (const one of told) {
        if ('kind' in one) this.#settle(one, durable);
        else this.#options.emitter.emit(one);
      }
      this.#untold -= 1;
      this.#checkIdle();
    });
  }

  #settle({ requestId, result }: Extract<Effect, { kind: 'settle' }>, durable: boolean): void {
    const request = this.#requests.get(requestId);
    if (request === undefined) return;
    this.#requests.delete(requestId);
    if (result.kind === 'error') request.reject(result.error);
    else if (result.kind === 'recorded') {
      if (durable) request.resolve(undefined);
      else request.reject(notRecorded());
    } else {
      /** An acknowledgement means durable; what is not cannot be acknowledged. */
      request.resolve(result.value === true && !durable ? false : result.value);
    }
  }

  #setTimer(key: string, at: number | null): void {
    const { clock } = this.#options;
    const known = this.#timers.get(key);
    if (known !== undefined) {
      clock.clearTimer(known);
      this.#timers.delete(key);
    }
    if (at === null || this.#closed) return;
    const handle = clock.setTimer(
      () => {
        this.#timers.delete(key);
        this.post({ kind: 'timer', key });
      },
      Math.max(0, at - clock.monotonic()),
    );
    this.#timers.set(key, handle);
  }

  #isIdle(requests: boolean): boolean {
    return !this.busy && (!requests || this.#options.executor.inFlight === 0);
  }

  #checkIdle(): void {
    if (this.#idleWaiters.length === 0) return;
    if (this.busy) return;
    /** One more turn: answers that are already on their way come first. */
    const waiting = this.#idleWaiters;
    this.#idleWaiters = [];
    void Promise.resolve().then(() => {
      for (const waiter of waiting) {
        if (this.#isIdle(waiter.requests)) waiter.resolve();
        else {
          this.#idleWaiters.push(waiter);
          void this.#poll();
        }
      }
    });
  }

  #polling = false;

  /** Requests end outside of the mailbox; waiting for them costs a microtask at a time, and only while somebody waits. */
  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    await this.#options.executor.idle();
    this.#polling = false;
    this.#checkIdle();
  }
}

function notRecorded(): StoreError {
  return new StoreError('STORE_WRITE_FAILED', 'What was announced could not be recorded', {
    expected: 'a store that can be written',
    received: 'a failed write',
    remedy:
      'It holds as long as this process lives; announce it again, or wait with the entry until store:recovered',
    retryable: true,
  });
}
