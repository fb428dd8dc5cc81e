import { describe, expect, it } from 'vitest';
import { createState } from '../../../../src/engine/create-state.js';
import type { EngineState } from '../../../../src/engine/state.js';
import { step } from '../../../../src/engine/step.js';
import type { Input } from '../../../../src/model/input.js';
import type { PositionSide } from '../../../../src/model/side.js';
import { resolveConfig } from '../../../../src/monitor/config/resolve-config.js';
import { cumulativeOf, instrumentOf, VENUE } from '../../../support/core-values.js';

const SIDES = ['LONG', 'SHORT'] as const;
/** Guarded by us alone; the book follows the trail between its steps. */
const TRAIL = {
  stopLossOrder: 'local',
  trailingStop: { callbackPct: 1, stepPct: 50 },
} as const;

/** A core that holds 0.1 at 45000 under a trail, and is told inputs one by one. */
class TrailCore {
  readonly state: EngineState;
  readonly side: PositionSide;
  #now = 1_700_000_000_000;

  constructor(side: PositionSide) {
    this.side = side;
    this.state = createState({
      settings: {
        ...resolveConfig({ symbols: { BTCUSDT: TRAIL } }).core,
        positionMode: 'hedge',
        pricesConfirmThemselves: true,
      },
      issuer: { instanceId: 'default', incarnation: '0000' },
      venue: VENUE,
      feedSources: new Set(['LAST']),
      lastSeq: 0,
    });
    this.state.phase = 'running';
    this.filters('0.1');
    this.tell({
      kind: 'fill',
      evidence: {
        orderId: 'entry',
        clientOrderId: null,
        symbol: 'BTCUSDT',
        side: side === 'LONG' ? 'BUY' : 'SELL',
        positionSide: side,
        ...cumulativeOf('0.1', '45000'),
        reduceOnly: false,
        terminal: true,
        cause: 'order',
        time: this.#now,
      },
      origin: 'host',
      requestId: null,
    });
  }

  tell(input: Input): void {
    this.#now += 10;
    step(this.state, input, { now: this.#now, mono: this.#now, venue: this.#now });
  }

  filters(tickSize: string): void {
    this.tell({ kind: 'instrument', instrument: instrumentOf({ tickSize }) });
  }

  tick(price: number): void {
    const [exchangeTime, receivedAt] = [this.#now + 10, this.#now + 10];
    this.tell({ kind: 'tick', symbol: 'BTCUSDT', source: 'LAST', price, exchangeTime, receivedAt });
  }

  /** Whatever lets the tranche be looked at. */
  look(): void {
    this.tell({ kind: 'feed-staleness', symbol: 'BTCUSDT', stale: true });
    this.tell({ kind: 'feed-staleness', symbol: 'BTCUSDT', stale: false });
  }

  get closing(): string | null {
    const [node] = this.state.nodes.values();
    const closing = node?.tranche.closing ?? null;
    return closing && `${closing.reason} at ${closing.level?.toFixed()}`;
  }
}

describe.each(SIDES)('a trail of a %s whose instrument gets other filters', (side) => {
  /** One percent behind it lie 45542.97 and 44457.978, exact. */
  const best = side === 'LONG' ? 46_003 : 44_017.8;
  const finer = side === 'LONG' ? '45543' : '44457.9';
  const coarser = side === 'LONG' ? '45550' : '44450';
  /** Between the two. */
  const between = side === 'LONG' ? 45_545 : 44_455;

  it('lies on the grid that it was armed on until then', () => {
    const core = new TrailCore(side);
    core.tick(best);
    core.tick(between);
    core.look();
    expect(core.closing).toBeNull();
    core.tick(Number(finer));
    expect(core.closing).toBe(`trailing-stop at ${finer}`);
  });

  it('lies on the new grid from then on, behind the same best price', () => {
    const core = new TrailCore(side);
    core.tick(best);
    core.filters('10');
    core.look();
    expect(core.closing).toBeNull();
    core.tick(between);
    expect(core.closing).toBe(`trailing-stop at ${coarser}`);
  });

  it('is judged at once by a price that the new grid has put behind it', () => {
    const core = new TrailCore(side);
    core.tick(best);
    core.tick(between);
    core.filters('10');
    core.look();
    expect(core.closing).toBe(`trailing-stop at ${coarser}`);
  });
});
