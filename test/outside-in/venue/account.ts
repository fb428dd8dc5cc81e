import type { CancelOrderRequest, FillReport, PlaceOrderRequest } from 'position-monitor';
import type { WebSocket } from 'ws';
import { PaperExchange } from '../../../src/adapters/exchanges/paper/paper-exchange.js';
import { SeededRandom } from '../../support/seeded-random.js';
import type { AccountMessage, PriceMessage, WriteAnswer } from '../wire.js';
import { Fates } from './fates.js';
import { type ExitRole, LiveBook, roleOf, units } from './live-book.js';
import { CONTRACTS, PriceWalk } from './market.js';
import { Person } from './person.js';

/** One order or cancellation as the bot sent it. */
export type Write =
  | { readonly kind: 'place'; readonly request: PlaceOrderRequest }
  | { readonly kind: 'cancel'; readonly request: CancelOrderRequest };

/** Who watches an account. */
export interface AccountWatcher {
  /** A write is at the door; nothing has happened yet. */
  received(write: Write): void;
  /** It reaches the book. */
  arrives(write: Write): void;
  /** The moment before or after a write is carried out: a good one to die. */
  moment(when: 'before' | 'after', what: ExitRole | 'cancel'): void;
  /** An order of the monitor executed; the book does not know it yet. */
  executed(fill: FillReport): void;
  /** The bot entered something. */
  entered(text: string): void;
  /** Somebody else is about to reduce a position. */
  reducedByHand(key: string): void;
  /** Something that a trace should tell. */
  told(text: string): void;
  /** The venue itself failed: no verdict of this run counts. */
  trouble(error: unknown): void;
  /** Orders or positions changed, and are in step with each other again. */
  changed(): void;
}

const PRICE_STEP_MS = 40;
const STREAM_DELAY_MS = 1;
/** Entries of one side are not added beyond this many. */
const ENTRIES_HELD_MAX = 10;

/** One account of the venue: matching by the paper exchange on real time, prices and faults of its own. */
export class Account {
  readonly name: string;
  readonly mode: 'hedge' | 'one-way';
  readonly paper: PaperExchange;
  readonly book = new LiveBook();
  readonly fates: Fates;
  /** Executed quantity of each entry, by symbol and order id. */
  readonly entries = new Map<string, number>();
  /** Prices that never were. */
  readonly oddPrices = new Set<number>();
  requests = 0;
  executions = 0;
  /** Requests of an era that is over never arrive. */
  era = 0;
  readonly #watcher: AccountWatcher;
  readonly #person: Person;
  readonly #walks: readonly PriceWalk[];
  readonly #acts: SeededRandom;
  readonly #accountSockets = new Set<WebSocket>();
  readonly #priceSockets = new Set<WebSocket>();
  #timer: NodeJS.Timeout | null = null;
  #entryCount = 0;
  #hasChanged = false;

  constructor(name: string, seed: number, mode: 'hedge' | 'one-way', watcher: AccountWatcher) {
    this.name = name;
    this.mode = mode;
    this.#watcher = watcher;
    this.fates = new Fates(new SeededRandom(seed, 'faults'));
    this.#acts = new SeededRandom(seed, 'entries');
    this.#walks = CONTRACTS.map(
      (contract) => new PriceWalk(contract, new SeededRandom(seed, `prices ${contract.symbol}`)),
    );
    this.paper = new PaperExchange({
      instruments: CONTRACTS.map(
        ({ basePrice: _, priceDigits: __, entrySteps: ___, ...rest }) => rest,
      ),
      positionMode: mode,
      accountId: name,
      idPrefix: `${name}-`,
      partialFills: { limitParts: 2, marketParts: 2 },
      onTrade: (fill) => this.#onTrade(fill),
    });
    const handRandom = new SeededRandom(seed, 'person');
    this.#person = new Person(this.paper, this.book, handRandom, (key) =>
      watcher.reducedByHand(key),
    );
    void this.paper.connect({
      order: (report) => {
        this.book.order(report);
        this.#tell(['order', report]);
      },
      fill: (report) => this.#tell(['fill', report]),
      position: (report) => {
        this.book.position(report);
        this.#tell(['position', report]);
      },
      connection() {},
      gap() {},
    });
  }

  /** Opens the market. */
  async open(): Promise<void> {
    this.#step();
    await this.#placeForeignOrder();
    this.#timer = setInterval(() => this.#step(), PRICE_STEP_MS);
  }

  close(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    for (const socket of [...this.#accountSockets, ...this.#priceSockets]) socket.terminate();
  }

  /** The market goes to sleep, and nothing fails any more. */
  calm(): void {
    this.fates.calm();
    this.#person.leave();
    for (const walk of this.#walks) walk.freeze();
  }

  /** Client order id of an order that somebody placed by hand, far from the market: nobody may touch it. */
  get foreignOrder(): string {
    return `by-hand-${this.name}`;
  }

  /** Client ids of all that rests. */
  async openOrders(): Promise<readonly (string | undefined)[]> {
    return (await this.paper.fetchOpenOrders()).map(({ clientOrderId }) => clientOrderId);
  }

  /** The bot buys or sells something. */
  async enter(): Promise<void> {
    const acts = this.#acts;
    const { symbol, stepSize, entrySteps } = acts.pick(CONTRACTS);
    const side = this.#entrySide(symbol, acts.pick(['LONG', 'SHORT'] as const));
    const steps = acts.int(...entrySteps);
    if (this.book.heldOf(`${symbol} ${side}`) > ENTRIES_HELD_MAX * units(stepSize) * entrySteps[1])
      return;
    this.#entryCount += 1;
    const placed = this.paper.placeOrder({
      clientOrderId: `entry-${this.#entryCount}`,
      symbol,
      side: side === 'LONG' ? 'BUY' : 'SELL',
      positionSide: this.mode === 'hedge' ? side : 'BOTH',
      kind: 'market',
      quantity: `${(steps * units(stepSize)) / 1e6}`,
      reduceOnly: false,
      expiresAt: Date.now() + 1_000,
    });
    // The paper exchange has executed it inside the call.
    this.#watcher.entered(`${symbol} ${side} ${steps * units(stepSize)}`);
    await placed;
  }

  addSocket(kind: 'account' | 'prices', socket: WebSocket): void {
    const sockets = kind === 'account' ? this.#accountSockets : this.#priceSockets;
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => {});
  }

  /** What is on its way gets lost: machines that lost power come back later than their last requests expire. */
  dropUnderWay(): void {
    this.era += 1;
  }

  trouble(error: unknown): void {
    this.#watcher.trouble(error);
  }

  receive(write: Write): void {
    this.requests += 1;
    this.#watcher.received(write);
  }

  /** Carries a write out. */
  async carryOut(write: Write): Promise<WriteAnswer> {
    const what = write.kind === 'cancel' ? 'cancel' : roleOf(write.request.clientOrderId);
    if (what !== null) this.#watcher.moment('before', what);
    this.#watcher.arrives(write);
    const outcome = await (write.kind === 'cancel'
      ? this.paper.cancelOrder(write.request)
      : this.paper.placeOrder(write.request));
    if (what !== null) this.#watcher.moment('after', what);
    if (outcome.kind === 'accepted') return { status: 200, body: outcome.report };
    if (outcome.kind === 'rejected') return { status: 400, body: outcome.rejection };
    throw new Error(`the venue itself does not know: ${outcome.detail}`);
  }

  /** In one-way mode the bot never trades against what it holds. */
  #entrySide(symbol: string, wanted: 'LONG' | 'SHORT'): 'LONG' | 'SHORT' {
    if (this.mode === 'hedge') return wanted;
    if (this.book.heldOf(`${symbol} LONG`) > 0) return 'LONG';
    return this.book.heldOf(`${symbol} SHORT`) > 0 ? 'SHORT' : wanted;
  }

  async #placeForeignOrder(): Promise<void> {
    const [contract] = CONTRACTS;
    if (contract === undefined) return;
    await this.paper.placeOrder({
      clientOrderId: this.foreignOrder,
      symbol: contract.symbol,
      side: 'BUY',
      positionSide: this.mode === 'hedge' ? 'LONG' : 'BOTH',
      kind: 'limit',
      quantity: contract.minQty as string,
      price: `${contract.basePrice / 2}`,
      reduceOnly: false,
      expiresAt: Date.now() + 1_000,
    });
  }

  #step(): void {
    const message: [string, number, number][] = [];
    for (const walk of this.#walks) {
      const { symbol } = walk.contract;
      const now = Date.now();
      for (const price of walk.next()) {
        this.paper.acceptPrice(symbol, 'LAST', price, now);
        message.push([symbol, price, now]);
      }
      const odd = this.fates.oddPrice(walk.price);
      if (odd !== null) {
        this.oddPrices.add(odd);
        message.push([symbol, odd, now]);
      }
    }
    send(this.#priceSockets, message satisfies PriceMessage);
    const act = this.#person.maybeAct(this.mode);
    if (act !== null) this.#watcher.told(act);
    if (this.fates.dropsStream()) for (const socket of this.#accountSockets) socket.terminate();
  }

  #onTrade(fill: FillReport): void {
    this.executions += 1;
    if (roleOf(fill.clientOrderId) !== null) {
      this.#watcher.executed(fill);
      this.book.fill(fill);
      return;
    }
    if (fill.clientOrderId?.startsWith('entry-') !== true) return;
    const key = `${fill.symbol} ${fill.orderId}`;
    this.entries.set(key, (this.entries.get(key) ?? 0) + units(fill.trade.quantity));
  }

  #tell(message: AccountMessage): void {
    setTimeout(() => send(this.#accountSockets, message), STREAM_DELAY_MS);
    if (this.#hasChanged) return;
    this.#hasChanged = true;
    // Orders and positions are told one after the other: judged when the whole step was told.
    setImmediate(() => {
      this.#hasChanged = false;
      this.#watcher.changed();
    });
  }
}

function send(sockets: ReadonlySet<WebSocket>, message: unknown): void {
  const text = JSON.stringify(message);
  for (const socket of sockets) socket.send(text);
}
