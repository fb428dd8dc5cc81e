import { CoreBench, type CoreBenchOptions } from './core-bench.js';

/** Stops are guarded by the monitor alone. */
export const LOCAL: CoreBenchOptions = {
  symbols: { '*': { takeProfitPct: 1, stopLossPct: 5, stopLossOrder: 'local' } },
};
type Bench = Pick<CoreBench, 'named' | 'monitor'>;

export const STOP_REFUSED = ({ kind }: { kind: string }) =>
  kind === 'stop-market' ? 'other' : null;

/** Holds 0.1 since moment 0 of `bench`, with the last price told at that moment. */
export async function holding(options: CoreBenchOptions = {}): Promise<CoreBench> {
  const bench = await CoreBench.started({ globals: { emergencyClose: false }, ...options });
  await bench.tick(45_000);
  await bench.fill('0.1', '45000');
  return bench;
}

/** Holds 0.1 that nothing covers since moment 0: no prices are heard and every stop is refused. */
export async function naked(options: CoreBenchOptions = {}): Promise<CoreBench> {
  const bench = await CoreBench.started({ globals: { emergencyClose: false }, ...options });
  bench.feed.disconnect();
  bench.exchange.refuse = STOP_REFUSED;
  void bench.monitor.handleOrderFill(bench.fillOf('0.1', '45000')).catch(() => {});
  await bench.settle();
  return bench;
}

export const told = (bench: Bench): readonly number[] =>
  bench.named('protection:recovered').map(({ unprotectedMs }) => unprotectedMs);
export const nakedMs = (bench: Bench): number => bench.monitor.getHealth().nakedMs;
