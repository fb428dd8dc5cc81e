import type { InstrumentInput } from '../../model/instrument.js';
import { isImmediateKind, isStopKind } from '../../model/order-kind.js';
import type { RejectCode } from '../../model/outcome.js';
import type { Clock } from '../../ports/clock.js';
import type {
  AccountReport,
  FillReport,
  OrderStatusReport,
  PositionStatusReport,
  PriceStatusReport,
} from '../../ports/exchange-adapter.js';
import { type RuleTimes, ScriptRules } from '../script-rules.js';
import type {
  SimLine,
  SimReadFault,
  SimReadKind,
  SimStreamFault,
  SimWrite,
  SimWriteFault,
} from './sim-line.js';
import { isReducing, type SimEvent, type SimRequest } from './sim-order.js';
import type { FillFate, TriggerFate } from './sim-venue.js';

/** What a write is for: `close` is a reducing order that ends at once, `entry` everything that may open. */
export type SimWriteName = 'stop' | 'take-profit' | 'close' | 'entry' | 'cancel';

/** Which writes a rule is for: those of a name, all, or what a function of the client order id says. */
export type SimWriteChoice = SimWriteName | 'any' | ((clientOrderId: string) => boolean);

/** What each read of the adapter answers with. */
export interface SimReads {
  fetchAccount: AccountReport;
  fetchInstrument: InstrumentInput;
  fetchOrder: OrderStatusReport | null;
  fetchOpenOrders: readonly OrderStatusReport[];
  fetchPositions: readonly PositionStatusReport[];
  fetchFills: readonly FillReport[];
  fetchServerTime: number;
  fetchPrices: readonly PriceStatusReport[];
}

/** A read, by the name of the adapter's member. */
export type SimReadName = keyof SimReads;

/** What the account stream tells. */
export type SimEventName = SimEvent['kind'] | 'any';

export const KIND_OF_READ: Readonly<Record<SimReadName, SimReadKind>> = {
  fetchAccount: 'account',
  fetchInstrument: 'instrument',
  fetchOrder: 'order',
  fetchOpenOrders: 'open-orders',
  fetchPositions: 'positions',
  fetchFills: 'fills',
  fetchServerTime: 'time',
  fetchPrices: 'prices',
};

/**
 * What goes wrong next at a {@link SimExchange}: every method adds a rule, and the rule is gone when it was met.
 *
 * Rules that fit the same request are met in the order of the calls. Times are ms of the exchange's clock.
 *
 * @example
 * exchange.script.rejectNext('stop', 'would-trigger');
 * exchange.script.loseNextReply('close');
 * exchange.script.goSilentFor(5_000);
 * // ... and at the end of the test, that all of it has happened:
 * exchange.script.pending; // []
 */
export class SimScript {
  readonly #line: SimLine;
  readonly #clock: Clock;
  readonly #writes = new ScriptRules<SimWrite, SimWriteFault>();
  readonly #reads = new ScriptRules<SimReadKind, SimReadFault>();
  readonly #answers = new ScriptRules<SimReadName, (truth: never) => unknown>();
  readonly #events = new ScriptRules<SimEvent, SimStreamFault>();
  readonly #triggers = new ScriptRules<void, TriggerFate>();
  readonly #fills = new ScriptRules<void, FillFate>();
  /** Monotonic ms until which the stream is silent. */
  #silentUntil = Number.NEGATIVE_INFINITY;

  /** @internal */
  constructor(line: SimLine, clock: Clock) {
    this.#line = line;
    this.#clock = clock;
    line.faults = {
      write: (write) => this.#writes.take(write),
      read: (kind) => this.#reads.take(kind),
      stream: (event) =>
        clock.monotonic() < this.#silentUntil ? { do: 'drop' } : this.#events.take(event),
    };
    line.venue.triggerFate = () => this.#triggers.take();
    line.venue.fillFate = () => this.#fills.take();
  }

  /** Rules that have not been met yet, in words: a test that ends with some left did not test them. */
  get pending(): readonly string[] {
    return [
      this.#writes,
      this.#reads,
      this.#answers,
      this.#events,
      this.#triggers,
      this.#fills,
    ].flatMap((rules) => rules.pending);
  }

  /** Forgets every rule. What is under way keeps its fate; outages, bans and halts end when they said. */
  clear(): void {
    for (const rules of [this.#writes, this.#reads, this.#answers, this.#events]) rules.clear();
    this.#triggers.clear();
    this.#fills.clear();
    this.#silentUntil = Number.NEGATIVE_INFINITY;
  }

  /** The exchange refuses for sure: nothing is executed. */
  rejectNext(
    which: SimWriteChoice,
    code: RejectCode,
    options: RuleTimes & { readonly retryAfterMs?: number } = {},
  ): void {
    const { retryAfterMs } = options;
    const fault = {
      do: 'reject',
      code,
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    } as const;
    this.#onWrite(`rejectNext ${code}`, which, fault, options);
  }

  /** The request gets lost before the exchange has it. The caller learns that nothing is known. */
  loseNextRequest(which: SimWriteChoice, options: RuleTimes = {}): void {
    this.#onWrite('loseNextRequest', which, { do: 'unknown', executed: false }, options);
  }

  /** The exchange carries it out and its reply gets lost. The caller learns that nothing is known. */
  loseNextReply(which: SimWriteChoice, options: RuleTimes = {}): void {
    this.#onWrite('loseNextReply', which, { do: 'unknown', executed: true }, options);
  }

  /** The call never settles; the monitor's own time limit ends it. `executed`: whether the exchange carries it out. */
  hangNext(which: SimWriteChoice, options: RuleTimes & { readonly executed?: boolean } = {}): void {
    this.#onWrite('hangNext', which, { do: 'hang', executed: options.executed ?? true }, options);
  }

  /** It is carried out, and the adapter hands on an answer that nobody can read. */
  garbleNextReply(which: SimWriteChoice, options: RuleTimes = {}): void {
    this.#onWrite('garbleNextReply', which, { do: 'garbage', executed: true }, options);
  }

  /** The request travels this much longer. Beyond its time window the exchange refuses it. */
  delayNextRequest(which: SimWriteChoice, ms: number, options: RuleTimes = {}): void {
    this.#onWrite('delayNextRequest', which, { do: 'arrive-late', ms }, options);
  }

  /** It is carried out in time, and the reply travels this much longer. */
  delayNextReply(which: SimWriteChoice, ms: number, options: RuleTimes = {}): void {
    this.#onWrite('delayNextReply', which, { do: 'reply-late', ms }, options);
  }

  /** No connection could be opened: proven not to have left. */
  failToSendNext(which: SimWriteChoice, options: RuleTimes = {}): void {
    this.#onWrite('failToSendNext', which, { do: 'not-sent' }, options);
  }

  /** Accepted, but the answer does not describe the order. */
  omitNextReport(which: SimWriteChoice, options: RuleTimes = {}): void {
    this.#onWrite('omitNextReport', which, { do: 'no-report' }, options);
  }

  /**
   * The read rejects. A monitor with its own scheduler asks up to three times, with pauses of real time, so that
   * `{ times: 3 }` is a read that fails for it; with `directScheduler` once is enough.
   */
  failNextRead(read: SimReadName, options: RuleTimes = {}): void {
    this.#onRead('failNextRead', read, { do: 'fail' }, options);
  }

  /** The read never settles. */
  hangNextRead(read: SimReadName, options: RuleTimes = {}): void {
    this.#onRead('hangNextRead', read, { do: 'hang' }, options);
  }

  /** The answer of now comes this much later. */
  delayNextRead(read: SimReadName, ms: number, options: RuleTimes = {}): void {
    this.#onRead('delayNextRead', read, { do: 'reply-late', ms }, options);
  }

  /** The exchange says that it knows nothing of the order, although it does. */
  hideNextOrder(options: RuleTimes = {}): void {
    this.#onRead('hideNextOrder', 'fetchOrder', { do: 'not-found' }, options);
  }

  /**
   * The read answers something else than the truth: a stale position, a list that lacks an order.
   *
   * @example
   * exchange.script.answerNextRead('fetchPositions', () => []);
   */
  answerNextRead<Name extends SimReadName>(
    read: Name,
    answer: (truth: SimReads[Name]) => unknown,
    options: RuleTimes = {},
  ): void {
    this.#answers.add({
      name: `answerNextRead ${read}`,
      fits: (name) => name === read,
      fault: answer,
      ...options,
    });
  }

  /** An event of the account stream never comes. */
  dropNextEvent(kind: SimEventName = 'any', options: RuleTimes = {}): void {
    this.#onEvent('dropNextEvent', kind, { do: 'drop' }, options);
  }

  /** An event of the account stream comes this much later, after others. */
  delayNextEvent(kind: SimEventName, ms: number, options: RuleTimes = {}): void {
    this.#onEvent('delayNextEvent', kind, { do: 'delay', ms }, options);
  }

  /** An event of the account stream comes twice, the second time this much later. */
  duplicateNextEvent(kind: SimEventName, ms: number, options: RuleTimes = {}): void {
    this.#onEvent('duplicateNextEvent', kind, { do: 'duplicate', ms }, options);
  }

  /** The account stream looks alive and tells nothing for a while: what happens meanwhile is never told. */
  goSilentFor(ms: number): void {
    this.#silentUntil = this.#clock.monotonic() + ms;
  }

  /** The account stream is down for a while and says so; then it is back and tells a gap. Requests still work. */
  disconnectFor(ms: number): void {
    this.#line.interruptStream();
    this.#clock.setTimer(() => this.#line.resumeStream(), ms);
  }

  /** Every request is refused for a while, as after a ban: reads fail, writes are `throttled`. */
  banFor(ms: number): void {
    this.#line.ban(ms);
  }

  /** Trading is halted for a while: nothing matches, new orders are refused as `market-closed`. */
  haltFor(ms: number): void {
    const { venue } = this.#line;
    venue.halted = true;
    this.#clock.setTimer(() => {
      venue.halted = false;
    }, ms);
  }

  /** The exchange's clock is this much ahead of ours from now on, ms; negative = behind. */
  skewClock(ms: number): void {
    this.#line.venue.skewMs = ms;
  }

  /** The next stop that is triggered is refused by the exchange itself, and ends as `rejected`. */
  rejectNextTrigger(options: RuleTimes = {}): void {
    this.#triggers.add({ name: 'rejectNextTrigger', fault: { do: 'reject' }, ...options });
  }

  /** The next stop that is triggered executes this much later. */
  delayNextTrigger(ms: number, options: RuleTimes = {}): void {
    this.#triggers.add({ name: 'delayNextTrigger', fault: { do: 'hesitate', ms }, ...options });
  }

  /**
   * The next execution takes a part of what is left, and another one this much later.
   *
   * @param parts what is left is divided by this; `times` is how many executions are cut like that
   * @param options `restExpires`: after the part nothing more is executed. Default pause 1 ms
   */
  fillNextInParts(
    parts: number,
    options: RuleTimes & { readonly pauseMs?: number; readonly restExpires?: boolean } = {},
  ): void {
    const { pauseMs = 1, restExpires = false, ...times } = options;
    const fault = { parts, pauseMs, restExpires };
    this.#fills.add({ name: `fillNextInParts ${parts}`, fault, ...times });
  }

  /** @internal What a read answers instead of the truth. */
  answerOf(read: SimReadName, truth: unknown): unknown {
    const change = this.#answers.take(read);
    return change === null ? truth : change(truth as never);
  }

  #onWrite(name: string, which: SimWriteChoice, fault: SimWriteFault, options: RuleTimes): void {
    this.#writes.add({
      name: `${name} ${typeof which === 'string' ? which : '(function)'}`,
      fits: (write) => isChosen(which, write),
      fault,
      ...options,
    });
  }

  #onRead(name: string, read: SimReadName, fault: SimReadFault, options: RuleTimes): void {
    const kind = KIND_OF_READ[read];
    this.#reads.add({
      name: `${name} ${read}`,
      fits: (asked) => asked === kind,
      fault,
      ...options,
    });
  }

  #onEvent(name: string, kind: SimEventName, fault: SimStreamFault, options: RuleTimes): void {
    const fits = (event: SimEvent): boolean => kind === 'any' || event.kind === kind;
    this.#events.add({ name: `${name} ${kind}`, fits, fault, ...options });
  }
}

/** What a write is for, judged by what it asks for. */
export function writeNameOf(
  request: Pick<SimRequest, 'kind' | 'side' | 'positionSide' | 'reduceOnly'> | null,
): SimWriteName {
  if (request === null) return 'cancel';
  if (!isReducing(request)) return 'entry';
  if (isStopKind(request.kind)) return 'stop';
  return isImmediateKind(request.kind) ? 'close' : 'take-profit';
}

function isChosen(which: SimWriteChoice, { request, clientOrderId }: SimWrite): boolean {
  if (typeof which === 'function') return which(clientOrderId);
  return which === 'any' || which === writeNameOf(request);
}
