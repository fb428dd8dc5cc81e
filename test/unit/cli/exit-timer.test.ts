import { describe, expect, it } from 'vitest';
import { ExitTimer } from '../../../src/cli/serve/exit-timer.js';
import type { MonitorEventMap } from '../../../src/model/monitor-event.js';

function timerOf(receivedAt: number | null = 100) {
  const ordered: number[] = [];
  const covered: number[] = [];
  const timer = new ExitTimer({
    receivedAt: () => receivedAt,
    onOrder: (ms) => ordered.push(ms),
    onCovered: (ms) => covered.push(ms),
  });
  return { timer, ordered, covered };
}

const event = <Name extends keyof MonitorEventMap>(_name: Name, fields: object) =>
  ({ trancheId: 't', symbol: 'S', ...fields }) as unknown as MonitorEventMap[Name];
const HIT = event('trigger:hit', { source: 'LAST', price: '1', decision: 'close' });
const CLOSE = event('order:submitted', { role: 'close', clientOrderId: 'o' });

describe('ExitTimer', () => {
  it('takes the time to the order, whichever is heard of first', () => {
    const first = timerOf();
    first.timer.handedOver('o', 103);
    first.timer.hit(HIT);
    first.timer.submitted(CLOSE);
    expect(first.ordered).toEqual([3]);
    const second = timerOf();
    second.timer.hit(HIT);
    second.timer.submitted(CLOSE);
    second.timer.handedOver('o', 108);
    expect(second.ordered).toEqual([8]);
  });

  it('takes one time for each hit', () => {
    const { timer, ordered } = timerOf();
    timer.hit(HIT);
    timer.submitted(CLOSE);
    timer.handedOver('o', 101);
    timer.handedOver('o', 150);
    timer.submitted(event('order:submitted', { role: 'close', clientOrderId: 'p' }));
    timer.handedOver('p', 200);
    expect(ordered).toEqual([1]);
  });

  it.each([
    ['a hit that waits', event('trigger:hit', { ...HIT, decision: 'grace' }), 100],
    ['a price that is not known any more', HIT, null],
  ])('leaves %s out', (_what, hit, receivedAt) => {
    const { timer, ordered } = timerOf(receivedAt);
    timer.hit(hit);
    timer.submitted(CLOSE);
    timer.handedOver('o', 101);
    expect(ordered).toEqual([]);
  });

  it('takes the time to the cover of a fill, not of a level that moved', () => {
    const { timer, covered } = timerOf();
    const placed = (sinceFillMs: number) => event('protection:placed', { sinceFillMs });
    timer.placed(placed(5));
    timer.filled(event('fill:applied', { effect: 'exit' }));
    timer.placed(placed(6));
    timer.filled(event('fill:applied', { effect: 'entry' }));
    timer.placed(placed(7));
    timer.placed(placed(900));
    timer.filled(event('fill:applied', { effect: 'entry' }));
    timer.closed(event('tranche:closed', {}));
    timer.placed(placed(901));
    expect(covered).toEqual([7]);
  });
});
