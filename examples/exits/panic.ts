/** Out, at market, whatever the plans say: of one side, then of everything. */
import { isMonitorError } from 'position-monitor';
import { Market } from './market.js';

const market = new Market({
  takeProfitPct: 1,
  stopLossPct: 1,
  exitExecution: { kind: 'twap', slices: 10, intervalMs: 60_000 },
});
await market.open(45_000);
await market.enter('LONG', '0.1');
await market.enter('SHORT', '0.05');
const refused = market.monitor
  .closeAll({} as { confirm: true })
  .catch((error: unknown) => market.say(`refused: ${isMonitorError(error) && error.code}`));
await market.call(refused);
await market.call(market.monitor.closeAll({ confirm: true, symbol: 'BTCUSDT', side: 'LONG' }));
market.say(`still open: ${market.tranches.map(({ side }) => side).join(', ')}`);
const result = await market.call(market.monitor.closeAll({ confirm: true }));
market.say(`closed: ${result.closed}, left: ${result.remaining}`);
await market.close();
