import { FILL_OVERLAP_MS, REQUEST_TIMEOUT_MS } from '../../src/limits.js';
import type { Command, PlaceIntent } from '../../src/model/command.js';
import type { FillEvidence } from '../../src/model/fill.js';
import type { Input, ResolveEvidence } from '../../src/model/input.js';
import type { WriteOutcome } from '../../src/model/outcome.js';
import type { OrderReport } from '../../src/model/reports.js';
import type { Clock } from '../../src/ports/clock.js';
import type {
  SimAnswer,
  SimConnection,
  SimReadKind,
  SimReply,
} from '../../src/testing/sim/sim-line.js';
import type { SimRequest } from '../../src/testing/sim/sim-order.js';
import type { SimVenue } from '../../src/testing/sim/sim-venue.js';
import { evidenceOfFill, orderReportOf, positionReportOf } from './reports.js';

type CommandOf<Kind extends Command['kind']> = Extract<Command, { kind: Kind }>;

/** Carries the core's commands out on a simulated line, as the shipped executor does on an adapter: without promises. */
export class CoreReader {
  readonly #line: SimConnection;
  readonly #venue: SimVenue;
  readonly #clock: Clock;
  readonly #post: (input: Input) => void;
  /** The exchange's time at monotonic zero as last measured, ms; `null` = the wall clock's. */
  #base: number | null = null;

  constructor(line: SimConnection, venue: SimVenue, clock: Clock, post: (input: Input) => void) {
    this.#line = line;
    this.#venue = venue;
    this.#clock = clock;
    this.#post = post;
  }

  place({ orders }: CommandOf<'place'>): void {
    const leaving = orders.filter(({ sendBy }) => this.#clock.now() <= sendBy);
    for (const { clientOrderId, attempt } of orders.filter((order) => !leaving.includes(order))) {
      const outcome = { kind: 'not-sent', detail: 'its time to leave was over' } as const;
      this.#post({ kind: 'place-result', clientOrderId, attempt, outcome });
    }
    const told = ({ clientOrderId, attempt }: PlaceIntent, outcome: WriteOutcome): void =>
      this.#post({ kind: 'place-result', clientOrderId, attempt, outcome });
    if (leaving.length > 1 && this.#venue.profile.batchSize > 1) {
      const replies: ((answer: SimAnswer) => void)[] = [];
      for (const order of leaving) {
        this.#write(
          (reply) => replies.push(reply),
          (outcome) => told(order, outcome),
        );
      }
      this.#line.placeTogether(leaving.map(requestOf), (index, answer) => replies[index]?.(answer));
      return;
    }
    for (const order of leaving) {
      this.#write(
        (reply) => this.#line.place(requestOf(order), reply),
        (outcome) => told(order, outcome),
      );
    }
  }

  cancel({ symbol, clientOrderId, venueOrderId, sendBy }: CommandOf<'cancel'>): void {
    if (this.#clock.now() > sendBy) {
      const outcome = { kind: 'not-sent', detail: 'its time to leave was over' } as const;
      this.#post({ kind: 'cancel-result', clientOrderId, outcome });
      return;
    }
    this.#write(
      (reply) =>
        this.#line.cancel(
          {
            symbol,
            clientOrderId,
            ...(venueOrderId !== null && { orderId: venueOrderId }),
          },
          reply,
        ),
      (outcome) => this.#post({ kind: 'cancel-result', clientOrderId, outcome }),
    );
  }

  /** Asks where one order could be: for itself, in the open orders, in the fills. */
  resolve(command: CommandOf<'resolve'>): void {
    const { symbol, clientOrderId, venueOrderId, sinceMs } = command;
    const answer = (evidence: ResolveEvidence | null): void =>
      this.#post({ kind: 'resolve-result', clientOrderId, evidence });
    const failed = (): void => answer(null);
    const isIt = (row: { clientOrderId: string | null; orderId: string }): boolean =>
      row.clientOrderId === clientOrderId ||
      (venueOrderId !== null && row.orderId === venueOrderId);
    const query = {
      symbol,
      ...(venueOrderId === null ? { clientOrderId } : { orderId: venueOrderId }),
    };
    this.#time((venueTime) => {
      this.read(
        'order',
        (venue) => reportOrNull(venue, query),
        (found) => {
          if (found !== null) {
            this.#withFills(
              found,
              isIt,
              sinceMs,
              (fills) => answer({ report: found, fills, places: 2, venueTime }),
              failed,
            );
            return;
          }
          this.read(
            'open-orders',
            (venue) => openReports(venue, symbol),
            (open) => {
              const report = open.find(isIt) ?? null;
              this.read(
                'fills',
                (venue) => evidences(venue, symbol, sinceMs - FILL_OVERLAP_MS),
                (fills) => {
                  const own = fills.filter(
                    (fill) => isIt(fill) || fill.orderId === report?.orderId,
                  );
                  answer({ report, fills: own, places: 3, venueTime });
                },
                failed,
              );
            },
            failed,
          );
        },
        failed,
        () => null,
      );
    }, failed);
  }

  #withFills(
    report: OrderReport,
    isIt: (fill: FillEvidence) => boolean,
    sinceMs: number,
    use: (fills: readonly FillEvidence[]) => void,
    failed: () => void,
  ): void {
    if (report.executedQty.eq(0) || report.avgPrice !== null) {
      use([]);
      return;
    }
    const { symbol, orderId } = report;
    this.read(
      'fills',
      (venue) => evidences(venue, symbol, sinceMs - FILL_OVERLAP_MS),
      (fills) => {
        use(fills.filter((fill) => isIt(fill) || fill.orderId === orderId));
      },
      failed,
    );
  }

  readPosition({ symbol, sinceMs }: CommandOf<'read-position'>): void {
    const failed = (): void => this.#post({ kind: 'position-read', symbol, view: null });
    this.read(
      'positions',
      positionReports,
      (positions) => {
        this.read(
          'fills',
          (venue) => evidences(venue, symbol, sinceMs),
          (fills) => {
            this.#post({ kind: 'position-read', symbol, view: { positions, fills } });
          },
          failed,
        );
      },
      failed,
    );
  }

  lookUp({ symbol, orderId, sinceMs }: CommandOf<'look-up'>): void {
    const failed = (): void =>
      this.#post({ kind: 'looked-up', symbol, orderId, report: null, fills: [], failed: true });
    const done = (report: OrderReport | null, fills: readonly FillEvidence[]): void =>
      this.#post({ kind: 'looked-up', symbol, orderId, report, fills, failed: false });
    this.read(
      'order',
      (venue) => reportOrNull(venue, { symbol, orderId }),
      (report) => {
        if (report?.avgPrice) done(report, []);
        else {
          this.read(
            'fills',
            (venue) => evidences(venue, symbol, sinceMs),
            (fills) =>
              done(
                report,
                fills.filter((fill) => fill.orderId === orderId),
              ),
            failed,
          );
        }
      },
      failed,
      () => null,
    );
  }

  confirmPrice({ symbol, source, askedAt }: CommandOf<'confirm-price'>): void {
    const none = (): void =>
      this.#post({ kind: 'price-confirmed', symbol, source, askedAt, price: null });
    if (!this.#venue.profile.tellsPrices) {
      none();
      return;
    }
    this.read(
      'prices',
      (venue) => {
        const ticks = venue.price(symbol, source) ?? venue.price(symbol, 'LAST');
        return ticks === null ? null : (venue.instrument(symbol)?.price(ticks) ?? null);
      },
      (price) => this.#post({ kind: 'price-confirmed', symbol, source, askedAt, price }),
      none,
    );
  }

  /** Everything a comparison needs; complete or failed. */
  account(
    symbols: ReadonlyMap<string, number | null>,
    done: (view: Omit<Extract<Input, { kind: 'account' }>['view'], 'boot' | 'startedAt'>) => void,
    failed: () => void,
  ): void {
    this.#time((venueTime) => {
      /** The three reads are made side by side, each in its own moment. */
      let left = 3;
      let broken = false;
      let openOrders: readonly OrderReport[] = [];
      let positions: ReturnType<typeof positionReports> = [];
      let fills: readonly FillEvidence[] = [];
      const arrived = (): void => {
        left -= 1;
        if (left === 0 && !broken) {
          done({
            openOrders,
            positions,
            fills,
            symbols: [...symbols.keys()],
            funding: [],
            venueTime,
          });
        }
      };
      const broke = (): void => {
        if (broken) return;
        broken = true;
        failed();
      };
      this.read(
        'open-orders',
        (venue) => openReports(venue),
        (rows) => {
          openOrders = rows;
          arrived();
        },
        broke,
      );
      this.read(
        'positions',
        positionReports,
        (rows) => {
          positions = rows;
          arrived();
        },
        broke,
      );
      this.read(
        'fills',
        (venue) => {
          const all = [...symbols].flatMap(([symbol, since]) =>
            since === null ? [] : evidences(venue, symbol, since),
          );
          return all.sort((a, b) => a.time - b.time);
        },
        (rows) => {
          fills = rows;
          arrived();
        },
        broke,
      );
    }, failed);
  }

  venueNow(): number {
    return this.#base === null ? this.#clock.now() : this.#base + this.#clock.monotonic();
  }

  /** The exchange's time, as far as it tells it. */
  time(use: (venueTime: number) => void, failed: () => void): void {
    this.#time(use, failed);
  }

  #time(use: (venueTime: number) => void, failed: () => void): void {
    if (!this.#venue.profile.tellsTime) {
      use(this.venueNow());
      return;
    }
    const asked = this.#clock.monotonic();
    const base = this.venueNow() - asked;
    this.read(
      'time',
      (venue) => venue.now(),
      (venueTime) => {
        const heard = this.#clock.monotonic();
        this.#base = Math.min(Math.max(base, venueTime - heard), venueTime - asked);
        use(venueTime);
      },
      failed,
    );
  }

  /** One read with a time limit. What comes too late is not used. */
  read<Result>(
    kind: SimReadKind,
    ask: (venue: SimVenue) => Result,
    use: (result: Result) => void,
    failed: () => void,
    notFound?: () => Result,
  ): void {
    let open = true;
    const timer = this.#clock.setTimer(() => {
      open = false;
      if (this.#line.isAlive) failed();
    }, REQUEST_TIMEOUT_MS);
    this.#line.read(kind, ask, (reply: SimReply<Result>) => {
      if (!open) return;
      open = false;
      this.#clock.clearTimer(timer);
      if (reply.kind === 'ok') use(reply.result);
      else if (reply.kind === 'not-found' && notFound) use(notFound());
      else failed();
    });
  }

  /** One write with a time limit: then its outcome is unknown. A late answer is delivered as well. */
  #write(
    send: (reply: (answer: SimAnswer) => void) => void,
    receive: (outcome: WriteOutcome) => void,
  ): void {
    const timer = this.#clock.setTimer(() => {
      if (this.#line.isAlive) receive({ kind: 'unknown', detail: 'no answer' });
    }, REQUEST_TIMEOUT_MS);
    send((answer) => {
      this.#clock.clearTimer(timer);
      receive(this.#outcomeOf(answer));
    });
  }

  #outcomeOf(answer: SimAnswer): WriteOutcome {
    if (answer.kind === 'accepted') {
      const report = answer.order === null ? null : orderReportOf(this.#venue, answer.order, null);
      return { kind: 'accepted', report };
    }
    if (answer.kind === 'rejected') {
      const { code, detail, retryAfterMs } = answer;
      return {
        kind: 'rejected',
        rejection: { code, detail, ...(retryAfterMs !== undefined && { retryAfterMs }) },
      };
    }
    return { kind: answer.kind === 'not-sent' ? 'not-sent' : 'unknown', detail: answer.detail };
  }
}

function requestOf({ clientOrderId, terms, deadline }: PlaceIntent): SimRequest {
  return {
    clientOrderId,
    symbol: terms.symbol,
    side: terms.side,
    positionSide: terms.positionSide,
    kind: terms.kind,
    quantity: terms.quantity.toNumber(),
    price: terms.price?.toNumber() ?? null,
    triggerPrice: terms.triggerPrice?.toNumber() ?? null,
    triggerSource: terms.triggerSource,
    reduceOnly: terms.reduceOnly,
    expiresAt: deadline,
  };
}

function reportOrNull(
  venue: SimVenue,
  query: { symbol: string; orderId?: string; clientOrderId?: string },
): OrderReport | null {
  const order = venue.find(query);
  return order === null ? null : orderReportOf(venue, order, null);
}

function openReports(venue: SimVenue, symbol?: string): readonly OrderReport[] {
  return venue.openOrders(symbol).map((order) => orderReportOf(venue, order, null));
}

function positionReports(venue: SimVenue) {
  return venue.positions().map((row) => positionReportOf(venue, row, venue.now()));
}

function evidences(venue: SimVenue, symbol: string, since: number): readonly FillEvidence[] {
  return venue.fills(symbol, since).map((fill) => evidenceOfFill(venue, fill));
}
