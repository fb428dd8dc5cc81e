import type { PaperExchange } from '../../src/adapters/exchanges/paper/paper-exchange.js';
import type { RejectCode } from '../../src/model/outcome.js';
import type { Clock } from '../../src/ports/clock.js';
import type {
  CancelOrderRequest,
  ExchangeAdapter,
  ExchangeCapabilities,
  ExchangeSink,
  FillReport,
  OrderOutcome,
  OrderQuery,
  OrderStatusReport,
  PlaceOrderRequest,
  PositionStatusReport,
  PriceStatusReport,
} from '../../src/ports/exchange-adapter.js';

/** What becomes of one write. `executed`: whether the exchange carries it out although the reply is lost. */
export type WriteFault =
  | { readonly do: 'reject'; readonly code: RejectCode; readonly retryAfterMs?: number }
  /** Answered with `unknown`. */
  | { readonly do: 'unknown'; readonly executed: boolean }
  | { readonly do: 'hang'; readonly executed: boolean }
  | { readonly do: 'throw'; readonly executed: boolean; readonly value?: unknown }
  /** The adapter throws instead of returning a promise. */
  | { readonly do: 'throw-sync'; readonly value?: unknown }
  /** The request travels this long. */
  | { readonly do: 'arrive-late'; readonly ms: number }
  /** It is carried out at once; the reply travels this long. */
  | { readonly do: 'reply-late'; readonly ms: number }
  | { readonly do: 'not-sent' }
  | { readonly do: 'garbage'; readonly executed: boolean; readonly value?: unknown }
  | { readonly do: 'no-report' };

export type ReadFault<Result = unknown> =
  | { readonly do: 'fail'; readonly value?: unknown }
  | { readonly do: 'hang' }
  /** Another answer than the true one. */
  | { readonly do: 'lie'; readonly answer: (truth: Result) => unknown }
  | { readonly do: 'reply-late'; readonly ms: number };

export type StreamFault =
  | { readonly do: 'drop' }
  | { readonly do: 'delay'; readonly ms: number }
  | { readonly do: 'duplicate'; readonly ms: number };

export type ReadKind =
  | 'fetchAccount'
  | 'fetchInstrument'
  | 'fetchOrder'
  | 'fetchOpenOrders'
  | 'fetchPositions'
  | 'fetchFills'
  | 'fetchServerTime'
  | 'fetchPrices';

export type StreamEvent =
  | { readonly kind: 'order'; readonly report: OrderStatusReport }
  | { readonly kind: 'fill'; readonly report: FillReport }
  | { readonly kind: 'position'; readonly report: PositionStatusReport };

/** One request of a monitor, as the exchange saw it. */
export interface RequestRecord {
  readonly kind: 'place' | 'cancel' | ReadKind;
  readonly session: number;
  readonly sentAt: number;
  /** `null`: it never arrived. */
  arrivedAt: number | null;
  readonly place?: PlaceOrderRequest;
  readonly cancel?: CancelOrderRequest;
  /** How the exchange itself answered. */
  outcome: OrderOutcome | null;
}

interface Rule<Fault> {
  readonly matches: (request: never) => boolean;
  readonly fault: Fault;
  left: number;
}

export interface ScriptedExchangeOptions {
  readonly paper: PaperExchange;
  readonly clock: Clock;
  /** Round trip of a request, ms: half there, half back. Default 10. */
  readonly latencyMs?: number;
  readonly capabilities?: Partial<ExchangeCapabilities>;
  /** Members that the adapter does not have. */
  readonly without?: readonly ('placeOrders' | 'fetchPrices' | 'fetchServerTime')[];
}

/**
 * A paper exchange behind a line that fails on demand.
 *
 * Orders and positions live in the paper exchange; what is scripted is the way there and back. Each monitor gets an
 * adapter of its own from `adapter()`; `cut()` makes the last one dead, as the death of a process does: its requests
 * under way still arrive, but nothing comes back, and it hears and sends nothing any more.
 */
export class ScriptedExchange {
  readonly paper: PaperExchange;
  readonly requests: RequestRecord[] = [];
  /** Called for each write in the moment of its arrival, before the exchange acts. */
  onArrival: ((record: RequestRecord) => void) | null = null;
  /** Faults decided by a function, asked before the scripted rules. */
  chooseWriteFault: ((record: RequestRecord) => WriteFault | null) | null = null;
  chooseReadFault: ((kind: ReadKind) => ReadFault<never> | null) | null = null;
  chooseStreamFault: ((event: StreamEvent) => StreamFault | null) | null = null;
  readonly #options: ScriptedExchangeOptions;
  readonly #placeRules: Rule<WriteFault>[] = [];
  readonly #cancelRules: Rule<WriteFault>[] = [];
  readonly #readRules = new Map<ReadKind, Rule<ReadFault<never>>[]>();
  readonly #streamRules: Rule<StreamFault>[] = [];
  readonly #capabilities: ExchangeCapabilities;
  readonly #halfMs: number;
  #session = 0;
  #sink: ExchangeSink | null = null;
  #streamUp = true;

  constructor(options: ScriptedExchangeOptions) {
    this.#options = options;
    this.paper = options.paper;
    this.#halfMs = (options.latencyMs ?? 10) / 2;
    this.#capabilities = {
      ...options.paper.capabilities,
      pricesConfirmThemselves: false,
      live: true,
      ...options.capabilities,
    };
    void this.paper.connect({
      order: (report) => this.#push({ kind: 'order', report }),
      fill: (report) => this.#push({ kind: 'fill', report }),
      position: (report) => this.#push({ kind: 'position', report }),
      connection() {},
      gap() {},
    });
  }

  /** The next `times` placements that match end like this. */
  onPlace(
    fault: WriteFault,
    matches: (request: PlaceOrderRequest) => boolean = () => true,
    times = 1,
  ): void {
    this.#placeRules.push({ fault, matches, left: times });
  }

  onCancel(
    fault: WriteFault,
    matches: (request: CancelOrderRequest) => boolean = () => true,
    times = 1,
  ): void {
    this.#cancelRules.push({ fault, matches, left: times });
  }

  onRead<Result>(kind: ReadKind, fault: ReadFault<Result>, times = 1): void {
    const rules = this.#readRules.get(kind) ?? [];
    rules.push({ fault: fault as unknown as ReadFault<never>, matches: () => true, left: times });
    this.#readRules.set(kind, rules);
  }

  onStream(
    fault: StreamFault,
    matches: (event: StreamEvent) => boolean = () => true,
    times = Number.POSITIVE_INFINITY,
  ): void {
    this.#streamRules.push({ fault, matches, left: times });
  }

  /** Everything goes well from now on. What is under way keeps its fate. */
  clearFaults(): void {
    this.#placeRules.length = 0;
    this.#cancelRules.length = 0;
    this.#readRules.clear();
    this.#streamRules.length = 0;
    this.chooseWriteFault = null;
    this.chooseReadFault = null;
    this.chooseStreamFault = null;
  }

  /** Takes the account stream down: events are lost, requests still work. */
  interruptStream(): void {
    this.#streamUp = false;
    this.#sink?.connection('disconnected', 'interrupted');
  }

  resumeStream(): void {
    this.#streamUp = true;
    this.#sink?.connection('connected', 'resumed');
    this.#sink?.gap('the stream was interrupted');
  }

  /** Tells the monitor something that the exchange did not say. */
  tell(event: StreamEvent): void {
    this.#deliver(event, this.#session);
  }

  /** The monitor of the last adapter is dead from now on. */
  cut(): void {
    this.#session += 1;
    this.#sink = null;
  }

  get session(): number {
    return this.#session;
  }

  placed(matches: (request: PlaceOrderRequest) => boolean = () => true): PlaceOrderRequest[] {
    return this.requests.flatMap(({ place }) => (place && matches(place) ? [place] : []));
  }

  canceled(): CancelOrderRequest[] {
    return this.requests.flatMap(({ cancel }) => (cancel ? [cancel] : []));
  }

  /** An adapter for the next monitor. The one before is cut. */
  adapter(): ExchangeAdapter {
    this.cut();
    const session = this.#session;
    const { paper } = this;
    const read = <Result>(kind: ReadKind, act: () => Promise<Result>): Promise<Result> =>
      this.#read(session, kind, act);
    const without = new Set<string>(this.#options.without ?? []);
    return {
      id: 'scripted',
      capabilities: this.#capabilities,
      connect: async (sink) => {
        if (session !== this.#session) return;
        this.#sink = sink;
        this.#streamUp = true;
        sink.connection('connected');
      },
      close: async () => {
        if (session === this.#session) this.#sink = null;
      },
      fetchAccount: () => read('fetchAccount', () => paper.fetchAccount()),
      fetchInstrument: (symbol) => read('fetchInstrument', () => paper.fetchInstrument(symbol)),
      fetchOrder: (query: OrderQuery) => read('fetchOrder', () => paper.fetchOrder(query)),
      fetchOpenOrders: (symbol) => read('fetchOpenOrders', () => paper.fetchOpenOrders(symbol)),
      fetchPositions: (symbol) => read('fetchPositions', () => paper.fetchPositions(symbol)),
      fetchFills: (symbol, since) => read('fetchFills', () => paper.fetchFills(symbol, since)),
      ...(!without.has('fetchServerTime') && {
        fetchServerTime: () => read('fetchServerTime', () => paper.fetchServerTime()),
      }),
      ...(!without.has('fetchPrices') && {
        fetchPrices: (symbol: string): Promise<readonly PriceStatusReport[]> =>
          read('fetchPrices', () => paper.fetchPrices(symbol)),
      }),
      placeOrder: (place) => {
        const record = this.#record(session, { kind: 'place', place });
        return this.#write(record, this.#placeRules, place, () => paper.placeOrder(place));
      },
      ...(!without.has('placeOrders') && {
        placeOrders: async (places: readonly PlaceOrderRequest[]) =>
          Promise.all(
            places.map(async (place) => {
              const record = this.#record(session, { kind: 'place', place });
              return this.#write(record, this.#placeRules, place, () => paper.placeOrder(place));
            }),
          ),
      }),
      cancelOrder: (cancel) => {
        const record = this.#record(session, { kind: 'cancel', cancel });
        return this.#write(record, this.#cancelRules, cancel, () => paper.cancelOrder(cancel));
      },
    };
  }

  #record(session: number, what: Pick<RequestRecord, 'kind' | 'place' | 'cancel'>): RequestRecord {
    const record: RequestRecord = {
      ...what,
      session,
      sentAt: this.#options.clock.now(),
      arrivedAt: null,
      outcome: null,
    };
    if (session === this.#session) this.requests.push(record);
    return record;
  }

  #write<Request>(
    record: RequestRecord,
    rules: readonly Rule<WriteFault>[],
    request: Request,
    act: () => Promise<OrderOutcome>,
  ): Promise<OrderOutcome> {
    if (record.session !== this.#session) return never();
    const fault = this.chooseWriteFault?.(record) ?? take(rules, request);
    if (fault?.do === 'throw-sync') throw fault.value ?? new Error('thrown on the spot');
    return this.#carry(record, fault, act);
  }

  async #carry(
    record: RequestRecord,
    fault: WriteFault | null,
    act: () => Promise<OrderOutcome>,
  ): Promise<OrderOutcome> {
    if (fault?.do === 'not-sent') {
      await this.#wait(this.#halfMs);
      return this.#reply(record, { kind: 'not-sent', detail: 'scripted: no connection' });
    }
    const lost = fault !== null && 'executed' in fault && !fault.executed;
    await this.#wait(fault?.do === 'arrive-late' ? fault.ms : this.#halfMs);
    let outcome: OrderOutcome = { kind: 'unknown', detail: 'scripted: lost' };
    if (fault?.do === 'reject') {
      const { code, retryAfterMs } = fault;
      record.arrivedAt = this.#options.clock.now();
      const rejection = { code, detail: `scripted ${code}` };
      outcome = {
        kind: 'rejected',
        rejection: retryAfterMs === undefined ? rejection : { ...rejection, retryAfterMs },
      };
      record.outcome = outcome;
    } else if (!lost) {
      record.arrivedAt = this.#options.clock.now();
      this.onArrival?.(record);
      outcome = await act();
      record.outcome = outcome;
    }
    await this.#wait(fault?.do === 'reply-late' ? fault.ms : this.#halfMs);
    switch (fault?.do) {
      case 'unknown':
        return this.#reply(record, { kind: 'unknown', detail: 'scripted: no answer' });
      case 'hang':
        return never();
      case 'throw':
        return this.#reply(record, () => {
          throw fault.value ?? new Error('scripted: reset');
        });
      case 'garbage':
        return this.#reply(record, (fault.value ?? '<html>502</html>') as unknown as OrderOutcome);
      case 'no-report':
        return this.#reply(record, outcome.kind === 'accepted' ? { kind: 'accepted' } : outcome);
      default:
        return this.#reply(record, outcome);
    }
  }

  #reply<Result>(record: RequestRecord, result: Result | (() => Result)): Promise<Result> | Result {
    if (record.session !== this.#session) return never();
    return typeof result === 'function' ? (result as () => Result)() : result;
  }

  async #read<Result>(
    session: number,
    kind: ReadKind,
    act: () => Promise<Result>,
  ): Promise<Result> {
    if (session !== this.#session) return never();
    this.#record(session, { kind });
    const fault = this.chooseReadFault?.(kind) ?? take(this.#readRules.get(kind) ?? [], undefined);
    await this.#wait(this.#halfMs);
    if (fault?.do === 'hang') return never();
    const truth = await act();
    await this.#wait(fault?.do === 'reply-late' ? fault.ms : this.#halfMs);
    if (session !== this.#session) return never();
    if (fault?.do === 'fail') throw fault.value ?? new Error(`scripted: ${kind} failed`);
    if (fault?.do === 'lie') return fault.answer(truth as never) as Result;
    return truth;
  }

  #push(event: StreamEvent): void {
    const fault = this.chooseStreamFault?.(event) ?? take(this.#streamRules, event);
    if (!this.#streamUp || fault?.do === 'drop') return;
    const session = this.#session;
    const { clock } = this.#options;
    const delay = fault?.do === 'delay' ? fault.ms : this.#halfMs;
    const deliver = (): void => this.#deliver(event, session);
    if (delay === 0) deliver();
    else clock.setTimer(deliver, delay);
    if (fault?.do === 'duplicate') clock.setTimer(deliver, this.#halfMs + fault.ms);
  }

  #deliver(event: StreamEvent, session: number): void {
    if (session !== this.#session || this.#sink === null || !this.#streamUp) return;
    if (event.kind === 'order') this.#sink.order(event.report);
    else if (event.kind === 'fill') this.#sink.fill(event.report);
    else this.#sink.position(event.report);
  }

  #wait(ms: number): Promise<void> {
    if (ms === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#options.clock.setTimer(resolve, ms);
    });
  }
}

function take<Fault>(rules: readonly Rule<Fault>[], request: unknown): Fault | null {
  const rule = rules.find(({ left, matches }) => left > 0 && matches(request as never));
  if (rule === undefined) return null;
  rule.left -= 1;
  return rule.fault;
}

function never<Result>(): Promise<Result> {
  return new Promise<Result>(() => {});
}
