/** The exchange would liquidate at 44000: a stop behind that is moved in front of it. */
import { isMonitorError, PaperExchange, type PositionStatusReport } from 'position-monitor';
import { Market } from './market.js';

/** The paper exchange knows no margin; this one says where it would liquidate. */
class MarginedExchange extends PaperExchange {
  liquidationPrice = '0';

  override async fetchPositions(symbol?: string): Promise<readonly PositionStatusReport[]> {
    const rows = await super.fetchPositions(symbol);
    return rows.map((row) => ({ ...row, liquidationPrice: this.liquidationPrice }));
  }
}

const market = new Market(
  { stopLossPct: 3, liquidationGuard: { bufferPct: 0.5 } },
  {},
  MarginedExchange,
);
market.monitor.on('protection:tightened', ({ level, liquidationPrice }) =>
  market.say(`liquidation at ${liquidationPrice}: the stop is moved to ${level}`),
);
await market.open(45_000);
await market.enter('LONG', '0.1');
(market.exchange as MarginedExchange).liquidationPrice = '44000';
await market.call(market.monitor.reconcile());
const [tranche] = market.tranches;
const refusal = market.monitor
  .updateTpSl(tranche?.id ?? '', { slPrice: 43_900 })
  .catch((error: unknown) => market.say(`refused: ${isMonitorError(error) && error.code}`));
await market.call(refusal);
await market.close();
