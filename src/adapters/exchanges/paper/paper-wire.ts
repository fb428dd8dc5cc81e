import type { Clock } from '../../../ports/clock.js';
import type { ExchangeSink } from '../../../ports/exchange-adapter.js';
import type { Logger } from '../../../ports/logger.js';
import { DelayLine } from './delay-line.js';

/** One thing to tell the listener. */
export type SinkEvent = (sink: ExchangeSink) => void;

/** What becomes of a request whose reply cannot come any more. Returns or throws. */
export type LostReply<Result> = (arrived: boolean) => Result;

/**
 * The way between the caller and the book: latency, the listener, and a line that can be cut.
 *
 * Without latency a request acts and its events are delivered inside the call. Events are held back until the book
 * is done with the whole step, so a listener that calls back always meets a consistent book; what it causes is
 * delivered after it returns, by the outermost call.
 */
export class PaperWire {
  readonly #latencyMs: number;
  readonly #logger: Logger;
  readonly #inbound: DelayLine;
  readonly #outbound: DelayLine;
  readonly #inFlight = new Set<{ lose(): void }>();
  #held: SinkEvent[] = [];
  #sink: ExchangeSink | null = null;
  #isStreamUp = false;
  #isClosed = false;
  #isDelivering = false;

  constructor(clock: Clock, latencyMs: number, logger: Logger) {
    this.#latencyMs = latencyMs;
    this.#logger = logger;
    this.#inbound = new DelayLine(clock, latencyMs / 2);
    this.#outbound = new DelayLine(clock, latencyMs / 2);
  }

  open(sink: ExchangeSink): void {
    this.#isClosed = false;
    this.#sink = sink;
    this.#isStreamUp = true;
    this.#tell((listener) => listener.connection('connected'));
  }

  close(): void {
    this.#isClosed = true;
    this.#sink = null;
    this.#isStreamUp = false;
    this.#held = [];
    this.#inbound.clear();
    this.#outbound.clear();
    const lost = [...this.#inFlight];
    this.#inFlight.clear();
    for (const request of lost) request.lose();
  }

  /** Cuts the event stream: events are lost until it is up again. Requests still work. */
  interrupt(reason: string): void {
    if (!this.#isStreamUp) return;
    this.#isStreamUp = false;
    this.#tell((sink) => sink.connection('disconnected', reason));
  }

  resume(reason: string): void {
    if (this.#isStreamUp || this.#sink === null) return;
    this.#isStreamUp = true;
    this.#tell((sink) => {
      sink.connection('connected');
      sink.gap(reason);
    });
  }

  /** Carries a request to the book and its answer back. */
  request<Result>(act: () => Result, lost: LostReply<Result>): Promise<Result> {
    if (this.#isClosed) return settled(() => lost(false));
    if (this.#latencyMs === 0) {
      const answer = settled(act);
      this.flush();
      return answer;
    }
    return new Promise((resolve, reject) => {
      const settle = (answer: () => Result) => {
        try {
          resolve(answer());
        } catch (error) {
          reject(error);
        }
      };
      let arrived = false;
      const entry = { lose: () => settle(() => lost(arrived)) };
      this.#inFlight.add(entry);
      this.#inbound.send(() => {
        arrived = true;
        const answer = outcomeOf(act);
        this.flush();
        this.#outbound.send(() => {
          this.#inFlight.delete(entry);
          settle(answer);
        });
      });
    });
  }

  /** Holds an event until the step of the book is done. */
  emit(event: SinkEvent): void {
    if (this.#isStreamUp) this.#held.push(event);
  }

  /** Sends the held events on their way. Called at the end of each step of the book. */
  flush(): void {
    if (this.#held.length === 0) return;
    if (this.#latencyMs > 0) {
      const events = this.#held;
      this.#held = [];
      this.#outbound.send(() => {
        this.#deliver(events);
      });
      return;
    }
    if (this.#isDelivering) return;
    this.#isDelivering = true;
    try {
      while (this.#held.length > 0) {
        const events = this.#held;
        this.#held = [];
        this.#deliver(events);
      }
    } finally {
      this.#isDelivering = false;
    }
  }

  #deliver(events: readonly SinkEvent[]): void {
    for (const event of events) if (this.#isStreamUp) this.#tell(event);
  }

  /** A listener that throws breaks its own contract; the book and the other events go on. */
  #tell(event: SinkEvent): void {
    if (this.#sink === null) return;
    try {
      event(this.#sink);
    } catch (error) {
      this.#logger.error({ error: String(error) }, 'A listener of the paper exchange threw');
    }
  }
}

function outcomeOf<Result>(act: () => Result): () => Result {
  try {
    const result = act();
    return () => result;
  } catch (error) {
    return () => {
      throw error;
    };
  }
}

function settled<Result>(act: () => Result): Promise<Result> {
  try {
    return Promise.resolve(act());
  } catch (error) {
    return Promise.reject(error);
  }
}
