import type { ExchangeServer } from '../../../src/testing/exchange-server/create-exchange-server.js';
import type { LoopbackExchange } from '../../../src/testing/exchange-server/loopback-exchange.js';
import type { SeededRandom } from '../../support/seeded-random.js';
import { units } from '../venue/live-book.js';
import { CONTRACTS } from '../venue/market.js';
import type { DialectBook } from './dialect-book.js';

/** Asked once per step of the prices. */
const ACT_CHANCE = 0.001;
const CUT_CHANCE = 0.003;
const EXPIRE_CHANCE = 0.001;
const EVENT_CHANCE = 0.03;
const FATE_CHANCE = 0.01;
const EVENT_LATE_MS_MAX = 400;

/** What goes wrong besides requests: streams, events, conditions that are met, and somebody else at the account. */
export class StreamTrouble {
  readonly #exchange: LoopbackExchange;
  readonly #server: ExchangeServer;
  readonly #book: DialectBook;
  readonly #random: SeededRandom;
  readonly #mode: 'hedge' | 'one-way';
  readonly #told: (text: string) => void;
  #isCalm = false;

  constructor(
    exchange: LoopbackExchange,
    server: ExchangeServer,
    book: DialectBook,
    random: SeededRandom,
    mode: 'hedge' | 'one-way',
    told: (text: string) => void,
  ) {
    this.#exchange = exchange;
    this.#server = server;
    this.#book = book;
    this.#random = random;
    this.#mode = mode;
    this.#told = told;
  }

  /** Nothing goes wrong any more; what was held back comes. */
  calm(): void {
    this.#isCalm = true;
    this.#exchange.conditionals.fates.length = 0;
    const [contract] = CONTRACTS;
    // An event that waits for the next one to overtake it would wait for ever.
    for (let left = 100; left > 0 && contract !== undefined; left -= 1) {
      this.#exchange.onNews({ kind: 'leverage', symbol: contract.symbol, leverage: 20 });
      if (this.#server.streams.events.pending.length === 0) break;
    }
    if (contract !== undefined) {
      this.#exchange.onNews({ kind: 'leverage', symbol: contract.symbol, leverage: 20 });
    }
  }

  maybe(): void {
    const random = this.#random;
    if (this.#isCalm) return;
    const { streams, market } = this.#server;
    if (random.chance(CUT_CHANCE)) {
      const kind = random.pick(['account', 'market'] as const);
      this.#told(`the ${kind} stream breaks`);
      streams.cut(kind);
    }
    if (random.chance(EXPIRE_CHANCE)) {
      this.#told('the listen key expires');
      streams.expireListenKey();
    }
    if (random.chance(EVENT_CHANCE)) {
      const what = random.pick(['duplicate', 'delay', 'swap'] as const);
      const ms = random.int(1, EVENT_LATE_MS_MAX);
      streams.events.next('any', what === 'delay' ? { do: what, ms } : { do: what });
    }
    if (random.chance(FATE_CHANCE)) {
      market.nextTrigger(
        random.chance(0.7)
          ? { do: 'hesitate', ms: random.int(5, 300) }
          : random.chance(0.5)
            ? { do: 'expire' }
            : { do: 'reject', reason: 'Margin is insufficient.' },
      );
    }
    if (random.chance(ACT_CHANCE)) this.#act();
  }

  /** Somebody at the same account who does not ask the bot. */
  #act(): void {
    const random = this.#random;
    const stops = [...this.#book.orders].filter(([, { role }]) => role === 'stop-loss');
    const held = [...this.#book.held];
    if (held.length === 0 || stops.length === 0) return;
    try {
      if (random.chance(0.5)) {
        const [id, { key }] = random.pick(stops);
        this.#server.person.cancel(key.split(' ')[0] ?? '', id);
        this.#told(`a person cancelled a stop: ${id}`);
      } else this.#reduce(random.pick(held));
    } catch (error) {
      // A stop that is just being triggered cannot be cancelled.
      this.#told(`a person was refused: ${error}`);
    }
  }

  #reduce([key, quantity]: readonly [string, number]): void {
    const [symbol = '', side = ''] = key.split(' ');
    const contract = CONTRACTS.find((one) => one.symbol === symbol);
    const step = units(contract?.stepSize ?? 1);
    const most = contract?.maxMarketQty === undefined ? quantity : units(contract.maxMarketQty);
    const part = `${(Math.ceil(Math.min(quantity / 2, most) / step) * step) / 1e6}`;
    const terms =
      this.#mode === 'hedge'
        ? ({ positionSide: side as 'LONG' | 'SHORT' } as const)
        : ({ reduceOnly: true } as const);
    const { person } = this.#server;
    if (side === 'LONG') person.sell(symbol, part, terms);
    else person.buy(symbol, part, terms);
    this.#told(`a person reduced ${key} by ${part}`);
  }
}
