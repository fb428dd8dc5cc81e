import type { PriceSource } from '../../../src/model/price.js';
import type { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { type FakeSocket, FakeSockets } from '../sockets/fake-socket.js';

interface Command {
  readonly method: string;
  readonly params: readonly string[];
  readonly id: number;
}

/** The exchange's side of price streams, in virtual time: acknowledges, counts, delivers to whoever subscribed. */
export class FakeStreamVenue {
  readonly sockets = new FakeSockets();
  readonly streamsOf = new Map<FakeSocket, Set<string>>();
  /** Commands of each socket with the time of their arrival, ms. */
  readonly commands: {
    readonly socket: FakeSocket;
    readonly at: number;
    readonly command: Command;
  }[] = [];
  readonly #clock: VirtualClock;
  /** Whether new connections are accepted. */
  isReachable = true;
  /** Streams that are acknowledged and never deliver. */
  readonly mute = new Set<string>();
  /** Names that refuse their whole command. */
  readonly unreadable = new Set<string>();
  answers = true;
  #id = 1_000;

  constructor(clock: VirtualClock) {
    this.#clock = clock;
    this.sockets.onCreate = (socket) => {
      this.streamsOf.set(socket, new Set());
      socket.onSend = (data) => this.#received(socket, JSON.parse(data));
      queueMicrotask(() => {
        if (this.isReachable) socket.open();
        else socket.fail();
      });
    };
  }

  /** Delivers to every subscriber of the stream, at once. */
  publish(stream: string, message: unknown): void {
    if (this.mute.has(stream)) return;
    for (const socket of this.sockets.alive) {
      if (this.streamsOf.get(socket)?.has(stream)) socket.deliver(message);
    }
  }

  push(symbol: string, source: PriceSource, price: number): void {
    const { stream, message } = this.frame(symbol, source, price);
    this.publish(stream, message);
  }

  /** The frame of one price, with the next id. */
  frame(symbol: string, source: PriceSource, price: number) {
    this.#id += 1;
    const name = symbol.toLowerCase();
    const now = this.#clock.now();
    if (source === 'MARK') {
      // Each one is younger than the one before, as mark prices are.
      const time = now + this.#id / 1_000;
      const message = { e: 'markPriceUpdate', E: time, s: symbol, p: `${price}`, T: now + 1e7 };
      return { stream: `${name}@markPrice@1s`, message };
    }
    if (source === 'LAST') {
      const message = {
        e: 'aggTrade',
        E: now,
        T: now,
        s: symbol,
        a: this.#id,
        p: `${price}`,
        q: '1',
      };
      return { stream: `${name}@aggTrade`, message };
    }
    const [b, a] = source === 'BID' ? [price, price + 1] : [price - 1, price];
    const message = {
      e: 'bookTicker',
      u: this.#id,
      s: symbol,
      b: `${b}`,
      a: `${a}`,
      T: now,
      E: now,
    };
    return { stream: `${name}@bookTicker`, message };
  }

  dropAll(): void {
    for (const socket of this.sockets.alive) socket.drop();
  }

  subscribersOf(stream: string): number {
    return this.sockets.alive.filter((socket) => this.streamsOf.get(socket)?.has(stream)).length;
  }

  #received(socket: FakeSocket, command: Command): void {
    this.commands.push({ socket, at: this.#clock.monotonic(), command });
    if (!this.answers) return;
    queueMicrotask(() => {
      const isRefused = command.params.some((name) => this.unreadable.has(name));
      const streams = this.streamsOf.get(socket);
      if (!isRefused) {
        for (const name of command.params) {
          if (command.method === 'SUBSCRIBE') streams?.add(name);
          else streams?.delete(name);
        }
      }
      if (socket.isClosed) return;
      socket.deliver(
        isRefused
          ? { error: { code: 2, msg: 'Invalid request' }, id: command.id }
          : { result: null, id: command.id },
      );
    });
  }
}
