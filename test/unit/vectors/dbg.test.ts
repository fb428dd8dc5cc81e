import { it } from 'vitest';
import { CoreBench, trace } from '../../support/core-bench.js';
it('x', async () => {
    const bench = await CoreBench.started({ globals: { maxTranchesPerSymbolSide: 3, tranchePnlIncrementPct: 1 } });
    await bench.fill('0.1', '45000');
    await bench.fill('0.1', '44000');
    await bench.fill('0.1', '43000');
    await bench.tick(43000);
    console.log(await bench.until(bench.monitor.closeTranche(bench.tranche(0).id)).then(r=>r.closed));
    console.log(bench.tranches().length);
    await bench.fill('0.05', '42000');
    console.log(bench.tranches().length, bench.tranches().map(t=>[t.quantity,t.entryPrice,t.levels]));
    for (const e of bench.events) if (/tranche|merged|trigger|failed|external/.test(e.name)) console.log(e.name, JSON.stringify(e.payload).slice(0,200));
    console.log(trace(bench));
});
