import type { Broker } from './broker.js';

/** A little bot as one finds them: it buys when the price rises three times in a row, and hopes. */
export async function runBot(broker: Broker, prices: readonly number[]): Promise<void> {
  let rises = 0;
  let previous = Number.POSITIVE_INFINITY;
  for (const price of prices) {
    broker.onPrice('BTCUSDT', price);
    rises = price > previous ? rises + 1 : 0;
    previous = price;
    if (rises === 3) {
      const order = await broker.marketBuy('BTCUSDT', '0.01');
      console.log(`bought ${order.executedQty} at ${order.avgPrice}`);
    }
  }
}
