/** Stop and target of one quantity: what one of them sells, the other one does not sell again. */
import { Market } from './market.js';

// A resting limit fills in two parts, at two prices that reach it.
const market = new Market({ takeProfitPct: 1, stopLossPct: 1 }, { limitParts: 2 });
await market.open(45_000);
await market.enter('LONG', '0.1');
await market.trade(45_400);
// The price touches the target and leaves again within the moment.
await market.quote('LAST', 45_450);
await market.trade(45_300);
market.say('half of it is sold: the stop protects the other half, no more');
await market.trade(45_100, 44_540);
const open = await market.exchange.fetchOpenOrders();
market.say(`orders that are left at the exchange: ${open.length}`);
await market.close();
