import { ManualFeed, PositionMonitor } from 'position-monitor'; // +
import type { Broker } from './broker.js';

/** A little bot as one finds them: it buys when the price rises three times in a row, and hopes. */
export async function runBot(broker: Broker, prices: readonly number[]): Promise<void> {
  const config = { symbols: { BTCUSDT: { takeProfitPct: 2, stopLossPct: 1 } } }; // +
  const { exchange, clock } = broker; // +
  const feed = new ManualFeed({ clock }); // +
  const monitor = new PositionMonitor({ config, exchange, feed, clock }); // +
  monitor.on('tranche:closed', (e) => console.log(`sold at ${e.exitPrice}: ${e.reason}`)); // +
  await monitor.start(); // +
  let rises = 0;
  let previous = Number.POSITIVE_INFINITY;
  for (const price of prices) {
    broker.onPrice('BTCUSDT', price);
    feed.tick('BTCUSDT', price); // +
    rises = price > previous ? rises + 1 : 0;
    previous = price;
    if (rises === 3) {
      const order = await broker.marketBuy('BTCUSDT', '0.01');
      await monitor.handleOrderFill(order); // +
      console.log(`bought ${order.executedQty} at ${order.avgPrice}`);
    }
  }
  await monitor.stop(); // +
}
