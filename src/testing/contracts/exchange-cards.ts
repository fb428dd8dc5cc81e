import { decimal, toDecimalString } from '../../model/decimal.js';
import type { OrderKind } from '../../model/order.js';
import type { FundingReport } from '../../ports/exchange-adapter.js';
import { codeOf, executed, open, tradeIds } from './contract-account.js';
import { assert, assertSame } from './contract-assert.js';
import { type ContractCard, hookOf } from './contract-runner.js';
import type { ExchangeCardId, ExchangeHarness } from './exchange-harness.js';
import { RecordingExchangeSink } from './recording-exchange-sink.js';

/** The duties of an exchange adapter. Numbers are never given twice. */
export const EXCHANGE_CARDS: readonly ContractCard<ExchangeCardId, ExchangeHarness>[] = [
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
    unless: withoutStops,
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
    unless: withoutClamp,
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
    unless: withoutClamp,
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
  {
    id: 'EX-13',
    duty: 'a batch is answered in the order of its requests, each on its own',
    unless: ({ adapter }) =>
      adapter.placeOrders === undefined || adapter.capabilities.batchSize < 2
        ? 'it has no batches (placeOrders, capabilities.batchSize)'
        : withoutStops({ adapter }),
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-13-entry');
      const stop = account.stop('ex-13-stop');
      const uneven = { ...account.exit('ex-13-bad'), quantity: harness.unevenQuantity };
      const send = hookOf(account.adapter.placeOrders?.bind(account.adapter), 'placeOrders');
      const outcomes = await account.settle(send([stop, uneven]));
      assertSame(outcomes.map(codeOf).join(), 'accepted,filter', 'the outcomes');
      assertSame(await account.openIds(), 'ex-13-stop', 'the open orders');
    },
  },
  {
    id: 'EX-14',
    duty: 'an amended limit keeps its client order id',
    unless: ({ adapter }) =>
      adapter.amendOrder === undefined ? 'it cannot amend (amendOrder)' : null,
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-14-entry');
      await account.place(account.takeProfit('ex-14'));
      const amend = hookOf(account.adapter.amendOrder?.bind(account.adapter), 'amendOrder');
      const half = toDecimalString(decimal(harness.quantity).div(2));
      const { side, price, symbol, clientOrderId, kind } = account.takeProfit('ex-14');
      const order = { symbol, clientOrderId, kind, side, price, quantity: half };
      assertSame((await account.settle(amend(order))).kind, 'accepted', 'the outcome');
      const [left, ...others] = await account.open();
      assertSame(others.length, 0, 'other open orders');
      assertSame(left?.clientOrderId, 'ex-14', 'the open order');
      assertSame(toDecimalString(decimal(left?.quantity ?? '0')), half, 'its quantity');
    },
  },
  {
    id: 'EX-15',
    duty: 'a request whose time is over is not carried out',
    run: async (harness) => {
      const account = await open(harness);
      const request = { ...account.entry('ex-15'), expiresAt: harness.now() - 1 };
      const code = codeOf(await account.place(request));
      // An adapter that sees it coming need not send it.
      assert(code === 'expired-request' || code === 'not-sent', `the outcome is clear: ${code}`);
      assertSame(await account.held(), '0', 'the position');
    },
  },
  {
    id: 'EX-16',
    duty: 'the open orders are complete, conditional ones included',
    unless: withoutStops,
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-16-entry');
      await account.place(account.stop('ex-16-stop'));
      await account.place({ ...account.takeProfit('ex-16-profit'), reduceOnly: true });
      assertSame(await account.openIds(), 'ex-16-profit,ex-16-stop', 'the open orders');
      const all = await account.settle(account.adapter.fetchOpenOrders());
      assertSame(all.length, 2, 'the open orders of all symbols');
      const stop = all.find(({ clientOrderId }) => clientOrderId === 'ex-16-stop');
      assertSame(
        toDecimalString(decimal(stop?.triggerPrice ?? '0')),
        toDecimalString(decimal(harness.prices.low)),
        'the level of the stop',
      );
    },
  },
  {
    id: 'EX-17',
    duty: 'an immediate-or-cancel limit fills up to its price, and never rests',
    unless: without('ioc-limit'),
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-17-entry');
      const away = account.immediateLimit('ex-17-away', harness.prices.high);
      assertSame((await account.place(away)).kind, 'accepted', 'the outcome');
      const { status = 'none' } = (await account.find(away)) ?? {};
      assert(status === 'expired' || status === 'canceled', `it is over: ${status}`);
      assertSame(await account.openIds(), '', 'the open orders');
      assertSame(await account.held(), harness.quantity, 'the position');
      const near = account.immediateLimit('ex-17', harness.prices.low);
      await account.place(near);
      assertSame((await account.find(near))?.status, 'filled', 'the status of the other one');
      assertSame(await account.held(), '0', 'the position in the end');
    },
  },
  {
    id: 'EX-18',
    duty: 'a stop-limit rests with both of its prices, and fills once it is triggered',
    unless: without('stop-limit'),
    run: async (harness) => {
      const account = await open(harness);
      const { low } = harness.prices;
      await account.enter('ex-18-entry');
      const stop = account.stopLimit('ex-18', low);
      assertSame((await account.place(stop)).kind, 'accepted', 'the outcome');
      const [resting] = await account.open();
      assertSame(resting?.kind, 'stop-limit', 'the kind');
      assertSame(resting?.status, 'accepted', 'the status');
      for (const price of [resting?.triggerPrice, resting?.price]) {
        const shown = toDecimalString(decimal(price ?? '0'));
        assertSame(shown, toDecimalString(decimal(low)), 'the price');
      }
      await account.moveTo(low);
      assertSame((await account.find(stop))?.status, 'filled', 'the status in the end');
      assertSame(executed(account.sink.fillsOf('ex-18')), harness.quantity, 'the trades told');
      assertSame(await account.held(), '0', 'the position');
    },
  },
  {
    id: 'EX-19',
    duty: 'a stop-limit that was triggered and not filled is shown as triggered, and can be cancelled',
    unless: without('stop-limit'),
    run: async (harness) => {
      const account = await open(harness);
      await account.enter('ex-19-entry');
      const stop = account.stopLimit('ex-19', harness.prices.start);
      await account.place(stop);
      await account.moveTo(harness.prices.low);
      const [resting, ...others] = await account.open();
      assertSame(others.length, 0, 'other open orders');
      assertSame(resting?.clientOrderId, 'ex-19', 'the open order');
      assertSame(resting?.status, 'triggered', 'its status');
      const { symbol, clientOrderId, kind } = stop;
      const order = { symbol, clientOrderId, kind };
      const outcome = await account.settle(account.adapter.cancelOrder(order));
      assertSame(outcome.kind, 'accepted', 'the outcome of the cancellation');
      assertSame(await account.openIds(), '', 'the open orders in the end');
      assertSame(await account.held(), harness.quantity, 'the position');
    },
  },
  {
    id: 'EX-20',
    duty: 'funding is told with its sign, each payment under an id of its own that stays',
    unless: ({ adapter }) =>
      adapter.fetchFunding === undefined ? 'it does not tell funding (fetchFunding)' : null,
    run: async (harness) => {
      const account = await open(harness);
      const pay = hookOf(harness.payFunding?.bind(harness), 'payFunding');
      const fetch = hookOf(account.adapter.fetchFunding?.bind(account.adapter), 'fetchFunding');
      const since = harness.now();
      await account.enter('ex-20-entry');
      assertSame((await account.settle(fetch(harness.symbol, since))).length, 0, 'rows before');
      await pay('1.25');
      await pay('-0.5');
      const rows = await account.settle(fetch(harness.symbol, since));
      const amounts = rows.map(({ amount }) => toDecimalString(decimal(amount)));
      assertSame(amounts.sort().join(), '-0.5,1.25', 'the amounts');
      assertSame(new Set(rows.map(({ id }) => id)).size, 2, 'distinct ids');
      const again = await account.settle(fetch(harness.symbol, since));
      assertSame(fundingIds(again), fundingIds(rows), 'the ids when asked again');
      assert(
        rows.every(({ symbol, time }) => symbol === harness.symbol && time >= since),
        'symbol and time are those of the payments',
      );
      const later = Math.max(...rows.map(({ time }) => time)) + 1;
      const newer = await account.settle(fetch(harness.symbol, later));
      assertSame(newer.length, 0, 'rows after the last one');
    },
  },
];

function fundingIds(rows: readonly FundingReport[]): string {
  return rows
    .map(({ id }) => id)
    .sort()
    .join();
}

/** Whoever cannot clamp lets a reducing order open the other side: the monitor is told and takes care itself. */
function withoutClamp({ adapter }: Pick<ExchangeHarness, 'adapter'>): string | null {
  const { positionModes, reduceOnly } = adapter.capabilities;
  const clamps = { hedge: reduceOnly.hedge, 'one-way': reduceOnly.oneWay };
  return positionModes.some((mode) => clamps[mode] === 'none')
    ? 'the exchange cannot clamp a reducing order (capabilities.reduceOnly)'
    : null;
}

function withoutStops({ adapter }: Pick<ExchangeHarness, 'adapter'>): string | null {
  return adapter.capabilities.orderKinds.includes('stop-market')
    ? null
    : 'it has no stop orders (capabilities.orderKinds)';
}

function without(kind: OrderKind): (harness: ExchangeHarness) => string | null {
  return ({ adapter }) =>
    adapter.capabilities.orderKinds.includes(kind)
      ? null
      : `it has no ${kind} orders (capabilities.orderKinds)`;
}
