import type { RejectCode } from '../../model/outcome.js';
import type { Clock } from '../../ports/clock.js';
import type { SimEvent, SimOrder, SimRequest, SimVerdict } from './sim-order.js';
import type { SimVenue } from './sim-venue.js';

/** What becomes of one write on its way. `executed`: whether the exchange carries it out although the reply is lost. */
export type SimWriteFault =
  /** Answered as unknown: the connection broke, a gateway timed out. */
  | { readonly do: 'unknown'; readonly executed: boolean }
  /** Never answered. */
  | { readonly do: 'hang'; readonly executed: boolean }
  /** Answered with something that nobody can read. */
  | { readonly do: 'garbage'; readonly executed: boolean }
  /** The request travels this much longer. */
  | { readonly do: 'arrive-late'; readonly ms: number }
  /** It is carried out in time; the reply travels this much longer. */
  | { readonly do: 'reply-late'; readonly ms: number }
  /** Proven not to have left. */
  | { readonly do: 'not-sent' }
  | { readonly do: 'reject'; readonly code: RejectCode; readonly retryAfterMs?: number }
  /** Accepted, but the answer does not describe the order. */
  | { readonly do: 'no-report' };

export type SimReadFault =
  | { readonly do: 'fail' }
  | { readonly do: 'hang' }
  | { readonly do: 'garbage' }
  /** The answer is that of the moment of asking, and arrives this much later. */
  | { readonly do: 'reply-late'; readonly ms: number }
  /** The exchange says that it knows nothing of the order, although it does. Other reads: as `fail`. */
  | { readonly do: 'not-found' };

export type SimStreamFault =
  | { readonly do: 'drop' }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'duplicate'; readonly ms: number };

export type SimReadKind =
  | 'account'
  | 'instrument'
  | 'order'
  | 'open-orders'
  | 'positions'
  | 'fills'
  | 'time'
  | 'prices';

/** One write as the exchange saw it. */
export interface SimWrite {
  readonly kind: 'place' | 'cancel';
  /** Number of the connection it came from. */
  readonly connection: number;
  readonly sentAt: number;
  readonly clientOrderId: string;
  readonly request: SimRequest | null;
  /** Monotonic ms; `null`: it has not arrived. */
  arrivedAt: number | null;
  verdict: SimVerdict | null;
}

/** What comes back from a write. */
export type SimAnswer =
  | { readonly kind: 'accepted'; readonly order: Readonly<SimOrder> | null }
  | {
      readonly kind: 'rejected';
      readonly code: RejectCode;
      readonly detail: string;
      readonly retryAfterMs?: number;
    }
  | { readonly kind: 'unknown' | 'not-sent' | 'garbage'; readonly detail: string };

/** What comes back from a read. */
export type SimReply<Result> =
  | { readonly kind: 'ok'; readonly result: Result }
  | { readonly kind: 'not-found' | 'failed' | 'garbage' };

export interface SimLineFaults {
  write(write: SimWrite): SimWriteFault | null;
  read(kind: SimReadKind): SimReadFault | null;
  stream(event: SimEvent): SimStreamFault | null;
}

export const NO_FAULTS: SimLineFaults = {
  write: () => null,
  read: () => null,
  stream: () => null,
};

export interface SimSink {
  event(event: SimEvent): void;
  connection(up: boolean): void;
  gap(reason: string): void;
}

export interface SimLineOptions {
  readonly venue: SimVenue;
  readonly clock: Clock;
  /** Round trip, ms: half there, half back; events take the way back. Default 10. */
  readonly latencyMs?: number;
}

/**
 * The way between a monitor and a {@link SimVenue}: latency, and everything that goes wrong on a line.
 *
 * One connection lives at a time, as one process does. `cut()` is the death of the process: its requests under way still
 * arrive, and nothing comes back to it any more.
 */
export class SimLine {
  readonly venue: SimVenue;
  faults: SimLineFaults = NO_FAULTS;
  /** Called with each write in the moment of its arrival, before the exchange acts. */
  onArrival: (write: SimWrite) => void = () => {};
  /** Called with what the exchange tells, before any of it can be lost. */
  onTold: (event: SimEvent) => void = () => {};
  /** Writes that have left and not arrived. */
  readonly underWay = new Set<SimWrite>();
  /** Writes in all, and those that came while the exchange had banned us. */
  writes = 0;
  writesDuringBan = 0;
  readonly #clock: Clock;
  readonly #halfMs: number;
  #connection = 0;
  #sink: SimSink | null = null;
  #streamUp = true;
  #bannedUntil = Number.NEGATIVE_INFINITY;

  constructor({ venue, clock, latencyMs }: SimLineOptions) {
    this.venue = venue;
    this.#clock = clock;
    this.#halfMs = (latencyMs ?? 10) / 2;
    venue.onEvent = (event) => this.#push(event);
  }

  /** The connection of the next process. The one before is cut. */
  connect(sink: SimSink): SimConnection {
    this.cut();
    this.#sink = sink;
    this.#streamUp = true;
    return new SimConnection(this, this.#connection);
  }

  /** Whoever was connected is dead from now on. */
  cut(): void {
    this.#connection += 1;
    this.#sink = null;
  }

  /** Number of the living connection. */
  get connection(): number {
    return this.#connection;
  }

  get streamUp(): boolean {
    return this.#streamUp;
  }

  /** Takes the account stream down: events are lost, requests still work. Silent: nobody says so. */
  interruptStream(silently = false): void {
    this.#streamUp = false;
    if (!silently) this.#sink?.connection(false);
  }

  resumeStream(): void {
    if (this.#streamUp) return;
    this.#streamUp = true;
    this.#sink?.connection(true);
    this.#sink?.gap('the stream was interrupted');
  }

  /** Every request is refused for a while. */
  ban(ms: number): void {
    this.#bannedUntil = Math.max(this.#bannedUntil, this.#clock.monotonic() + ms);
  }

  /** How long the ban lasts, ms; 0 without one. */
  get banLeftMs(): number {
    return Math.max(0, this.#bannedUntil - this.#clock.monotonic());
  }

  /**
   * One write. In a batch the first order's fate on the way is that of all: they share one request.
   *
   * @internal
   */
  write(
    connection: number,
    what: Pick<SimWrite, 'kind' | 'clientOrderId' | 'request'>,
    act: () => SimVerdict,
    reply: (answer: SimAnswer) => void,
    shared: SimWriteFault | null = null,
  ): SimWriteFault | null {
    if (connection !== this.#connection) return null;
    const write: SimWrite = {
      ...what,
      connection,
      sentAt: this.#clock.monotonic(),
      arrivedAt: null,
      verdict: null,
    };
    this.writes += 1;
    this.underWay.add(write);
    const fault = shared ?? this.faults.write(write);
    const answer = (after: number, value: SimAnswer): void => {
      this.#later(after, () => {
        if (connection === this.#connection) reply(value);
      });
    };
    const lost = fault !== null && 'executed' in fault && !fault.executed;
    if (lost || fault?.do === 'not-sent') {
      this.underWay.delete(write);
      const kind = fault.do === 'hang' ? null : fault.do;
      if (kind !== null) answer(2 * this.#halfMs, { kind: kind as 'unknown', detail: 'lost' });
      return fault;
    }
    const there = this.#halfMs + (fault?.do === 'arrive-late' ? fault.ms : 0);
    this.#later(there, () => {
      this.underWay.delete(write);
      write.arrivedAt = this.#clock.monotonic();
      if (this.banLeftMs > 0) {
        this.writesDuringBan += 1;
        answer(this.#halfMs, throttled(this.banLeftMs));
        return;
      }
      this.onArrival(write);
      if (fault?.do === 'reject') {
        const { code, retryAfterMs } = fault;
        answer(this.#halfMs, {
          kind: 'rejected',
          code,
          detail: 'scripted refusal',
          ...(retryAfterMs !== undefined && { retryAfterMs }),
        });
        return;
      }
      write.verdict = act();
      const back = this.#halfMs + (fault?.do === 'reply-late' ? fault.ms : 0);
      if (fault?.do === 'hang') return;
      if (fault?.do === 'unknown' || fault?.do === 'garbage') {
        answer(back, { kind: fault.do, detail: 'the reply was lost' });
      } else if (fault?.do === 'no-report' && write.verdict.kind === 'accepted') {
        answer(back, { kind: 'accepted', order: null });
      } else answer(back, write.verdict);
    });
    return fault;
  }

  /** @internal */
  read<Result>(
    connection: number,
    kind: SimReadKind,
    ask: () => Result,
    reply: (answer: SimReply<Result>) => void,
  ): void {
    if (connection !== this.#connection) return;
    const fault = this.faults.read(kind);
    if (fault?.do === 'hang') return;
    const answer = (after: number, value: SimReply<Result>): void => {
      this.#later(after, () => {
        if (connection === this.#connection) reply(value);
      });
    };
    this.#later(this.#halfMs, () => {
      const back = this.#halfMs + (fault?.do === 'reply-late' ? fault.ms : 0);
      if (this.banLeftMs > 0 || fault?.do === 'fail') answer(back, { kind: 'failed' });
      else if (fault?.do === 'garbage') answer(back, { kind: 'garbage' });
      else if (fault?.do === 'not-found') {
        answer(back, { kind: kind === 'order' ? 'not-found' : 'failed' });
      } else answer(back, { kind: 'ok', result: ask() });
    });
  }

  #push(event: SimEvent): void {
    this.onTold(event);
    if (!this.#streamUp || this.#sink === null) return;
    const connection = this.#connection;
    const deliver = (after: number): void => {
      this.#later(after, () => {
        if (connection === this.#connection) this.#sink?.event(event);
      });
    };
    const fault = this.faults.stream(event);
    if (fault?.do === 'drop') return;
    deliver(this.#halfMs + (fault?.do === 'delay' ? fault.ms : 0));
    if (fault?.do === 'duplicate') deliver(this.#halfMs + fault.ms);
  }

  #later(ms: number, act: () => void): void {
    this.#clock.setTimer(act, ms);
  }
}

/** What one process can ask of the exchange. Answers may never come. */
export class SimConnection {
  readonly #line: SimLine;
  readonly #number: number;

  constructor(line: SimLine, number: number) {
    this.#line = line;
    this.#number = number;
  }

  get isAlive(): boolean {
    return this.#line.connection === this.#number;
  }

  place(request: SimRequest, reply: (answer: SimAnswer) => void): void {
    const { clientOrderId } = request;
    this.#line.write(
      this.#number,
      { kind: 'place', clientOrderId, request },
      () => this.#line.venue.place(request),
      reply,
    );
  }

  /** Several orders in one request: what happens on the way happens to all of them. */
  placeTogether(
    requests: readonly SimRequest[],
    reply: (index: number, answer: SimAnswer) => void,
  ): void {
    let shared: SimWriteFault | null = null;
    for (const [index, request] of requests.entries()) {
      const { clientOrderId } = request;
      const fault: SimWriteFault | null = this.#line.write(
        this.#number,
        { kind: 'place', clientOrderId, request },
        () => this.#line.venue.place(request),
        (answer) => reply(index, answer),
        shared,
      );
      if (index === 0 && fault?.do !== 'reject' && fault?.do !== 'no-report') shared = fault;
    }
  }

  cancel(
    query: { readonly symbol: string; readonly clientOrderId: string; readonly orderId?: string },
    reply: (answer: SimAnswer) => void,
  ): void {
    const { clientOrderId } = query;
    this.#line.write(
      this.#number,
      { kind: 'cancel', clientOrderId, request: null },
      () => this.#line.venue.cancel(query),
      reply,
    );
  }

  read<Result>(
    kind: SimReadKind,
    ask: (venue: SimVenue) => Result,
    reply: (answer: SimReply<Result>) => void,
  ): void {
    this.#line.read(this.#number, kind, () => ask(this.#line.venue), reply);
  }
}

function throttled(leftMs: number): SimAnswer {
  return { kind: 'rejected', code: 'throttled', detail: 'banned', retryAfterMs: leftMs };
}
