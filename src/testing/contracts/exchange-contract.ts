import { decimal, sumDecimals, toDecimalString } from '../../model/decimal.js';
import type { WirePositionSide } from '../../model/side.js';
import type {
  CancelOrderRequest,
  ExchangeAdapter,
  FillReport,
  OrderOutcome,
  PlaceOrderRequest,
} from '../../ports/exchange-adapter.js';
import { assert, assertSame } from './contract-assert.js';
import { type ContractCard, type ContractRunner, declareCards, hookOf } from './contract-runner.js';
import type { ExchangeHarness } from './exchange-harness.js';
import { RecordingExchangeSink } from './recording-exchange-sink.js';

export type ExchangeCardId =
  | 'EX-01'
  | 'EX-02'
  | 'EX-03'
  | 'EX-04'
  | 'EX-05'
  | 'EX-06'
  | 'EX-07'
  | 'EX-08'
  | 'EX-09'
  | 'EX-10'
  | 'EX-11'
  | 'EX-12';

export interface ExchangeContractOptions extends ContractRunner<ExchangeCardId> {
  /** Makes a fresh venue and adapter for the card. */
  readonly factory: (id: ExchangeCardId) => Promise<ExchangeHarness> | ExchangeHarness;
}

/**
 * What every exchange adapter owes the monitor, as tests of whichever framework is handed in.
 *
 * @example
 * exchangeContract({ test, factory: () => new MyVenueHarness() });
 */
export function exchangeContract(options: ExchangeContractOptions): void {
  declareCards(options, options.factory, CARDS);
}

const CARDS: readonly ContractCard<ExchangeCardId, ExchangeHarness>[] = [
  {
    id: 'EX-01',
    duty: 'a market order is acknowledged, then filled',
    run: async (harness) => {
      const account = await open(harness);
      const outcome = await account.enter('ex-01');
      assertSame(outcome.kind, 'accepted', 'the outcome');
      assertSame(account.sink.ordersOf('ex-01').at(-1)?.status, 'filled', 'the last status told');
      assertSame(executed(account.sink.fillsOf('ex-01')), harness.quantity, 'the trades told');
      const found = await account.settle(account.adapter.fetchOrder(account.query('ex-01')));
      assertSame(found?.status, 'filled', 'the status found');
      assertSame(await account.held(), harness.quantity, 'the position');
    },
  },
  {
    id: 'EX-02',
    duty: 'the same client order id twice is one order',
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-02-entry');
      const first = await account.place(account.stop('ex-02'));
      const second = await account.place(account.stop('ex-02'));
      assertSame(first.kind, 'accepted', 'the first outcome');
      assertSame(codeOf(second), 'duplicate-client-id', 'the second outcome');
      const orders = await account.settle(account.adapter.fetchOpenOrders(harness.symbol));
      const same = orders.filter((order) => order.clientOrderId === 'ex-02');
      assertSame(same.length, 1, 'open orders of that id');
    },
  },
  {
    id: 'EX-03',
    duty: 'a definite refusal says that it is one, and why',
    run: async (harness) => {
      const account = await open(harness);
      assertSame(codeOf(await account.place(account.exit('ex-03'))), 'reduce-only', 'the outcome');
      assertSame(await account.held(), '0', 'the position');
    },
  },
  {
    id: 'EX-04',
    duty: 'a lost reply is unknown, and the order is found',
    run: async (harness) => {
      const account = await open(harness);
      const loseReply = hookOf(harness.loseReply?.bind(harness), 'loseReply');
      const reopen = hookOf(harness.reopen?.bind(harness), 'reopen');
      const request = account.entry('ex-04');
      const outcome = await loseReply(() => account.adapter.placeOrder(request));
      assertSame(outcome.kind, 'unknown', 'the outcome');
      const again = await reopen(new RecordingExchangeSink());
      const found = await account.settle(again.fetchOrder(account.query('ex-04')));
      assertSame(found?.clientOrderId, 'ex-04', 'the order found');
    },
  },
  {
    id: 'EX-05',
    duty: 'the cancellation of a filled order changes nothing',
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-05');
      const outcome = await account.settle(account.adapter.cancelOrder(account.cancel('ex-05')));
      const isRefused = codeOf(outcome) === 'unknown-order';
      assert(isRefused || outcome.kind === 'accepted', `the outcome is clear: ${outcome.kind}`);
      const found = await account.settle(account.adapter.fetchOrder(account.query('ex-05')));
      assertSame(found?.status, 'filled', 'the status');
      assertSame(await account.held(), harness.quantity, 'the position');
    },
  },
  {
    id: 'EX-06',
    duty: 'partial fills sum to the quantity',
    run: async (harness) => {
      await hookOf(harness.fillInParts?.bind(harness), 'fillInParts')();
      const account = await open(harness);
      await account.enter('ex-06');
      const fills = account.sink.fillsOf('ex-06');
      assert(fills.length > 1, 'there are several trades');
      assertSame(tradeIds(fills).size, fills.length, 'distinct trade ids');
      assertSame(executed(fills), harness.quantity, 'their sum');
      const cumulative = account.sink
        .ordersOf('ex-06')
        .map(({ executedQty }) => decimal(executedQty));
      cumulative.reduce((before, after) => {
        assert(after.gte(before), 'the executed quantity never shrinks');
        return after;
      });
    },
  },
  {
    id: 'EX-07',
    duty: 'a trade has one id on the stream and in queries',
    run: async (harness) => {
      const account = await open(harness);
      const since = harness.now();
      await account.enter('ex-07');
      const read = await account.settle(account.adapter.fetchFills(harness.symbol, since));
      const told = tradeIds(account.sink.fillsOf('ex-07'));
      assert(told.size > 0, 'the stream told a trade');
      assertSame([...tradeIds(read)].join(), [...told].join(), 'the ids');
      assertSame(executed(read), harness.quantity, 'the quantity read');
    },
  },
  {
    id: 'EX-08',
    duty: 'a reduce-only order never flips the position',
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-08-entry');
      const quantity = toDecimalString(decimal(harness.quantity).times(2));
      await account.place({ ...account.exit('ex-08'), quantity });
      const positions = await account.settle(account.adapter.fetchPositions(harness.symbol));
      assert(!positions.some(({ side }) => side === 'SHORT'), 'no other side was opened');
    },
  },
  {
    id: 'EX-09',
    duty: 'a quantity off the step is refused',
    run: async (harness) => {
      const account = await open(harness);
      const request = { ...account.entry('ex-09'), quantity: harness.unevenQuantity };
      assertSame(codeOf(await account.place(request)), 'filter', 'the outcome');
      assertSame(await account.held(), '0', 'the position');
    },
  },
  {
    id: 'EX-10',
    duty: 'a stream that comes back reports a gap',
    run: async (harness) => {
      const account = await open(harness);
      await hookOf(harness.interruptStream?.bind(harness), 'interruptStream')();
      await harness.drain?.();
      const { connections, gaps } = account.sink;
      assertSame(connections.join(), 'connected,disconnected,connected', 'the connection states');
      assert(gaps.length > 0, 'a gap is told');
    },
  },
  {
    id: 'EX-11',
    duty: 'close() twice is harmless, and what comes later is not sent',
    run: async (harness) => {
      const account = await open(harness);
      await account.adapter.close();
      await account.adapter.close();
      const outcome = await account.settle(account.adapter.placeOrder(account.entry('ex-11')));
      assertSame(outcome.kind, 'not-sent', 'the outcome');
    },
  },
  {
    id: 'EX-12',
    duty: 'close() during a submit ends it honestly',
    run: async (harness) => {
      const account = await open(harness);
      const reopen = hookOf(harness.reopen?.bind(harness), 'reopen');
      const submit = account.adapter.placeOrder(account.entry('ex-12'));
      await account.adapter.close();
      const outcome = await account.settle(submit);
      assert(outcome.kind !== 'rejected', 'a lost connection is no refusal');
      const again = await reopen(new RecordingExchangeSink());
      const found = await account.settle(again.fetchOrder(account.query('ex-12')));
      if (outcome.kind === 'accepted') assert(found !== null, 'what was accepted is found');
      if (outcome.kind === 'not-sent') assertSame(found, null, 'what was not sent');
    },
  },
];

/** A connected account that trades at the start price. */
async function open(harness: ExchangeHarness): Promise<ContractAccount> {
  const sink = new RecordingExchangeSink();
  await harness.adapter.connect(sink);
  await harness.setPrice(harness.prices.start);
  const settle = <Result>(call: Promise<Result>) => harness.settle?.(call) ?? call;
  const { positionMode } = await settle(harness.adapter.fetchAccount());
  await settle(harness.adapter.fetchInstrument(harness.symbol));
  return new ContractAccount(harness, sink, positionMode === 'hedge' ? 'LONG' : 'BOTH');
}

/** The calls that the cards are written in. */
class ContractAccount {
  readonly adapter: ExchangeAdapter;
  readonly sink: RecordingExchangeSink;
  readonly #harness: ExchangeHarness;
  readonly #positionSide: WirePositionSide;

  constructor(
    harness: ExchangeHarness,
    sink: RecordingExchangeSink,
    positionSide: WirePositionSide,
  ) {
    this.adapter = harness.adapter;
    this.sink = sink;
    this.#harness = harness;
    this.#positionSide = positionSide;
  }

  settle<Result>(call: Promise<Result>): Promise<Result> {
    return this.#harness.settle?.(call) ?? call;
  }

  async place(request: PlaceOrderRequest): Promise<OrderOutcome> {
    const outcome = await this.settle(this.adapter.placeOrder(request));
    await this.#harness.drain?.();
    return outcome;
  }

  /** Opens a LONG position of the harness's quantity. */
  enter(clientOrderId: string): Promise<OrderOutcome> {
    return this.place(this.entry(clientOrderId));
  }

  entry(clientOrderId: string): PlaceOrderRequest {
    const { symbol, quantity } = this.#harness;
    return {
      clientOrderId,
      symbol,
      side: 'BUY',
      positionSide: this.#positionSide,
      kind: 'market',
      quantity,
      reduceOnly: false,
      expiresAt: this.#harness.now() + VALID_MS,
    };
  }

  exit(clientOrderId: string): PlaceOrderRequest {
    return { ...this.entry(clientOrderId), side: 'SELL', reduceOnly: true };
  }

  stop(clientOrderId: string): PlaceOrderRequest {
    return {
      ...this.exit(clientOrderId),
      kind: 'stop-market',
      triggerPrice: this.#harness.prices.low,
      triggerSource: 'LAST',
    };
  }

  query(clientOrderId: string): { symbol: string; clientOrderId: string; kind: 'market' } {
    return { symbol: this.#harness.symbol, clientOrderId, kind: 'market' };
  }

  cancel(clientOrderId: string): CancelOrderRequest {
    return this.query(clientOrderId);
  }

  async held(): Promise<string> {
    const positions = await this.settle(this.adapter.fetchPositions(this.#harness.symbol));
    const long = positions.find(({ side }) => side === 'LONG');
    return toDecimalString(decimal(long?.quantity ?? '0'));
  }
}

/** How long requests of the suite are valid, ms of venue time. */
const VALID_MS = 60_000;

function codeOf(outcome: OrderOutcome): string {
  return outcome.kind === 'rejected' ? outcome.rejection.code : outcome.kind;
}

function tradeIds(fills: readonly FillReport[]): ReadonlySet<string> {
  return new Set(fills.map(({ trade }) => trade.tradeId));
}

function executed(fills: readonly FillReport[]): string {
  return toDecimalString(sumDecimals(fills.map(({ trade }) => decimal(trade.quantity))));
}
