import type { StoreSnapshot } from '../../../src/ports/store.js';
import {
  type ExchangeServer,
  openDoors,
} from '../../../src/testing/exchange-server/create-exchange-server.js';
import { resolveServerOptions } from '../../../src/testing/exchange-server/exchange-server-options.js';
import { LoopbackExchange } from '../../../src/testing/exchange-server/loopback-exchange.js';
import type { ServerNews } from '../../../src/testing/exchange-server/order-record.js';
import type { RateMeter } from '../../../src/testing/exchange-server/rate-meter.js';
import type {
  RequestFault,
  RequestRecord,
} from '../../../src/testing/exchange-server/request-faults.js';
import { SeededRandom } from '../../support/seeded-random.js';
import { StorePeek } from '../oracle/store-peek.js';
import { roleOf, units } from '../venue/live-book.js';
import { CONTRACTS, type Contract, PriceWalk } from '../venue/market.js';
import type { BotVenue, DialectName } from '../wire.js';
import { differences } from '../world/judge-end.js';
import type { VenueTask, WorldVenue } from '../world/world-venue.js';
import { DialectBook } from './dialect-book.js';
import { DialectFaults, isWrite } from './dialect-faults.js';
import { DialectJudge, readWrite } from './dialect-judge.js';
import { StreamTrouble } from './stream-trouble.js';

const KEYS = { apiKey: 'key-of-the-kill-test', apiSecret: 'secret-of-the-kill-test' };
const PRICE_STEP_MS = 40;
/** Entries of one side are not added beyond this many of the largest. */
const ENTRIES_HELD_MAX = 10;
/** Comparisons every second, as some worlds have them, are more than a real exchange allows. */
const LIMITS = { weightPerMinute: 24_000, ordersPer10s: 3_000, ordersPerMinute: 12_000 };
const FOREIGN_ORDER = 'by-hand';

/** An account at a loopback exchange that speaks a real one's dialect, which the bot reaches by a shipped adapter. */
export class DialectVenue implements WorldVenue {
  readonly book: DialectBook;
  /** Executed quantity of each entry, by symbol and order id. */
  readonly entries = new Map<string, number>();
  readonly foreignOrder = FOREIGN_ORDER;
  executions = 0;
  readonly #adapter: DialectName;
  readonly #task: VenueTask;
  readonly #exchange: LoopbackExchange;
  readonly #faults: DialectFaults;
  readonly #walks: readonly PriceWalk[];
  readonly #acts: SeededRandom;
  #server: ExchangeServer | null = null;
  #meter: RateMeter | null = null;
  #judge: DialectJudge | null = null;
  #trouble: StreamTrouble | null = null;
  #timer: NodeJS.Timeout | null = null;
  #entryCount = 0;
  #hasChanged = false;

  constructor(adapter: DialectName, task: VenueTask) {
    const { seed, settings, findings } = task;
    this.#adapter = adapter;
    this.#task = task;
    this.#acts = new SeededRandom(seed, 'entries');
    this.#walks = CONTRACTS.map(
      (contract) => new PriceWalk(contract, new SeededRandom(seed, `prices ${contract.symbol}`)),
    );
    this.#exchange = new LoopbackExchange(
      resolveServerOptions({
        dialect: adapter,
        ...KEYS,
        positionMode: settings.mode,
        limits: LIMITS,
        instruments: CONTRACTS.map((contract) => instrumentOf(contract, adapter)),
      }),
    );
    this.book = new DialectBook(this.#exchange);
    this.#faults = new DialectFaults(
      new SeededRandom(seed, 'faults'),
      (request) => this.#arrives(request),
      (what) => {
        findings.note(what);
        findings.trace(`  ${what}`);
      },
    );
  }

  get requests(): number {
    return this.#faults.requests;
  }

  async open(): Promise<BotVenue> {
    const { storePath, findings, seed, watch, settings } = this.#task;
    const server = await openDoors(this.#exchange, this.#faults);
    this.#server = server;
    this.#meter = server.meter;
    this.#judge = new DialectJudge(this.#exchange, findings, await StorePeek.at(storePath));
    this.#trouble = new StreamTrouble(
      this.#exchange,
      server,
      this.book,
      new SeededRandom(seed, 'streams'),
      settings.mode,
      watch.told,
    );
    const tell = this.#exchange.onNews;
    this.#exchange.onNews = (news) => {
      tell(news);
      this.#onNews(news);
    };
    const [contract] = CONTRACTS;
    if (contract !== undefined) {
      const price = contract.basePrice / 2;
      const terms = { price, clientOrderId: FOREIGN_ORDER };
      server.person.buy(contract.symbol, contract.minQty as string, terms);
    }
    this.#timer = setInterval(() => this.#step(), PRICE_STEP_MS);
    const { restUrl, streamUrl } = server;
    return { adapter: this.#adapter, restUrl, streamUrl, ...KEYS };
  }

  async close(): Promise<void> {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.letStoreGo();
    await this.#server?.close();
  }

  botBegins(): void {
    this.#meter?.reset();
  }

  enter(): Promise<void> {
    const acts = this.#acts;
    const { symbol, stepSize, entrySteps } = acts.pick(CONTRACTS);
    const side = this.#entrySide(symbol, acts.pick(['LONG', 'SHORT'] as const));
    const quantity = acts.int(...entrySteps) * units(stepSize);
    const most = ENTRIES_HELD_MAX * units(stepSize) * entrySteps[1];
    if (this.#server === null || this.book.heldOf(`${symbol} ${side}`) > most) {
      return Promise.resolve();
    }
    this.#entryCount += 1;
    const { person } = this.#server;
    const terms = { clientOrderId: `entry-${this.#entryCount}` };
    if (side === 'LONG') person.buy(symbol, `${quantity / 1e6}`, terms);
    else person.sell(symbol, `${quantity / 1e6}`, terms);
    this.#task.watch.entered(`${symbol} ${side} ${quantity}`);
    return Promise.resolve();
  }

  calm(): void {
    this.#faults.calm();
    this.#trouble?.calm();
    for (const walk of this.#walks) walk.freeze();
  }

  restingIds(): readonly string[] {
    return [...this.book.orders.keys()].sort();
  }

  async differences(snapshot: StoreSnapshot): Promise<readonly string[]> {
    const { book } = this;
    const found = await differences(this, snapshot);
    for (const key of book.uncovered()) {
      found.push(`I3: ${key} holds ${book.heldOf(key)}, stops rest for ${book.stopped(key)}`);
    }
    for (const [id, { role, key }] of book.orders) {
      if (book.heldOf(key) === 0) found.push(`I7: ${role} ${id} rests without a position`);
    }
    return found;
  }

  openOrders(): Promise<readonly string[]> {
    return Promise.resolve(this.#server?.person.openOrders() ?? []);
  }

  acknowledged(): void {}

  powerLost(): void {}

  letStoreGo(): void {
    this.#judge?.peek.close();
  }

  /** In one-way mode the bot never trades against what it holds. */
  #entrySide(symbol: string, wanted: 'LONG' | 'SHORT'): 'LONG' | 'SHORT' {
    if (this.#task.settings.mode === 'hedge') return wanted;
    if (this.book.heldOf(`${symbol} LONG`) > 0) return 'LONG';
    return this.book.heldOf(`${symbol} SHORT`) > 0 ? 'SHORT' : wanted;
  }

  #step(): void {
    try {
      for (const walk of this.#walks) {
        for (const price of walk.next()) {
          this.#server?.market.setPrice(walk.contract.symbol, price);
        }
      }
      this.#trouble?.maybe();
    } catch (error) {
      this.#task.watch.trouble(error);
    }
  }

  /** A request is at the door; nothing has happened yet. */
  #arrives(request: Readonly<RequestRecord>): RequestFault | null {
    const { life, watch, findings } = this.#task;
    if (!isWrite(request)) findings.trace(`  ${request.method} ${request.name}`);
    // The last words of a dead bot: power loss may already have taken what it knew.
    if (!isWrite(request) || !life.isAlive()) return null;
    const write = readWrite(request);
    this.#judge?.received(request, write);
    if (write === null) return null;
    watch.moment('before', write.what);
    return life.isAlive() ? null : { do: 'reset' };
  }

  #onNews(news: ServerNews): void {
    const { moment } = this.#task.watch;
    if (news.kind === 'algo') {
      const { order } = news;
      const role = roleOf(order.clientId);
      if (role !== null) {
        this.#task.findings.trace(`  ${order.status} ${order.clientId} ${order.failReason}`);
        if (order.status === 'NEW') {
          this.#judge?.taken({ ...order, reduceOnly: order.reduceOnly }, order.clientId);
          moment('after', role);
        } else if (order.status === 'CANCELED') moment('after', 'cancel');
      }
    } else if (news.kind === 'order') this.#onOrder(news);
    this.#tellChange();
  }

  #onOrder({ order, execution, trade }: Extract<ServerNews, { kind: 'order' }>): void {
    const { moment } = this.#task.watch;
    const role = roleOf(order.clientOrderId);
    if (trade !== null) {
      this.executions += 1;
      this.#judge?.executed(order, trade);
      if (order.clientOrderId.startsWith('entry-')) {
        const key = `${order.symbol} ${order.orderId}`;
        const quantity = this.book.unitsOf(order.symbol, trade.quantity);
        this.entries.set(key, (this.entries.get(key) ?? 0) + quantity);
      }
    } else if (role !== null) {
      this.#task.findings.trace(`  ${execution} ${order.clientOrderId}`);
      if (execution === 'NEW') {
        this.#judge?.taken(order, order.clientOrderId);
        moment('after', role);
      } else if (execution === 'CANCELED') moment('after', 'cancel');
    }
  }

  /** Orders and positions change one after the other: judged when the whole step is done. */
  #tellChange(): void {
    if (this.#hasChanged) return;
    this.#hasChanged = true;
    setImmediate(() => {
      this.#hasChanged = false;
      this.#task.watch.changed();
    });
  }
}

function instrumentOf(
  { basePrice, priceDigits: _, entrySteps: __, maxMarketQty, ...rest }: Contract,
  adapter: DialectName,
) {
  return {
    ...rest,
    price: basePrice,
    // Split stops would need more conditional orders than Aster lets rest.
    ...(adapter === 'binance' && maxMarketQty !== undefined && { maxMarketQty }),
  };
}
