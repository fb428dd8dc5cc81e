const assert = require('node:assert/strict');

/**
 * One trade on the paper exchange: a fill is protected, the price reaches the take-profit, the tranche closes.
 *
 * @param library the package, however it was loaded
 * @param makeStore makes the store to keep it in
 */
exports.trade = async function trade(library, makeStore) {
  const { ManualFeed, PaperExchange, PositionMonitor } = library;
  const feed = new ManualFeed();
  const exchange = new PaperExchange({
    instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' }],
  });
  const monitor = new PositionMonitor({
    config: { symbols: { BTCUSDT: { takeProfitPct: 1, stopLossPct: 50 } } },
    exchange,
    feed,
    store: makeStore(),
  });
  const closed = new Promise((resolve) => monitor.once('tranche:closed', resolve));
  await monitor.start();
  try {
    feed.tick('BTCUSDT', 45_000);
    const isProtected = await monitor.handleOrderFill({
      orderId: 'entry-1',
      symbol: 'BTCUSDT',
      side: 'BUY',
      positionSide: 'LONG',
      executedQty: '0.1',
      avgPrice: '45000',
    });
    assert.equal(isProtected, true, 'the fill is protected');
    assert.equal(monitor.getHealth().activeTranches, 1);
    feed.tick('BTCUSDT', 45_450);
    assert.equal((await closed).reason, 'take-profit');
    assert.equal(monitor.getHealth().activeTranches, 0);
  } finally {
    await monitor.stop();
  }
};
