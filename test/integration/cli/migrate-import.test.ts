import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import { PositionMonitor } from '../../../src/monitor/position-monitor.js';
import { runFor } from '../../../src/testing/run-time.js';
import { BOT_SCHEMAS, OLD_SCHEMAS, type OldDatabaseWriter } from '../../support/old-databases.js';
import { SYMBOL, type WorldOptions } from './live-world.js';
import { MigrateWorld } from './migrate-world.js';

/** A world whose settings name the account, holding what is given. */
function named(options: WorldOptions = {}): MigrateWorld {
  const world = new MigrateWorld(options);
  world.write(world.named);
  return world;
}

/** Whether anything was made, and what stands there. */
async function refusedAs(world: MigrateWorld, verdict: string, ...options: string[]) {
  const before = world.files();
  const report = await world.report('--yes', ...options);
  expect(report).toMatchObject({ code: 1, did: 'mismatch' });
  expect(world.files()).toEqual(before);
  const lines = report.positions.filter((line) => line.verdict === verdict);
  expect(lines.length).toBeGreaterThan(0);
  expect(await world.migrate('--yes', ...options)).toBe(1);
  expect(world.text).toMatch(/MISMATCH: no store was made/);
  return lines;
}

describe('what is no position', () => {
  it.each<readonly [string, (old: OldDatabaseWriter) => unknown]>([
    [
      'closed rows, and what closed them',
      (old) =>
        old
          .trade({ status: 'CLOSED', qty: 3 })
          .trade({ side: 'SELL', qty: 3, order_type: 'TAKE_PROFIT_MARKET', realized_pnl: 9 }),
    ],
    ['closed rows whose exit nobody wrote', (old) => old.trade({ status: 'CLOSED', qty: 3 })],
    ['rows believed gone', (old) => old.trade({ status: 'CLOSED_PHANTOM', qty: 3 })],
    ['simulated rows', (old) => old.trade({ status: 'SIMULATED', order_id: 'simulated_main_1' })],
    [
      'failed rows',
      (old) => old.trade({ status: 'FAILED' }).trade({ status: 'ERROR', order_id: null }),
    ],
    ['orders that wait', (old) => old.trade({ status: 'NEW', filled_qty: 0 })],
    ['orders that were cancelled', (old) => old.trade({ status: 'CANCELED', filled_qty: 0 })],
    [
      'the same fill by two ways',
      (old) => old.trade({ order_id: '50', exchange_trade_id: '7', qty: 0.1, price: 45_000 }),
    ],
    [
      'the same trade under another order id',
      (old) => old.trade({ order_id: null, exchange_trade_id: '7', qty: 0.1, price: 45_000 }),
    ],
    [
      'a close at market that was written as a trade of its own',
      (old) =>
        old.trade({ order_id: '60', status: 'CLOSED', qty: 0.4 }).trade({
          order_id: '61',
          side: 'SELL',
          qty: 0.4,
          status: 'INSTANT_TP',
          order_type: 'MARKET',
        }),
    ],
  ])('%s', async (_name, fill) => {
    const world = new MigrateWorld();
    world.old((old) => {
      old.trade({ order_id: '50', exchange_trade_id: '7', qty: 0.1, price: 45_000 });
      fill(old);
    });
    const report = await world.report('--yes');
    expect(report).toMatchObject({ did: 'migrated', code: 0 });
    expect((await world.stored()).tranches).toMatchObject([
      { symbol: SYMBOL, side: 'LONG', openedQty: '0.1', entryPrice: '45000' },
    ]);
  });
});

describe('what is a position', () => {
  it.each<readonly [string, (old: OldDatabaseWriter) => unknown, string, string]>([
    [
      'weighted by quantity, not by rows',
      (old) => old.trade({ qty: 0.1, price: 45_000 }).trade({ qty: 0.3, price: 44_000 }),
      '0.4',
      '44250',
    ],
    [
      'parts of one order, told one by one',
      (old) =>
        old
          .trade({
            order_id: '5',
            status: 'PARTIALLY_FILLED',
            qty: 0.1,
            filled_qty: 0.04,
            exchange_trade_id: '1',
          })
          .trade({
            order_id: '5',
            status: 'PARTIALLY_FILLED',
            qty: 0.1,
            filled_qty: 0.06,
            exchange_trade_id: '2',
          }),
      '0.1',
      '45000',
    ],
    [
      'parts of one order, each with the sum so far and a list of trades',
      (old) =>
        old
          .trade({
            order_id: '5',
            status: 'PARTIALLY_FILLED',
            qty: 0.1,
            filled_qty: 0.04,
            exchange_trade_id: '1',
          })
          .trade({ order_id: '5', qty: 0.1, filled_qty: 0.1, exchange_trade_id: '1,2' }),
      '0.1',
      '45000',
    ],
    [
      'a part that was filled before the rest was cancelled',
      (old) => old.trade({ status: 'CANCELED', qty: 0.1, filled_qty: 0.03 }),
      '0.03',
      '45000',
    ],
    [
      'what a partial exit left',
      (old) => old.trade({ qty: 0.3 }).trade({ side: 'SELL', qty: 0.1, parent_order_id: '1001' }),
      '0.2',
      '45000',
    ],
    [
      'binary noise left out',
      (old) => old.trade({ qty: 0.1 + 0.2, price: 45_000.1 }),
      '0.3',
      '45000.1',
    ],
  ])('%s', async (_name, fill, quantity, entryPrice) => {
    const world = new MigrateWorld();
    world.old(fill);
    expect(await world.report('--yes')).toMatchObject({ code: 0 });
    expect((await world.stored()).tranches).toMatchObject([{ openedQty: quantity, entryPrice }]);
  });

  it('both legs of a symbol, told by the answers of the exchange', async () => {
    const world = new MigrateWorld();
    const answer = (positionSide: string) => JSON.stringify({ positionSide, status: 'FILLED' });
    world.old((old) =>
      old
        .trade({ qty: 0.1, price: 45_000, response: answer('LONG') })
        .trade({ qty: 0.2, price: 46_000, side: 'SELL', response: answer('SHORT') })
        .trade({ qty: 0.05, price: 46_000, side: 'SELL', response: answer('LONG') }),
    );
    await world.report('--yes');
    expect((await world.stored()).tranches).toMatchObject([
      { side: 'LONG', openedQty: '0.05', entryPrice: '45000' },
      { side: 'SHORT', openedQty: '0.2', entryPrice: '46000' },
    ]);
  });

  it('the net of a one-way account', async () => {
    const world = new MigrateWorld();
    world.write({ globals: { hedge_mode: false }, symbols: { BTCUSDT: { stop_loss_pct: 5 } } });
    world.old((old) => old.trade({ qty: 0.3 }).trade({ side: 'SELL', qty: 0.1 }));
    await world.report('--yes');
    expect((await world.stored()).tranches).toMatchObject([{ side: 'LONG', openedQty: '0.2' }]);
  });

  it('tranches of the earlier schema, whose ids count over all symbols', async () => {
    const world = new MigrateWorld();
    world.old(
      (old) =>
        old
          .tranche({ total_quantity: 0.1 })
          .tranche({ symbol: 'ETHUSDT', total_quantity: 2, avg_entry_price: 3_000 })
          .tranche({ total_quantity: 0.2, avg_entry_price: 42_000 })
          .tranche({ total_quantity: 0 }),
      [OLD_SCHEMAS.countedTranches],
    );
    await world.report('--yes');
    expect((await world.stored()).tranches).toMatchObject([
      { symbol: SYMBOL, number: 1, openedQty: '0.1' },
      { symbol: SYMBOL, number: 3, openedQty: '0.2', entryPrice: '42000' },
      { symbol: 'ETHUSDT', number: 2, openedQty: '2' },
    ]);
  });
});

describe('what nobody can confirm', () => {
  it.each<readonly [string, (old: OldDatabaseWriter) => unknown, RegExp]>([
    [
      'a positions row that no fill explains',
      (old) =>
        old.trade({ symbol: 'ETHUSDT', qty: 1, price: 3_000 }).row('positions', {
          symbol: SYMBOL,
          side: 'LONG',
          tranche_id: 0,
          quantity: 0.1,
          entry_price: 45_000,
        }),
      /the tables disagree/,
    ],
    [
      'a row that another symbol with the same tranche id has zeroed',
      (old) => old.trade({ qty: 0.1 }).tranche({ tranche_id: 0, total_quantity: 0 }),
      /the tables disagree/,
    ],
    [
      'fills in both directions that name no leg',
      (old) => old.trade({ qty: 0.1 }).trade({ side: 'SELL', qty: 0.1, price: 45_450 }),
      /name no leg/,
    ],
    [
      'an entry price of zero',
      (old) => old.trade({ qty: 0.1, price: 0 }).tranche({ tranche_id: 0, avg_entry_price: 0 }),
      /entry price of tranche 0 is not known/,
    ],
    [
      'rows of a status that nobody knows',
      (old) => old.trade({ status: 'TELEPORTED' }),
      /unknown status/,
    ],
    [
      'a quantity that is no number',
      (old) => old.tranche({ tranche_id: 0, total_quantity: 'many' }),
      /total_quantity is "many"/,
    ],
  ])('%s needs a decision', async (_name, fill, why) => {
    const world = new MigrateWorld();
    world.old(fill);
    const lines = await refusedAs(world, 'undecided');
    expect(lines.flatMap(({ notes }) => notes).join('\n')).toMatch(why);
  });

  it('--accept-database takes the most detailed table', async () => {
    const world = new MigrateWorld();
    world.old((old) => old.trade({ qty: 0.1 }).tranche({ tranche_id: 0, total_quantity: 0.25 }));
    const report = await world.report('--yes', '--accept-database');
    expect(report).toMatchObject({
      code: 0,
      positions: [{ verdict: 'accepted', source: 'position_tranches' }],
    });
    expect((await world.stored()).tranches).toMatchObject([{ openedQty: '0.25' }]);
  });

  it('a level that is impossible is told, not imported', async () => {
    const world = new MigrateWorld();
    world.write({
      symbols: { BTCUSDT: { stop_loss_pct: 5, take_profit_pct: 1 } },
      instruments: { BTCUSDT: { tick_size: 0.1, step_size: 0.001 } },
    });
    world.old((old) => old.trade({ side: 'SELL', qty: 0.1, price: 0.04 }));
    const [line] = await refusedAs(world, 'undecided');
    expect(line?.notes.join('\n')).toMatch(/stop-loss level of BTCUSDT/);
  });
});

describe('the exchange decides', () => {
  const disagreeing = (old: OldDatabaseWriter): unknown =>
    old
      .trade({ qty: 0.1 })
      .tranche({ tranche_id: 0, total_quantity: 0.25, avg_entry_price: 44_000 })
      .row('positions', {
        symbol: SYMBOL,
        side: 'LONG',
        tranche_id: 0,
        quantity: 0.3,
        entry_price: 43_000,
      });

  it.each([
    ['0.1', 'trades', '45000'],
    ['0.25', 'position_tranches', '44000'],
    ['0.3', 'positions', '43000'],
  ])('for the table that agrees with it: %s', async (held, source, entryPrice) => {
    const world = named();
    world.old(disagreeing);
    world.exchange.account.buy(SYMBOL, held);
    const report = await world.report('--yes');
    expect(report).toMatchObject({
      code: 0,
      positions: [{ verdict: 'exchange', source, exchange: held, store: held }],
    });
    expect((await world.stored()).tranches).toMatchObject([{ openedQty: held, entryPrice }]);
  });

  it('that rows were marked CLOSED_PHANTOM by mistake', async () => {
    const world = named();
    world.old((old) => old.trade({ qty: 0.1, status: 'CLOSED_PHANTOM' }).trade({ qty: 0.1 }));
    world.exchange.account.buy(SYMBOL, '0.2');
    const report = await world.report('--yes');
    expect(report.positions).toMatchObject([
      { source: 'trades, CLOSED_PHANTOM counted as open', store: '0.2' },
    ]);
    expect(report.code).toBe(0);
  });

  it('that the mark of one leg was set on the other as well', async () => {
    const world = named();
    const answer = (positionSide: string) => JSON.stringify({ positionSide });
    world.old((old) =>
      old
        .trade({ qty: 0.1, status: 'CLOSED', response: answer('LONG') })
        .trade({ qty: 0.1, side: 'SELL', response: answer('LONG') })
        .trade({ qty: 0.2, side: 'SELL', status: 'CLOSED', response: answer('SHORT') }),
    );
    world.exchange.account.sell(SYMBOL, '0.2');
    const report = await world.report('--yes');
    expect(report).toMatchObject({ code: 0 });
    expect((await world.stored()).tranches).toMatchObject([{ side: 'SHORT', openedQty: '0.2' }]);
  });

  it('the entry price, where the database has zero', async () => {
    const world = named();
    world.old((old) => old.trade({ qty: 0.1, price: 0 }));
    world.exchange.account.buy(SYMBOL, '0.1');
    const report = await world.report('--yes');
    expect(report.positions[0]?.notes).toContain("the entry price of tranche 0 is the account's");
    expect((await world.stored()).tranches).toMatchObject([{ entryPrice: '45000' }]);
  });

  it('by the whole quantity: noise of sums goes, and the parts add up', async () => {
    const world = named();
    world.old((old) =>
      old
        .tranche({ tranche_id: 0, total_quantity: 0.1 + 1e-11 })
        .tranche({ tranche_id: 1, total_quantity: 0.2, avg_entry_price: 42_000 }),
    );
    world.exchange.account.buy(SYMBOL, '0.3');
    await world.report('--yes');
    const { tranches } = await world.stored();
    expect(tranches.map(({ openedQty }) => Number(openedQty)).reduce((a, b) => a + b)).toBeCloseTo(
      0.3,
      15,
    );
  });

  it.each([
    ['less', '0.05'],
    ['more', '0.7'],
  ])('it holds %s than any table says: a mismatch, and no store', async (_name, held) => {
    const world = named();
    world.old(disagreeing);
    world.exchange.account.buy(SYMBOL, held);
    const lines = await refusedAs(world, 'mismatch');
    expect(lines).toMatchObject([{ symbol: SYMBOL, side: 'LONG', exchange: held }]);
    expect(world.text).toMatch(/--accept-exchange/);

    const report = await world.report('--yes', '--accept-exchange');
    expect(report).toMatchObject({ code: 0, positions: [{ source: 'the account' }] });
    expect((await world.stored()).tranches).toMatchObject([
      { openedQty: held, entryPrice: '45000' },
    ]);
  });

  it('it holds nothing of what every table says: a mismatch, or nothing when accepted', async () => {
    const world = named();
    world.old((old) => old.trade({ qty: 0.1 }));
    await refusedAs(world, 'mismatch');
    expect(await world.report('--yes', '--accept-exchange')).toMatchObject({ code: 0 });
    expect((await world.stored()).tranches).toEqual([]);
  });

  it('it holds what no table knows: a mismatch for symbols of the settings only', async () => {
    const world = named();
    world.old((old) => old.trade({ qty: 0.1 }));
    world.exchange.account.buy(SYMBOL, '0.1');
    world.exchange.account.sell('ETHUSDT', '1');
    const lines = await refusedAs(world, 'mismatch');
    expect(lines).toMatchObject([
      { symbol: 'ETHUSDT', side: 'SHORT', database: {}, exchange: '1' },
    ]);
    world.write({ exchange: { id: 'aster' }, symbols: { BTCUSDT: { stop_loss_pct: 1 } } });
    expect(await world.report('--yes')).toMatchObject({ code: 0 });
  });

  it('a position that changes between reading and checking is a mismatch', async () => {
    const world = named();
    world.old((old) => old.trade({ qty: 0.1 }));
    world.exchange.account.buy(SYMBOL, '0.1');
    let connections = 0;
    const { connect } = world;
    world.connect = (exchange) => {
      connections += 1;
      if (connections === 2) exchange.account.sell(SYMBOL, '0.04', { positionSide: 'LONG' });
      return connect(exchange);
    };
    const before = world.files();
    const report = await world.report('--yes');
    expect(report).toMatchObject({
      code: 1,
      did: 'mismatch',
      positions: [{ verdict: 'mismatch', exchange: '0.06', store: '0.1' }],
    });
    expect(world.files()).toEqual([...before, 'new.backup'].sort());
  });
});

describe('exits of the older system', () => {
  const ids = (world: MigrateWorld) => {
    const [stop] = world.exchange.account.stops();
    return stop?.orderId ?? '';
  };

  it('are taken over: the monitor goes on with them and places nothing twice', async () => {
    const world = named();
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.stopBy('LONG', '0.1', { triggerPrice: '42750' });
    const stopId = ids(world);
    world.old((old) =>
      old.trade({ order_id: '1', qty: 0.1 }).row('order_relationships', {
        main_order_id: '1',
        sl_order_id: stopId,
        tp_order_id: '404',
        symbol: SYMBOL,
      }),
    );
    const report = await world.report('--yes');
    expect(report).toMatchObject({ code: 0 });
    expect(report.exits.map(({ orderId, state }) => [orderId, state])).toEqual([
      ['404', 'gone'],
      [stopId, 'taken-over'],
    ]);
    expect((await world.stored()).orders).toMatchObject([
      {
        role: 'stop-loss',
        status: 'accepted',
        venueOrderId: stopId,
        triggerPrice: '42750',
        quantity: '0.1',
      },
    ]);

    const monitor = await started(world);
    await runFor(world.clock, 1_000);
    // The one stop of the older system, and a take-profit that was missing.
    expect(world.exchange.account.stops()).toMatchObject([
      { orderId: stopId, triggerPrice: '42750' },
    ]);
    expect(world.exchange.account.takeProfits()).toMatchObject([
      { price: '45450', quantity: '0.1' },
    ]);
    expect(monitor.getPositionStatus(SYMBOL)).toMatchObject({});
    await world.until(monitor.stop());
  });

  it('go when their successor rests, where the settings want another level', async () => {
    const world = named();
    world.exchange.account.buy(SYMBOL, '0.1');
    await world.stopBy('LONG', '0.1', { triggerPrice: '40000' });
    const stopId = ids(world);
    world.old((old) => old.tranche({ tranche_id: 0, sl_order_id: stopId }));
    await world.report('--yes');
    const monitor = await started(world);
    await runFor(world.clock, 5_000);
    expect(world.exchange.account.stops()).toMatchObject([
      { triggerPrice: '42750', quantity: '0.1' },
    ]);
    await world.until(monitor.stop());
  });

  it('stay nobody\u2019s, and are told, where several tranches name them or none', async () => {
    const world = named();
    world.exchange.account.buy(SYMBOL, '0.2');
    await world.stopBy('LONG', '0.1', { triggerPrice: '42750' });
    const stopId = ids(world);
    await world.stopBy('LONG', '0.05', { triggerPrice: '41000' });
    world.old((old) =>
      old
        .tranche({ tranche_id: 0, sl_order_id: stopId })
        .tranche({ tranche_id: 1, sl_order_id: stopId, avg_entry_price: 44_000 }),
    );
    const { exits } = await world.report('--yes');
    expect(exits.map(({ state, detail }) => [state, detail])).toEqual([
      ['resting', 'several tranches name it'],
      ['resting', expect.stringMatching(/0\.05 at 41000: no row names it/)],
    ]);
    expect((await world.stored()).orders).toEqual([]);
  });

  it('are of their own symbol: an id that another symbol has overwritten is not theirs', async () => {
    const world = named();
    world.exchange.account.buy(SYMBOL, '0.1');
    world.exchange.account.buy('ETHUSDT', '1');
    await world.stopBy('LONG', '0.1', { triggerPrice: '42750' });
    const stopId = ids(world);
    world.old((old) =>
      old.tranche({ tranche_id: 0, sl_order_id: stopId }).tranche({
        symbol: 'ETHUSDT',
        tranche_id: 0,
        total_quantity: 1,
        avg_entry_price: 3_000,
        sl_order_id: stopId,
      }),
    );
    const { exits } = await world.report('--yes');
    expect(exits.map(({ symbol, state }) => [symbol, state])).toEqual([
      [SYMBOL, 'taken-over'],
      ['ETHUSDT', 'gone'],
    ]);
  });

  it('a recovery row names no entry, and its relation is told as an orphan', async () => {
    const world = new MigrateWorld();
    world.old((old) =>
      old
        .trade({ order_id: '1', qty: 0.1 })
        .row('order_relationships', {
          main_order_id: 'recovery_BTCUSDT_1',
          tp_order_id: '9',
          symbol: SYMBOL,
        })
        .row('order_relationships', { main_order_id: '888', tp_order_id: '8', symbol: SYMBOL }),
    );
    const report = await world.report('--yes');
    expect(world.check(report, 'database-rows')?.detail).toMatch(/2 relationships have no entry/);
    expect(report).toMatchObject({ code: 0, exits: [] });
  });
});

/** A monitor on the new store, at the same account. */
async function started(world: MigrateWorld): Promise<PositionMonitor> {
  const {
    store: _store,
    exchange: _exchange,
    ...config
  } = JSON.parse(readFileSync(world.configPath, 'utf8'));
  world.exchange = world.exchange.crash();
  const monitor = new PositionMonitor({
    config,
    exchange: world.connect(world.exchange),
    feed: world.feed,
    store: new SqliteStore({ path: world.target }),
    clock: world.clock,
  });
  await world.until(monitor.start());
  return monitor;
}

describe('a monitor on the new store', () => {
  it('goes on with every tranche, and with what was filled since', async () => {
    const world = named();
    world.exchange.account.buy(SYMBOL, '0.1');
    world.exchange.account.buy('ETHUSDT', '2');
    world.old((old) =>
      old
        .trade({ order_id: '1', qty: 0.1 })
        .trade({ order_id: '2', symbol: 'ETHUSDT', qty: 2, price: 3_000 }),
    );
    expect(await world.report('--yes')).toMatchObject({ code: 0, account: 'sim' });
    await world.pass(1_000);
    // Half of it is closed by hand before the monitor starts.
    world.exchange.account.sell('ETHUSDT', '1', { positionSide: 'LONG' });
    const monitor = await started(world);
    await runFor(world.clock, 1_000);
    const [btc] = monitor.getPositionStatus(SYMBOL).tranches;
    const [eth] = monitor.getPositionStatus('ETHUSDT').tranches;
    expect(btc).toMatchObject({ quantity: '0.1', entryPrice: '45000', coverage: 'resting' });
    expect(eth).toMatchObject({ quantity: '1', entryPrice: '3000', coverage: 'resting' });
    expect(world.exchange.account.stops('ETHUSDT')).toMatchObject([
      { quantity: '1', triggerPrice: '2850' },
    ]);
    await world.until(monitor.stop());
  });

  it('claims a store that belongs to nobody, and brings its levels onto the grid', async () => {
    const world = new MigrateWorld();
    world.old((old) => old.trade({ order_id: '1', qty: 0.1, price: 45_123.45 }));
    await world.report('--yes');
    const before = await world.stored();
    expect(before.tranches).toMatchObject([{ stopLoss: '42867.2775' }]);
    world.exchange.account.buy(SYMBOL, '0.1');
    const monitor = await started(world);
    await runFor(world.clock, 1_000);
    expect(world.exchange.account.stops()).toMatchObject([{ triggerPrice: '42867.3' }]);
    expect(world.exchange.account.takeProfits()).toMatchObject([{ price: '45574.7' }]);
    await world.until(monitor.stop());
    expect((await world.stored()).stamp).toMatchObject({ exchangeId: 'sim', accountId: 'sim' });

    const other = new SqliteStore({ path: world.target });
    const identity = {
      exchangeId: 'sim',
      accountId: 'another',
      mode: 'live',
      instanceId: 'default',
    } as const;
    await expect(other.open({ ...identity, newIncarnation: 'aaaa' })).rejects.toMatchObject({
      code: 'STORE_FOREIGN',
    });
  });

  it('refuses the store of another account', async () => {
    const world = named();
    world.exchange.account.buy(SYMBOL, '0.1');
    world.old((old) => old.trade({ qty: 0.1 }));
    await world.report('--yes');
    const other = new SqliteStore({ path: world.target });
    const identity = {
      exchangeId: 'sim',
      accountId: 'another',
      mode: 'live',
      instanceId: 'default',
    } as const;
    await expect(other.open({ ...identity, newIncarnation: 'aaaa' })).rejects.toMatchObject({
      code: 'STORE_FOREIGN',
    });
  });
});

it('every older table at once, closed for good, is no position at all', async () => {
  const world = new MigrateWorld();
  world.old(
    (old) =>
      old
        .trade({ status: 'CLOSED' })
        .tranche({ tranche_id: 0, total_quantity: 0 })
        .row('positions', { symbol: SYMBOL, side: 'LONG', tranche_id: 0, quantity: 0 }),
    [...BOT_SCHEMAS, OLD_SCHEMAS.positionTpSl],
  );
  expect(await world.report('--yes')).toMatchObject({ code: 0, did: 'migrated', positions: [] });
  expect((await world.stored()).tranches).toEqual([]);
});
