import type { SymbolSettings } from '../../src/monitor/config/monitor-config.js';
import { FuzzOracle } from './fuzz-oracle.js';
import { ProtocolBench, roleOf, SYMBOL } from './protocol-bench.js';
import type { ReadFault, RequestRecord, StreamFault, WriteFault } from './scripted-exchange.js';
import { SeededRandom } from './seeded-random.js';

export interface FuzzResult {
  readonly seed: number;
  readonly violations: readonly string[];
  readonly seen: ReadonlyMap<string, number>;
  readonly bench: ProtocolBench;
}

const FAULTY_MS = 30_000;
const QUIET_MS = 45_000;
/** More requests than this in one life would be a loop. */
const REQUESTS_MAX = 5_000;

/** One random life: fills, prices, people, faults and deaths for a while, then quiet, then judgement. */
export async function runFuzzSeed(seed: number): Promise<FuzzResult> {
  const world = new FuzzWorld(seed);
  await world.run();
  return {
    seed,
    violations: world.oracle.violations,
    seen: world.oracle.seen,
    bench: world.bench,
  };
}

class FuzzWorld {
  readonly bench: ProtocolBench;
  readonly oracle: FuzzOracle;
  readonly #acts: SeededRandom;
  readonly #faults: SeededRandom;
  readonly #prices: SeededRandom;
  readonly #isHedge: boolean;
  readonly #faultRate: number;
  readonly #restarts: boolean;
  readonly #people: boolean;
  readonly #storeFaults: boolean;
  #price = 45_000;
  #alive = true;
  #stopping = false;
  /** Calls of the living monitor that have not settled. */
  #open = new Set<string>();
  #calls = 0;

  constructor(seed: number) {
    this.#acts = new SeededRandom(seed, 'acts');
    this.#faults = new SeededRandom(seed, 'faults');
    this.#prices = new SeededRandom(seed, 'prices');
    const setup = new SeededRandom(seed, 'setup');
    this.#isHedge = setup.chance(0.6);
    this.#faultRate = setup.pick([0, 0.02, 0.1, 0.1, 0.3]);
    this.#restarts = setup.chance(0.5);
    this.#people = setup.chance(0.4);
    this.#storeFaults = setup.chance(0.25);
    const severalStops = setup.chance(0.85);
    const plan: SymbolSettings = {
      takeProfitPct: setup.pick([0.3, 1, 2]),
      stopLossPct: setup.pick([0.3, 0.6, 1]),
      takeProfitOrder: setup.pick(['limit', 'limit', 'limit', 'market-on-trigger', 'local']),
      stopLossOrder: setup.chance(0.1) ? 'local' : 'market-on-trigger',
    };
    this.bench = new ProtocolBench({
      positionMode: this.#isHedge ? 'hedge' : 'one-way',
      symbols: { [SYMBOL]: plan },
      globals: {
        tranchePnlIncrementPct: setup.pick([0.05, 0.2, 5]),
        maxTranchesPerSymbolSide: setup.pick([1, 2, 4]),
        onTrancheLimit: setup.pick(['join-newest', 'merge']),
        mergeProfitableTranches: setup.chance(0.6),
        tpSlBatchEnabled: setup.chance(0.7),
        reconcileIntervalMs: setup.pick([2_000, 5_000, 10_000]),
      },
      capabilities: { severalStops },
      ...(setup.chance(0.15) && { without: ['fetchPrices'] }),
      paper: {
        partialFills: { limitParts: setup.int(1, 3), marketParts: setup.int(1, 2) },
        slippageBps: setup.pick([0, 0, 5]),
      },
    });
    this.oracle = new FuzzOracle(this.bench);
    this.oracle.severalStops = severalStops;
    this.oracle.storeMayFail = this.#storeFaults;
    const { exchange } = this.bench;
    exchange.chooseStreamFault = (event) => {
      this.oracle.onEvent(event);
      return this.#streamFault();
    };
    exchange.chooseWriteFault = (record) => this.#writeFault(record);
    exchange.chooseReadFault = () => this.#readFault();
  }

  async run(): Promise<void> {
    const { bench } = this;
    this.#begin();
    const end = bench.clock.now() + FAULTY_MS;
    while (bench.clock.now() < end) {
      await bench.run(this.#acts.pick([5, 20, 50, 200, 600, 1_500]));
      await this.#act();
      if (bench.exchange.requests.length > REQUESTS_MAX)
        this.oracle.fail('I15: a flood of requests');
      if (this.oracle.violations.length > 0) return;
    }
    await this.#quiet();
    await this.oracle.judgeEnd();
    for (const call of this.#open) this.oracle.fail(`I16: ${call} never settled`);
    for (const { payload } of bench.events.filter(({ name }) => name === 'monitor:halted')) {
      this.oracle.fail(`halted: ${JSON.stringify(payload)}`);
    }
  }

  async #quiet(): Promise<void> {
    const { bench, oracle } = this;
    const { exchange } = bench;
    exchange.clearFaults();
    exchange.chooseStreamFault = (event) => {
      oracle.onEvent(event);
      return null;
    };
    bench.disk.failing = () => false;
    if (!this.#alive) this.#reborn();
    exchange.resumeStream();
    const end = bench.clock.now() + QUIET_MS;
    while (bench.clock.now() < end) {
      bench.tick(this.#price);
      await bench.run(500);
      if (exchange.requests.length > REQUESTS_MAX) oracle.fail('I15: a flood of requests');
      if (oracle.violations.length > 0) return;
    }
    oracle.look();
  }

  #begin(): void {
    this.#call('start', () => this.bench.monitor.start());
  }

  #call(name: string, make: () => Promise<unknown>): void {
    this.#calls += 1;
    const id = `${name} #${this.#calls}`;
    this.#open.add(id);
    const { session } = this.bench.exchange;
    make().then(
      () => this.#open.delete(id),
      (error: unknown) => {
        this.#open.delete(id);
        if (name !== 'start' || session !== this.bench.exchange.session || this.#stopping) return;
        this.oracle.fail(`start() rejected: ${String(error)}`);
      },
    );
  }

  async #act(): Promise<void> {
    const acts = this.#acts;
    const dice = acts.next();
    if (dice < 0.55) this.#movePrice();
    else if (dice < 0.72) await this.#enter();
    else if (dice < 0.74) this.#badTick();
    else if (dice < 0.8 && this.#people) await this.#person();
    else if (dice < 0.83) this.#hostCall();
    else if (dice < 0.86 && this.#restarts) await this.#restart();
    else if (dice < 0.88 && this.#faultRate > 0) this.#streamOutage();
    else if (dice < 0.9 && this.#storeFaults) this.#storeOutage();
    else this.#movePrice();
  }

  #movePrice(): void {
    const { next } = { next: () => this.#prices.next() };
    const gap = this.#prices.chance(0.08);
    const move = gap ? (next() - 0.5) * 0.03 : (next() - 0.5) * 0.002;
    this.#price = Math.round(this.#price * (1 + move) * 10) / 10;
    if (gap) this.oracle.note('gap');
    this.bench.tick(this.#price);
  }

  /** A price that nobody traded at: the exchange does not know it. */
  #badTick(): void {
    this.oracle.note('bad tick');
    this.bench.tick(this.#price * this.#prices.pick([0.1, 10, 0.8, 1.3]), { feedOnly: true });
  }

  async #enter(): Promise<void> {
    const { bench } = this;
    /** What was held before the very first start is a matter of adoption. */
    if (!bench.disk.batches.some((batch) => batch.marks.length > 0)) return;
    const acts = this.#acts;
    const side = acts.pick(['LONG', 'LONG', 'SHORT'] as const);
    const quantity = `0.${acts.int(1, 9)}`;
    this.oracle.lastForeignTrade = bench.clock.now();
    const fill = await bench.trade(quantity, {
      side: side === 'LONG' ? 'BUY' : 'SELL',
      positionSide: this.#isHedge ? side : 'BOTH',
    });
    const reports = this.#alive ? acts.pick([0, 1, 1, 2]) : 0;
    for (let count = 0; count < reports; count += 1) {
      this.#call('handleOrderFill', () => bench.monitor.handleOrderFill(fill));
    }
  }

  /** Somebody closes part of the position by hand, or cancels a stop of ours. */
  async #person(): Promise<void> {
    const { bench } = this;
    const acts = this.#acts;
    if (acts.chance(0.5)) {
      const [order] = await bench.openOrders('stop-loss');
      if (order?.clientOrderId === undefined) return;
      this.oracle.note('a person cancelled a stop');
      const { symbol, kind, clientOrderId } = order;
      await bench.paper.cancelOrder({ symbol, kind, clientOrderId });
      return;
    }
    const [position] = await bench.paper.fetchPositions(SYMBOL);
    if (position === undefined) return;
    this.oracle.note('a person reduced the position');
    this.oracle.lastForeignTrade = bench.clock.now();
    await bench.trade(acts.pick(['0.1', '0.2', '5']), {
      side: position.side === 'LONG' ? 'SELL' : 'BUY',
      positionSide: this.#isHedge ? position.side : 'BOTH',
      reduceOnly: true,
    });
  }

  #hostCall(): void {
    const { bench } = this;
    const acts = this.#acts;
    const [view] = bench.tranches();
    if (!this.#alive || view === undefined) return;
    const { monitor } = bench;
    const direction = view.side === 'LONG' ? 1 : -1;
    const dice = acts.next();
    if (dice < 0.4) {
      const slPrice = Math.round(
        this.#price * (1 - direction * acts.pick([0.002, 0.005])),
      ).toString();
      this.#call('updateTpSl', () => monitor.updateTpSl(view.id, { slPrice }));
    } else if (dice < 0.6) {
      const tpPrice = Math.round(this.#price * (1 + direction * 0.004)).toString();
      this.#call('updateTpSl', () => monitor.updateTpSl(view.id, { tpPrice }));
    } else if (dice < 0.75) this.#call('closeTranche', () => monitor.closeTranche(view.id));
    else if (dice < 0.85) this.#call('mergeTranches', () => monitor.mergeTranches(view.positionId));
    else if (dice < 0.9) this.#call('closePosition', () => monitor.closePosition(SYMBOL));
    else this.#call('reconcile', () => monitor.reconcile());
  }

  async #restart(): Promise<void> {
    const { bench } = this;
    if (!this.#alive) {
      this.#reborn();
      return;
    }
    this.oracle.look();
    if (this.#acts.chance(0.25)) {
      this.oracle.note('stop');
      this.#stopping = true;
      await bench.until(bench.monitor.stop(), 300_000);
      this.#stopping = false;
      this.#open.clear();
      bench.crash();
    } else {
      this.oracle.note('crash');
      bench.crash();
      this.#open.clear();
    }
    this.#alive = false;
    if (this.#acts.chance(0.6)) this.#reborn();
  }

  #reborn(): void {
    this.#alive = true;
    this.bench.newLife();
    this.#begin();
  }

  #streamOutage(): void {
    const { exchange } = this.bench;
    this.oracle.note('stream outage');
    exchange.interruptStream();
    this.bench.clock.setTimer(() => exchange.resumeStream(), this.#faults.int(100, 8_000));
  }

  #storeOutage(): void {
    const { disk, clock } = this.bench;
    this.oracle.note('store outage');
    disk.failing = () => true;
    clock.setTimer(
      () => {
        disk.failing = () => false;
      },
      this.#faults.int(200, 6_000),
    );
  }

  #writeFault({ place, cancel }: RequestRecord): WriteFault | null {
    const faults = this.#faults;
    if (!faults.chance(this.#faultRate)) return null;
    const role = roleOf((place ?? cancel)?.clientOrderId);
    const executed = faults.chance(0.5);
    const fault = faults.pick<WriteFault>([
      { do: 'unknown', executed },
      { do: 'hang', executed },
      { do: 'throw', executed },
      { do: 'throw', executed, value: 'not an error' },
      { do: 'throw-sync' },
      { do: 'arrive-late', ms: faults.int(50, 7_000) },
      { do: 'reply-late', ms: faults.int(50, 9_000) },
      { do: 'not-sent' },
      { do: 'garbage', executed },
      { do: 'no-report' },
      { do: 'reject', code: 'throttled', retryAfterMs: faults.int(0, 3_000) },
      { do: 'reject', code: place ? 'other' : 'unknown-order' },
    ]);
    this.oracle.note(`fault ${place ? 'place' : 'cancel'} ${role}: ${fault.do}`);
    return fault;
  }

  #readFault(): ReadFault<never> | null {
    const faults = this.#faults;
    if (!faults.chance(this.#faultRate)) return null;
    this.oracle.lastReadFault = this.bench.clock.now();
    return faults.pick<ReadFault<never>>([
      { do: 'fail' },
      { do: 'fail', value: 'not an error' },
      { do: 'hang' },
      { do: 'reply-late', ms: faults.int(50, 4_000) },
      { do: 'lie', answer: () => '<html>' },
    ]);
  }

  #streamFault(): StreamFault | null {
    const faults = this.#faults;
    if (!faults.chance(this.#faultRate)) return null;
    return faults.pick<StreamFault>([
      { do: 'drop' },
      { do: 'drop' },
      { do: 'delay', ms: faults.int(10, 5_000) },
      { do: 'duplicate', ms: faults.int(0, 3_000) },
    ]);
  }
}
