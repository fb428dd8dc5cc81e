/**
 * A process of its own with a running monitor on a store, at an account of its own. Argument: the path of the store.
 * Each line on its standard input moves the stop to that price; it says what rests. It never ends by itself.
 */
import { createInterface } from 'node:readline';
import { SqliteStore } from '../../../src/adapters/stores/sqlite/sqlite-store.js';
import { ProtocolBench } from '../../support/protocol-bench.js';

const bench = new ProtocolBench({
  realStore: true,
  store: () => new SqliteStore({ path: process.argv[2] ?? '' }),
});

await bench.start();
bench.tick(45_000);
await bench.until(bench.monitor.handleOrderFill(await bench.trade('0.1')));
await say();
for await (const line of createInterface({ input: process.stdin })) {
  await bench.until(bench.monitor.updateTpSl(bench.tranche().id, { slPrice: Number(line) }));
  await bench.run(1_000);
  await say();
}

async function say(): Promise<void> {
  const { storeWritable, unprotected } = bench.monitor.getHealth();
  const resting = (await bench.resting()).join(', ');
  process.stdout.write(`${JSON.stringify({ resting, storeWritable, unprotected })}\n`);
}
