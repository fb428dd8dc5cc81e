import type { StoreSnapshot } from '../../../src/ports/store.js';
import { ArrivalJudge } from '../oracle/arrival-judge.js';
import { StorePeek } from '../oracle/store-peek.js';
import type { BotVenue } from '../wire.js';
import { differences } from '../world/judge-end.js';
import type { VenueTask, WorldVenue } from '../world/world-venue.js';
import { Account } from './account.js';
import type { LiveBook } from './live-book.js';
import type { VenueServer } from './venue-server.js';

/** An account at the venue of this test, which the bot reaches by an adapter of its own. */
export class OwnVenue implements WorldVenue {
  readonly #server: VenueServer;
  readonly #task: VenueTask;
  readonly #account: Account;
  #judge: ArrivalJudge | null = null;

  constructor(server: VenueServer, task: VenueTask) {
    this.#server = server;
    this.#task = task;
    this.#account = new Account(`w${task.number}`, task.seed, task.settings.mode, {
      ...task.watch,
      received: (write) => this.#judge?.received(write),
      arrives: (write) => this.#judge?.arrives(write),
      executed: (fill) => this.#judge?.executed(fill),
      reducedByHand: (key) => this.#judge?.reducedByHand(key),
    });
  }

  get book(): LiveBook {
    return this.#account.book;
  }

  get executions(): number {
    return this.#account.executions;
  }

  get requests(): number {
    return this.#account.requests;
  }

  async open(): Promise<BotVenue> {
    const { findings, life, storePath, settings } = this.#task;
    const peek = await StorePeek.at(storePath);
    this.#judge = new ArrivalJudge(this.#account, findings, life, peek);
    const url = this.#server.add(this.#account);
    await this.#account.open();
    return { adapter: 'own', url, batchSize: settings.batchSize };
  }

  close(): Promise<void> {
    this.letStoreGo();
    this.#server.remove(this.#account);
    return Promise.resolve();
  }

  botBegins(): void {}

  enter(): Promise<void> {
    return this.#account.enter();
  }

  calm(): void {
    this.#account.calm();
  }

  restingIds(): readonly string[] {
    return [...this.#account.book.orders.keys()].sort();
  }

  differences(snapshot: StoreSnapshot): Promise<readonly string[]> {
    return differences(this.#account, snapshot);
  }

  acknowledged(symbol: string, orderId: string): void {
    this.#judge?.acknowledged(symbol, orderId);
  }

  powerLost(): void {
    this.#account.dropUnderWay();
    this.#judge?.powerLost();
  }

  letStoreGo(): void {
    this.#judge?.peek.close();
  }
}
