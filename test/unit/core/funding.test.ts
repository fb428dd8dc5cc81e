import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createState } from '../../../src/engine/create-state.js';
import { bookFunding, fundingMark } from '../../../src/engine/funding.js';
import { type EngineState, newNode, type TrancheNode } from '../../../src/engine/state.js';
import { Step } from '../../../src/engine/step-context.js';
import { FUNDING_IDS_KEPT, FUNDING_OVERLAP_MS } from '../../../src/limits.js';
import { decimal, sumDecimals, toDecimalString } from '../../../src/model/decimal.js';
import type { FundingEvidence } from '../../../src/model/reports.js';
import type { PositionSide } from '../../../src/model/side.js';
import type { Exit, Tranche } from '../../../src/model/tranche.js';
import { applyExit } from '../../../src/positions/tranche-arithmetic.js';
import { settingsOf, trancheOf, VENUE } from '../../support/core-values.js';

const SYMBOL = 'BTCUSDT';
const HOUR = 3_600_000;
/** When everything was opened, exchange ms. */
const OPENED = 1_700_000_000_000;

/** A core that holds tranches and is told of funding. */
class FundingBench {
  readonly state: EngineState = stateWith(new Map());
  readonly events: string[] = [];
  /** Tranches that the last reading had recorded, with the mark. */
  recorded: readonly Tranche[] = [];

  hold(side: PositionSide, quantity: string, openedAt: number = OPENED): Tranche {
    const tranche: Tranche = { ...trancheOf(quantity, '45000', { side }), openedAt };
    const node: TrancheNode = newNode(tranche, 0);
    this.state.nodes.set(tranche.id, node);
    const step = new Step(this.state, { now: 0, mono: 0, venue: 0 });
    step.symbol(SYMBOL).live[side].push(node);
    return tranche;
  }

  /** @param until up to when the answer was complete */
  read(rows: readonly FundingEvidence[], until: number = OPENED + 8 * HOUR + 60_000): void {
    const step = new Step(this.state, { now: 7, mono: 7, venue: until });
    bookFunding(step, [{ symbol: SYMBOL, until, rows }]);
    this.recorded = [];
    for (const effect of step.effects()) {
      if (effect.kind === 'persist') this.recorded = effect.changes.tranches;
      if (effect.kind === 'emit') {
        const { reason } = effect.event.payload as { readonly reason: string };
        this.events.push(`${effect.event.name} ${reason}`);
      }
    }
  }

  /** Another process: what the store kept, and nothing else. */
  restarted(): FundingBench {
    const next = new FundingBench();
    for (const [name, value] of this.state.marks) next.state.marks.set(name, value);
    for (const node of this.state.nodes.values()) {
      next.state.nodes.set(node.tranche.id, newNode(node.tranche, 0));
    }
    return next;
  }
}

function stateWith(marks: ReadonlyMap<string, string>): EngineState {
  const state = createState({
    settings: settingsOf(),
    issuer: { instanceId: 'default', incarnation: '0000' },
    venue: VENUE,
    feedSources: new Set(['LAST']),
    lastSeq: 0,
  });
  for (const [name, value] of marks) state.marks.set(name, value);
  return state;
}

function row(id: string, amount: string, more: Partial<FundingEvidence> = {}): FundingEvidence {
  return {
    symbol: SYMBOL,
    id,
    amount: decimal(amount),
    side: null,
    time: OPENED + 8 * HOUR,
    ...more,
  };
}

function exitOf(quantity: string, time: number): Exit {
  return {
    reason: 'take-profit',
    level: null,
    orderId: `x${time}`,
    role: 'external',
    slot: 0,
    quantity: decimal(quantity),
    price: decimal('46000'),
    fee: decimal('0'),
    time,
  };
}

const paid = (tranche: Tranche): string => toDecimalString(tranche.progress.fundingPaid);

describe('funding', () => {
  it('of the only tranche is its own, and is told', () => {
    const bench = new FundingBench();
    const tranche = bench.hold('LONG', '0.1');
    bench.read([row('1', '1.5'), row('2', '-0.25', { time: OPENED + HOUR })]);
    expect(paid(tranche)).toBe('1.25');
    expect(bench.recorded).toEqual([tranche]);
    expect(bench.events).toEqual(['tranche:updated funding']);
  });

  it('of a side is shared by quantity, and leaves the other side alone', () => {
    const bench = new FundingBench();
    const [one, three, short] = [
      bench.hold('LONG', '0.1'),
      bench.hold('LONG', '0.3'),
      bench.hold('SHORT', '5'),
    ];
    bench.read([row('1', '4', { side: 'LONG' }), row('2', '-7', { side: 'SHORT' })]);
    expect([one, three, short].map(paid)).toEqual(['1', '3', '-7']);
  });

  it('of both sides in one is borne by each as it pays or receives', () => {
    const bench = new FundingBench();
    const [long, short] = [bench.hold('LONG', '0.3'), bench.hold('SHORT', '0.1')];
    bench.read([row('1', '2')]);
    expect([long, short].map(paid)).toEqual(['3', '-1']);
  });

  it('of both sides in a row each comes to the same', () => {
    const bench = new FundingBench();
    const [long, short] = [bench.hold('LONG', '0.3'), bench.hold('SHORT', '0.1')];
    bench.read([row('1', '3'), row('2', '-1')]);
    expect([long, short].map(paid)).toEqual(['3', '-1']);
  });

  it('is nobody’s where both sides are even and none is named', () => {
    const bench = new FundingBench();
    const [long, short] = [bench.hold('LONG', '0.2'), bench.hold('SHORT', '0.2')];
    bench.read([row('1', '3')]);
    expect([long, short].map(paid)).toEqual(['0', '0']);
    expect(bench.events).toEqual([]);
    // It was looked at all the same.
    bench.read([row('1', '3', { side: 'LONG' })]);
    expect(paid(long)).toBe('0');
  });

  it('goes by what was held then: earlier exits are gone, later ones are not', () => {
    const bench = new FundingBench();
    const [left, whole] = [bench.hold('LONG', '0.4'), bench.hold('LONG', '0.1')];
    applyExit(left, exitOf('0.1', OPENED + HOUR), 1);
    applyExit(left, exitOf('0.2', OPENED + 8 * HOUR + 1), 1);
    bench.read([row('1', '4')]);
    expect([left, whole].map(paid)).toEqual(['3', '1']);
  });

  it('is shared with what was closed meanwhile, which is not told of again', () => {
    const bench = new FundingBench();
    const [gone, there] = [bench.hold('LONG', '0.1'), bench.hold('LONG', '0.1')];
    applyExit(gone, exitOf('0.1', OPENED + 8 * HOUR + 1), 1);
    gone.state = 'CLOSED';
    bench.read([row('1', '2')]);
    expect([gone, there].map(paid)).toEqual(['1', '1']);
    expect(bench.events).toHaveLength(1);
    expect(bench.recorded).toEqual([gone, there]);
  });

  it('is none of a tranche that was opened later, or of another symbol', () => {
    const bench = new FundingBench();
    const [then, later] = [bench.hold('LONG', '0.1'), bench.hold('LONG', '0.1', OPENED + 9 * HOUR)];
    const other: Tranche = { ...trancheOf('0.1', '45000'), symbol: 'ETHUSDT', openedAt: OPENED };
    bench.state.nodes.set(other.id, newNode(other, 0));
    bench.read([row('1', '2')]);
    expect([then, later, other].map(paid)).toEqual(['2', '0', '0']);
  });

  it('is borne by what others hold at the account as well', () => {
    const bench = new FundingBench();
    const tranche = bench.hold('LONG', '0.1');
    const step = new Step(bench.state, { now: 0, mono: 0, venue: 0 });
    step.symbol(SYMBOL).differences.LONG = { quantity: decimal('0.9'), since: 0, reported: false };
    bench.read([row('1', '10')]);
    expect(paid(tranche)).toBe('1');
    step.symbol(SYMBOL).differences.LONG = {
      quantity: decimal('-0.05'),
      since: 0,
      reported: false,
    };
    bench.read([row('2', '10')]);
    expect(paid(tranche)).toBe('11');
  });
});

describe('a payment', () => {
  it('counts once, however often it is read, also in one answer', () => {
    const bench = new FundingBench();
    const tranche = bench.hold('LONG', '0.1');
    bench.read([row('1', '1'), row('1', '1')]);
    bench.read([row('1', '1'), row('2', '2')]);
    bench.read([row('2', '2'), row('1', '1')]);
    expect(paid(tranche)).toBe('3');
  });

  it('counts once over restarts', () => {
    const bench = new FundingBench();
    const tranche = bench.hold('LONG', '0.1');
    bench.read([row('1', '1')]);
    const next = bench.restarted();
    next.read([row('1', '1'), row('id:with:colons', '4')]);
    expect(paid(tranche)).toBe('5');
    next.restarted().read([row('1', '1'), row('id:with:colons', '4')]);
    expect(paid(tranche)).toBe('5');
  });

  it('that is booked late counts while it is younger than the overlap, also before a known one', () => {
    const bench = new FundingBench();
    const tranche = bench.hold('LONG', '0.1');
    const until = OPENED + 9 * HOUR;
    bench.read([row('1', '1', { time: until - 1_000 })], until);
    bench.read([row('late', '2', { time: until - FUNDING_OVERLAP_MS + 1 })], until);
    expect(paid(tranche)).toBe('3');
    bench.read([row('too-late', '4', { time: until - FUNDING_OVERLAP_MS })], until);
    expect(paid(tranche)).toBe('3');
  });

  it('of long ago counts the first time that anything is read', () => {
    const bench = new FundingBench();
    const tranche = bench.hold('LONG', '0.1');
    bench.read([row('1', '1', { time: OPENED + 1 })], OPENED + 300 * HOUR);
    expect(paid(tranche)).toBe('1');
  });

  it('that is forgotten for want of room is not counted again', () => {
    const bench = new FundingBench();
    const tranche = bench.hold('LONG', '0.1');
    const until = OPENED + 9 * HOUR;
    const many = Array.from({ length: FUNDING_IDS_KEPT + 5 }, (_, index) =>
      row(`${index}`, '1', { time: until - 1_000 + index }),
    );
    bench.read(many, until);
    bench.read(many, until);
    expect(paid(tranche)).toBe(`${many.length}`);
    expect(fundingMark(bench.state, SYMBOL)?.booked.size).toBe(FUNDING_IDS_KEPT);
  });
});

describe('the mark', () => {
  it('moves on with every complete answer, an empty one included, and never back', () => {
    const bench = new FundingBench();
    expect(fundingMark(bench.state, SYMBOL)).toBeNull();
    bench.read([row('1', '1', { time: OPENED + 1 })], OPENED + HOUR);
    expect(fundingMark(bench.state, SYMBOL)).toEqual({
      since: OPENED,
      booked: new Map([['1', OPENED + 1]]),
    });
    bench.read([], OPENED + 5 * HOUR);
    expect(fundingMark(bench.state, SYMBOL)).toEqual({
      since: OPENED + 5 * HOUR - FUNDING_OVERLAP_MS,
      booked: new Map(),
    });
    bench.read([], OPENED);
    expect(fundingMark(bench.state, SYMBOL)?.since).toBe(OPENED + 5 * HOUR - FUNDING_OVERLAP_MS);
  });
});

describe('shares', () => {
  const quantity = fc.integer({ min: 1, max: 10_000_000 }).map((steps) => `${steps / 1_000}`);
  const holdings = fc.array(
    fc.tuple(fc.constantFrom('LONG' as const, 'SHORT' as const), quantity),
    {
      minLength: 1,
      maxLength: 40,
    },
  );
  const amounts = fc
    .integer({ min: -1e12, max: 1e12 })
    .map((units) => toDecimalString(decimal(units).div(1e8)));

  it('sum to the payment, and have the signs of who pays and who receives', () => {
    fc.assert(
      fc.property(
        holdings,
        amounts,
        fc.constantFrom(null, 'LONG' as const),
        (held, amount, side) => {
          const bench = new FundingBench();
          const tranches = held.map(([of, size]) => bench.hold(of, size));
          bench.read([row('1', amount, { side })]);
          const bearers = tranches.filter((tranche) => side === null || tranche.side === side);
          const net = sumDecimals(
            bearers.map(({ openedQty, side: of }) =>
              of === 'SHORT' ? openedQty.times(-1) : openedQty,
            ),
          );
          const shares = tranches.map(({ progress }) => progress.fundingPaid);
          const whole = sumDecimals(shares);
          if (net.eq(0)) {
            expect(whole.toFixed()).toBe('0');
            return;
          }
          expect(whole.minus(amount).abs().lt('1e-15')).toBe(true);
          for (const [index, tranche] of tranches.entries()) {
            const isBearer = bearers.includes(tranche);
            const sign = tranche.side === 'SHORT' ? -1 : 1;
            const payer = decimal(amount).times(net).times(sign);
            const share = shares[index] ?? decimal(0);
            expect(isBearer ? share.times(payer).gte(0) : share.eq(0)).toBe(true);
          }
        },
      ),
    );
  });
});
