import { ExchangeError } from '../../errors/exchange-error.js';
import type { DecimalInput } from '../../model/decimal.js';
import type { InstrumentInput } from '../../model/instrument.js';
import type { PriceSource } from '../../model/price.js';
import { SystemClock } from '../../platform/system-clock.js';
import type { Clock } from '../../ports/clock.js';
import type {
  AccountReport,
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
} from '../../ports/exchange-adapter.js';
import { SimAccount } from './sim-account.js';
import { capabilitiesOf, profileFrom, type SimExchangeOptions } from './sim-exchange-options.js';
import { type SimAnswer, type SimConnection, SimLine, type SimReply } from './sim-line.js';
import type { SimEvent } from './sim-order.js';
import {
  fillReportOf,
  instrumentOf,
  orderReportOf,
  positionReportOf,
  priceReportsOf,
  simRequestOf,
} from './sim-reports.js';
import {
  KIND_OF_READ,
  type SimReadName,
  type SimReads,
  SimScript,
  type SimWriteName,
  writeNameOf,
} from './sim-script.js';
import { SimVenue } from './sim-venue.js';

/** One request of the monitor, as it left. */
export interface SimRequestRecord {
  readonly name: SimWriteName | SimReadName;
  /** `null` for reads. */
  readonly order: PlaceOrderRequest | CancelOrderRequest | null;
  /** Wall time of the clock, ms. */
  readonly sentAt: number;
  /** How the write ended for the caller; `null` for reads and while it has not ended. */
  outcome: OrderOutcome | null;
}

/** Requests that are remembered; the oldest go first. */
const REQUESTS_KEPT = 10_000;

/** What outlives the process of a monitor: the exchange itself, the way to it and what goes wrong there. */
interface SimWorld {
  readonly venue: SimVenue;
  readonly line: SimLine;
  readonly script: SimScript;
  readonly account: SimAccount;
  readonly requests: SimRequestRecord[];
}

/** Worlds whose process died, by the options of the next one. */
const LEFT_BEHIND = new WeakMap<SimExchangeOptions, SimWorld>();

/**
 * An exchange for unit tests: it matches orders like a real one, takes time, and fails as the test says.
 *
 * `script` says what goes wrong next, `account` is what the bot and others do there and what is held, `setPrice` moves
 * the market. It behaves as a live exchange does: prices do not confirm themselves, requests and events travel
 * `latencyMs`. With a `ManualClock` nothing happens until time is moved on: `runUntil` and `runFor` do that.
 *
 * The account is the object: after `close()` another monitor may connect and finds orders and positions again.
 *
 * @example
 * const clock = new ManualClock();
 * const exchange = new SimExchange({
 *   clock,
 *   instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' }],
 *   prices: { BTCUSDT: 45_000 },
 * });
 * exchange.script.rejectNext('stop', 'would-trigger');
 */
export class SimExchange implements ExchangeAdapter {
  readonly id = 'sim';
  readonly capabilities: ExchangeCapabilities;
  /** What goes wrong next. */
  readonly script: SimScript;
  /** What the bot, a human or the exchange do with the account, and what it holds. */
  readonly account: SimAccount;
  readonly placeOrders?: NonNullable<ExchangeAdapter['placeOrders']>;
  readonly fetchServerTime?: NonNullable<ExchangeAdapter['fetchServerTime']>;
  readonly fetchPrices?: NonNullable<ExchangeAdapter['fetchPrices']>;
  readonly #options: SimExchangeOptions;
  readonly #clock: Clock;
  readonly #world: SimWorld;
  readonly #inFlight = new Set<() => void>();
  #connection: SimConnection | null = null;
  /** Its process died: what was asked is never answered. */
  #isDead = false;

  /** @throws RangeError for an unknown profile, a mode it does not have, a first price off the tick grid */
  constructor(options: SimExchangeOptions) {
    const world = LEFT_BEHIND.get(options);
    const profile = profileFrom(options);
    const clock = options.clock ?? new SystemClock();
    this.#options = { ...options, clock };
    this.#clock = clock;
    this.#world = world ?? worldOf(options, clock);
    this.script = this.#world.script;
    this.account = this.#world.account;
    this.capabilities = capabilitiesOf(profile);
    if (profile.batchSize > 1) this.placeOrders = (requests) => this.#placeAll(requests);
    if (profile.tellsTime) {
      this.fetchServerTime = () => this.#read('fetchServerTime', (venue) => venue.now());
    }
    if (profile.tellsPrices) {
      this.fetchPrices = (symbol) =>
        this.#read('fetchPrices', (venue) => priceReportsOf(venue, symbol));
    }
    if (world !== undefined) return;
    for (const [symbol, price] of Object.entries(options.prices ?? {})) {
      this.setPrice(symbol, price);
    }
  }

  /** Requests of every monitor that connected, the oldest first; the last 10,000. */
  get requests(): readonly Readonly<SimRequestRecord>[] {
    return this.#world.requests;
  }

  /** Placements and cancellations of a purpose, in the order in which they left. */
  sent(name: SimWriteName): readonly Readonly<SimRequestRecord>[] {
    return this.#world.requests.filter((record) => record.name === name);
  }

  /**
   * The market trades at a price: stops trigger, limits fill. No feed tells it; `ScriptedFeed` does both.
   *
   * @param price quote units, on the tick grid
   * @throws RangeError when the symbol is unknown or the price is off the grid
   */
  setPrice(symbol: string, price: DecimalInput, source: PriceSource = 'LAST'): void {
    const { venue } = this.#world;
    const instrument = instrumentOf(venue, symbol);
    const ticks = instrument.ticks(Number(price));
    if (ticks === null || ticks <= 0) {
      const { tickSize } = instrument.input;
      throw new RangeError(`${symbol} trades in steps of ${tickSize}, received ${price}`);
    }
    venue.setPrice(symbol, source, ticks);
  }

  /**
   * The process of the monitor dies: what it asked still arrives, nothing comes back to it, no promise settles.
   *
   * @returns the adapter for the next process: same account, same script, same list of requests
   */
  crash(): SimExchange {
    this.#isDead = true;
    this.#inFlight.clear();
    this.#connection = null;
    this.#world.line.cut();
    const options = { ...this.#options };
    LEFT_BEHIND.set(options, this.#world);
    return new SimExchange(options);
  }

  connect(sink: ExchangeSink): Promise<void> {
    if (this.#isDead) return never();
    const { line, venue } = this.#world;
    this.#connection = line.connect({
      event: (event) => tell(sink, venue, event),
      connection: (up) => sink.connection(up ? 'connected' : 'disconnected'),
      gap: (reason) => sink.gap(reason),
    });
    sink.connection('connected');
    return Promise.resolve();
  }

  /** Cuts the connection. Writes under way still arrive; for the caller they end as `unknown`. */
  close(): Promise<void> {
    if (this.#connection !== null) this.#world.line.cut();
    this.#connection = null;
    const lost = [...this.#inFlight];
    this.#inFlight.clear();
    for (const lose of lost) lose();
    return Promise.resolve();
  }

  fetchAccount(): Promise<AccountReport> {
    const { accountId = 'sim' } = this.#options;
    return this.#read('fetchAccount', ({ positionMode }) => ({
      accountId,
      positionMode,
      permissions: { trade: true, withdraw: false },
    }));
  }

  fetchInstrument(symbol: string): Promise<InstrumentInput> {
    return this.#read('fetchInstrument', (venue) => instrumentOf(venue, symbol).input);
  }

  placeOrder(request: PlaceOrderRequest): Promise<OrderOutcome> {
    const order = simRequestOf(request);
    return this.#write(writeNameOf(order), request, (connection, reply) =>
      connection.place(order, reply),
    );
  }

  cancelOrder(request: CancelOrderRequest): Promise<OrderOutcome> {
    return this.#write('cancel', request, (connection, reply) => connection.cancel(request, reply));
  }

  fetchOrder(query: OrderQuery): Promise<OrderStatusReport | null> {
    return this.#read('fetchOrder', (venue) => {
      const order = venue.find(query);
      return order === null ? null : orderReportOf(venue, order);
    });
  }

  fetchOpenOrders(symbol?: string): Promise<readonly OrderStatusReport[]> {
    return this.#read('fetchOpenOrders', (venue) =>
      venue.openOrders(symbol).map((order) => orderReportOf(venue, order)),
    );
  }

  fetchPositions(symbol?: string): Promise<readonly PositionStatusReport[]> {
    return this.#read('fetchPositions', (venue) =>
      venue.positions(symbol).map((row) => positionReportOf(venue, row, venue.now())),
    );
  }

  fetchFills(symbol: string, sinceMs: number): Promise<readonly FillReport[]> {
    return this.#read('fetchFills', (venue) =>
      venue.fills(symbol, sinceMs).map((fill) => fillReportOf(venue, fill)),
    );
  }

  #placeAll(requests: readonly PlaceOrderRequest[]): Promise<readonly OrderOutcome[]> {
    const { batchSize } = this.capabilities;
    if (requests.length <= batchSize) {
      return Promise.all(requests.map((request) => this.placeOrder(request)));
    }
    const detail = `a batch holds at most ${batchSize} orders`;
    return Promise.resolve(
      requests.map(() => ({ kind: 'rejected', rejection: { code: 'other', detail } })),
    );
  }

  #write(
    name: SimWriteName,
    order: PlaceOrderRequest | CancelOrderRequest,
    send: (connection: SimConnection, reply: (answer: SimAnswer) => void) => void,
  ): Promise<OrderOutcome> {
    if (this.#isDead) return never();
    const connection = this.#connection;
    const record = this.#record(name, order);
    return new Promise((resolve) => {
      const end = (outcome: OrderOutcome): void => {
        this.#inFlight.delete(lose);
        record.outcome = outcome;
        resolve(outcome);
      };
      const lose = (): void => end({ kind: 'unknown', detail: 'the connection was closed' });
      if (connection === null) {
        end({ kind: 'not-sent', detail: 'the connection is closed' });
        return;
      }
      this.#inFlight.add(lose);
      send(connection, (answer) => end(this.#outcomeOf(answer)));
    });
  }

  #outcomeOf(answer: SimAnswer): OrderOutcome {
    switch (answer.kind) {
      case 'accepted': {
        if (answer.order === null) return { kind: 'accepted' };
        return { kind: 'accepted', report: orderReportOf(this.#world.venue, answer.order) };
      }
      case 'rejected': {
        const { code, detail, retryAfterMs } = answer;
        const rejection = { code, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) };
        return { kind: 'rejected', rejection };
      }
      case 'garbage':
        // What a gateway answers in place of the exchange: the monitor must not believe any of it.
        return '<html>502 Bad Gateway</html>' as unknown as OrderOutcome;
      default:
        return { kind: answer.kind, detail: answer.detail };
    }
  }

  #read<Name extends SimReadName>(
    name: Name,
    ask: (venue: SimVenue) => SimReads[Name],
  ): Promise<SimReads[Name]> {
    if (this.#isDead) return never();
    const connection = this.#connection;
    this.#record(name, null);
    return new Promise((resolve, reject) => {
      const lose = (): void => {
        this.#inFlight.delete(lose);
        reject(unreachable(name, 'the connection is closed'));
      };
      if (connection === null) {
        lose();
        return;
      }
      this.#inFlight.add(lose);
      connection.read(KIND_OF_READ[name], attempt(ask), (reply) => {
        this.#inFlight.delete(lose);
        try {
          const truth = replyOf(name, reply);
          resolve(this.script.answerOf(name, truth) as SimReads[Name]);
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #record(name: SimRequestRecord['name'], order: SimRequestRecord['order']): SimRequestRecord {
    const { requests } = this.#world;
    const record: SimRequestRecord = { name, order, sentAt: this.#clock.now(), outcome: null };
    requests.push(record);
    if (requests.length > REQUESTS_KEPT) requests.shift();
    return record;
  }
}

function worldOf(options: SimExchangeOptions, clock: Clock): SimWorld {
  const profile = profileFrom(options);
  const { instruments, latencyMs, positionMode = profile.positionModes[0] ?? 'one-way' } = options;
  if (!profile.positionModes.includes(positionMode)) {
    throw new RangeError(
      `the profile ${profile.name} has the modes ${profile.positionModes.join(', ')}, received ${positionMode}`,
    );
  }
  const venue = new SimVenue({ clock, profile, positionMode, instruments });
  const line = new SimLine({ venue, clock, ...(latencyMs !== undefined && { latencyMs }) });
  const script = new SimScript(line, clock);
  return { venue, line, script, account: new SimAccount(venue), requests: [] };
}

function tell(sink: ExchangeSink, venue: SimVenue, event: SimEvent): void {
  if (event.kind === 'order') sink.order(orderReportOf(venue, event.order, event.fill));
  else if (event.kind === 'fill') sink.fill(fillReportOf(venue, event.fill));
  else sink.position(positionReportOf(venue, event, event.time));
}

/** A question that fails does so for its caller, not for the clock in whose turn the exchange answers. */
function attempt<Result>(ask: (venue: SimVenue) => Result): (venue: SimVenue) => () => Result {
  return (venue) => {
    try {
      const result = ask(venue);
      return () => result;
    } catch (error) {
      return () => {
        throw new ExchangeError('EXCHANGE_REJECTED', String(error), { outcome: 'rejected' });
      };
    }
  };
}

function replyOf<Name extends SimReadName>(
  name: Name,
  reply: SimReply<() => SimReads[Name]>,
): SimReads[Name] {
  switch (reply.kind) {
    case 'ok':
      return reply.result();
    case 'not-found':
      return null as SimReads[Name];
    case 'garbage':
      throw new ExchangeError('EXCHANGE_PROTOCOL', `${name}: <html>502 Bad Gateway</html>`);
    case 'failed':
      throw unreachable(name, 'no answer');
  }
}

function unreachable(name: string, detail: string): ExchangeError {
  return new ExchangeError('EXCHANGE_UNREACHABLE', `${name}: ${detail}`, { retryable: true });
}

function never<Result>(): Promise<Result> {
  return new Promise<Result>(() => {});
}
