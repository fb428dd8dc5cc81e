import type { OrderSide, WirePositionSide } from 'position-monitor';
import type { PaperExchange } from '../../../src/adapters/exchanges/paper/paper-exchange.js';
import type { SeededRandom } from '../../support/seeded-random.js';
import type { LiveBook } from './live-book.js';
import { units } from './live-book.js';
import { CONTRACTS } from './market.js';

/** Asked once per step of the prices. */
const ACT_CHANCE = 0.001;

/** Somebody at the same account who does not ask the bot: cancels a stop, or takes a part of a position out. */
export class Person {
  readonly #paper: PaperExchange;
  readonly #book: LiveBook;
  readonly #random: SeededRandom;
  readonly #onReduction: (key: string) => void;
  #orderCount = 0;
  #isGone = false;

  constructor(
    paper: PaperExchange,
    book: LiveBook,
    random: SeededRandom,
    onReduction: (key: string) => void,
  ) {
    this.#paper = paper;
    this.#book = book;
    this.#random = random;
    this.#onReduction = onReduction;
  }

  leave(): void {
    this.#isGone = true;
  }

  /** @returns what was done */
  maybeAct(mode: 'hedge' | 'one-way'): string | null {
    if (!this.#random.chance(ACT_CHANCE) || this.#isGone) return null;
    return this.#random.chance(0.5) ? this.#cancelStop() : this.#reduce(mode);
  }

  #cancelStop(): string | null {
    const stops = [...this.#book.orders.values()].filter(({ role }) => role === 'stop-loss');
    if (stops.length === 0) return null;
    const { clientOrderId, key } = this.#random.pick(stops);
    const symbol = key.split(' ')[0] ?? '';
    void this.#paper.cancelOrder({ symbol, clientOrderId, kind: 'stop-market' });
    return `a person cancelled a stop: ${clientOrderId}`;
  }

  #reduce(mode: 'hedge' | 'one-way'): string | null {
    const held = [...this.#book.held].filter(([, quantity]) => quantity > 0);
    if (held.length === 0) return null;
    const [key, quantity] = this.#random.pick(held);
    const [symbol = '', side = ''] = key.split(' ');
    const contract = CONTRACTS.find((one) => one.symbol === symbol);
    const step = units(contract?.stepSize ?? 1);
    const most = contract?.maxMarketQty === undefined ? quantity : units(contract.maxMarketQty);
    const part = Math.ceil(Math.min(quantity / 2, most) / step) * step;
    this.#orderCount += 1;
    this.#onReduction(key);
    void this.#paper.placeOrder({
      clientOrderId: `hand-${this.#orderCount}`,
      symbol,
      side: (side === 'LONG' ? 'SELL' : 'BUY') satisfies OrderSide,
      positionSide: (mode === 'hedge' ? side : 'BOTH') as WirePositionSide,
      kind: 'market',
      quantity: `${part / 1e6}`,
      reduceOnly: true,
      expiresAt: Date.now() + 1_000,
    });
    return `a person reduced ${key} by ${part}`;
  }
}
