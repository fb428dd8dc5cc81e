import { describe, expect, it } from 'vitest';
import { PaperExchange } from '../../src/adapters/exchanges/paper/paper-exchange.js';
import { VirtualClock } from '../../src/platform/virtual-clock.js';
import type { ExchangeAdapter, FundingReport } from '../../src/ports/exchange-adapter.js';
import {
  type ExchangeCardId,
  exchangeContract,
} from '../../src/testing/contracts/exchange-contract.js';

const SYMBOL = 'BTCUSDT';

/** A paper exchange whose account pays funding. */
class SoundExchange extends PaperExchange {
  readonly paid: FundingReport[] = [];

  async fetchFunding(symbol: string, sinceMs: number): Promise<readonly FundingReport[]> {
    return this.paid.filter((row) => row.symbol === symbol && row.time >= sinceMs);
  }
}

/** What an adapter does wrong: members that stand in for those of a sound one. */
type Flaw = (sound: SoundExchange) => Partial<ExchangeAdapter>;

const FLAWS: readonly (readonly [ExchangeCardId, string, Flaw])[] = [
  [
    'EX-13',
    'mixes up the answers of a batch',
    (sound) => ({
      placeOrders: async (requests) => [...(await sound.placeOrders(requests))].reverse(),
    }),
  ],
  [
    'EX-13',
    'drops a batch when one of it is refused',
    (sound) => ({
      placeOrders: async (requests) => {
        const outcomes = await sound.placeOrders(requests);
        const [first] = requests;
        if (first !== undefined) await sound.cancelOrder({ ...first, kind: 'stop-market' });
        return outcomes;
      },
    }),
  ],
  [
    'EX-14',
    'says that it amended, and did not',
    () => ({ amendOrder: async () => ({ kind: 'accepted' }) }),
  ],
  [
    'EX-14',
    'amends into an order of another name',
    (sound) => ({
      amendOrder: async (request) => {
        const order = await sound.fetchOrder(request);
        await sound.cancelOrder(request);
        return sound.placeOrder({
          clientOrderId: 'another',
          symbol: SYMBOL,
          side: request.side,
          positionSide: order?.positionSide ?? 'BOTH',
          kind: 'limit',
          quantity: request.quantity,
          price: request.price,
          reduceOnly: true,
          expiresAt: Number.MAX_SAFE_INTEGER,
        });
      },
    }),
  ],
  [
    'EX-15',
    'forgets the end of the time window',
    (sound) => ({
      placeOrder: (request) => sound.placeOrder({ ...request, expiresAt: Number.MAX_SAFE_INTEGER }),
    }),
  ],
  [
    'EX-16',
    'lists no conditional orders',
    (sound) => ({
      fetchOpenOrders: async (symbol) =>
        (await sound.fetchOpenOrders(symbol)).filter(({ kind }) => kind !== 'stop-market'),
    }),
  ],
  [
    'EX-16',
    'lists nothing without a symbol',
    (sound) => ({
      fetchOpenOrders: async (symbol) =>
        symbol === undefined ? [] : sound.fetchOpenOrders(symbol),
    }),
  ],
  [
    'EX-17',
    'lets an immediate-or-cancel limit rest',
    (sound) => ({
      placeOrder: (request) =>
        sound.placeOrder(request.kind === 'ioc-limit' ? { ...request, kind: 'limit' } : request),
    }),
  ],
  [
    'EX-18',
    'sends a stop-limit as a stop at market',
    (sound) => ({
      placeOrder: (request) =>
        sound.placeOrder(
          request.kind === 'stop-limit' ? { ...request, kind: 'stop-market' } : request,
        ),
    }),
  ],
  [
    'EX-19',
    'calls a stop that was triggered untouched',
    (sound) => ({
      fetchOpenOrders: async (symbol) =>
        (await sound.fetchOpenOrders(symbol)).map((order) => ({ ...order, status: 'accepted' })),
    }),
  ],
  [
    'EX-20',
    'takes what is paid for what is received',
    (sound) => ({
      fetchFunding: async (...asked) =>
        (await sound.fetchFunding(...asked)).map((row) => ({ ...row, amount: -row.amount })),
    }),
  ],
  [
    'EX-20',
    'counts payments anew with every answer',
    (sound) => {
      let answers = 0;
      return {
        fetchFunding: async (...asked) => {
          answers += 1;
          return (await sound.fetchFunding(...asked)).map((row) => ({
            ...row,
            id: `${answers}-${row.id}`,
          }));
        },
      };
    },
  ],
  [
    'EX-20',
    'tells funding from before it is asked for',
    (sound) => ({ fetchFunding: (symbol) => sound.fetchFunding(symbol, 0) }),
  ],
];

/** One card on a paper exchange with a flaw. */
function card(id: ExchangeCardId, flaw: Flaw): () => Promise<void> {
  const cards = new Map<string, () => Promise<void>>();
  exchangeContract({
    test: (name, run) => cards.set(name.slice(0, 5), run),
    factory: () => {
      const clock = new VirtualClock();
      const sound = new SoundExchange({
        clock,
        instruments: [{ symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001' }],
      });
      const flaws = flaw(sound);
      const adapter = new Proxy(sound, {
        get: (target, name) => {
          const member = Reflect.get(name in flaws ? flaws : target, name);
          return typeof member === 'function' ? member.bind(target) : member;
        },
      });
      return {
        adapter,
        symbol: SYMBOL,
        quantity: '0.12',
        unevenQuantity: '0.1234',
        prices: { low: '44000', start: '45000', high: '46000' },
        setPrice: (price) => sound.acceptPrice(SYMBOL, 'LAST', Number(price), clock.now()),
        now: () => clock.now(),
        payFunding: (amount) => {
          const id = `funding-${sound.paid.length}`;
          sound.paid.push({ symbol: SYMBOL, id, amount, time: clock.now() });
        },
      };
    },
  });
  const run = cards.get(id);
  if (run === undefined) throw new Error(`no card ${id}`);
  return run;
}

describe('an exchange adapter fails', () => {
  it.each(FLAWS)('%s when it %s', async (id, _what, flaw) => {
    await expect(card(id, () => ({}))()).resolves.toBeUndefined();
    await expect(card(id, flaw)()).rejects.toThrow('Contract broken');
  });
});
