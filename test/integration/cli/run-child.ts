/** `run` in a process of its own, over a simulated account that holds 0.1 BTCUSDT. Arguments: those of the command. */
import { ManualFeed } from '../../../src/adapters/feeds/manual/manual-feed.js';
import { allowClosedPipe } from '../../../src/cli/closed-pipe.js';
import { processHost } from '../../../src/cli/live-config/process-host.js';
import { runCommand } from '../../../src/cli/run-command.js';
import { SimExchange } from '../../../src/testing/sim/sim-exchange.js';

const exchange = new SimExchange({
  instruments: [{ symbol: 'BTCUSDT', tickSize: '0.1', stepSize: '0.001' }],
  prices: { BTCUSDT: 45_000 },
});
exchange.account.buy('BTCUSDT', '0.1');
const feed = new ManualFeed();
// A price that is fresh, as long as this lives.
setInterval(() => feed.tick('BTCUSDT', 45_000), 100).unref();

const argv = process.argv.slice(2);
allowClosedPipe(argv[0]);
process.exitCode = await runCommand(argv, '0', () => ({
  ...processHost(),
  makeExchange: () => Promise.resolve(exchange),
  makeFeed: () => Promise.resolve(feed),
}));
