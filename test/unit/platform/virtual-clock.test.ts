import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const START = 1_700_000_000_000;

describe('VirtualClock', () => {
  it('moves only when told to', () => {
    const clock = new VirtualClock(START);
    expect([clock.now(), clock.monotonic()]).toEqual([START, 0]);
    clock.advanceBy(250);
    expect([clock.now(), clock.monotonic()]).toEqual([START + 250, 250]);
    clock.advanceTo(START + 1_000);
    expect([clock.now(), clock.monotonic()]).toEqual([START + 1_000, 1_000]);
  });

  it('does not travel back', () => {
    const clock = new VirtualClock(START);
    clock.advanceBy(100);
    clock.advanceTo(START + 40);
    clock.advanceBy(-5);
    clock.advanceBy(Number.NaN);
    expect(clock.monotonic()).toBe(100);
  });

  it('fires by due time, then by order of setting, each at its own time', () => {
    const clock = new VirtualClock(START);
    const fired: string[] = [];
    const note = (name: string) => () => fired.push(`${name}@${clock.monotonic()}`);
    clock.setTimer(note('late'), 20);
    clock.setTimer(note('first'), 10);
    clock.setTimer(note('second'), 10);
    clock.setTimer(note('now'), 0);
    clock.setTimer(note('never asked for a delay'), Number.NaN);
    expect(fired).toEqual([]);
    clock.advanceBy(15);
    expect(fired).toEqual(['now@0', 'never asked for a delay@0', 'first@10', 'second@10']);
    expect(clock.monotonic()).toBe(15);
    clock.advanceTo(START + 20);
    expect(fired.at(-1)).toBe('late@20');
  });

  it('honours timers that are set while firing, when they are due', () => {
    const clock = new VirtualClock(START);
    const fired: number[] = [];
    const again = () => {
      fired.push(clock.monotonic());
      clock.setTimer(again, 10);
    };
    clock.setTimer(again, 10);
    clock.advanceBy(35);
    expect(fired).toEqual([10, 20, 30]);
    expect(clock.pendingTimers).toBe(1);
    expect(clock.nextTimerAt).toBe(START + 40);
  });

  it('fires no cleared timer, also when it is cleared while firing', () => {
    const clock = new VirtualClock(START);
    const fired: string[] = [];
    const doomed = clock.setTimer(() => fired.push('doomed'), 5);
    clock.setTimer(() => {
      fired.push('killer');
      clock.clearTimer(victim);
    }, 10);
    const victim = clock.setTimer(() => fired.push('victim'), 10);
    clock.clearTimer(doomed);
    clock.clearTimer(doomed);
    clock.clearTimer(undefined);
    clock.advanceBy(100);
    expect(fired).toEqual(['killer']);
    clock.clearTimer(victim);
    expect([clock.pendingTimers, clock.nextTimerAt]).toEqual([0, null]);
  });

  it('stands at the due time of a timer that throws, and goes on from there', () => {
    const clock = new VirtualClock(START);
    const fired: number[] = [];
    clock.setTimer(() => {
      throw new Error('broken');
    }, 10);
    clock.setTimer(() => fired.push(clock.monotonic()), 20);
    expect(() => clock.advanceBy(30)).toThrow('broken');
    expect(clock.monotonic()).toBe(10);
    clock.advanceBy(20);
    expect(fired).toEqual([20]);
  });

  it('lets a timer advance the clock itself', () => {
    const clock = new VirtualClock(START);
    const fired: number[] = [];
    clock.setTimer(() => clock.advanceBy(50), 10);
    clock.setTimer(() => fired.push(clock.monotonic()), 30);
    clock.advanceBy(20);
    expect(fired).toEqual([30]);
    expect(clock.monotonic()).toBe(60);
  });

  it('jumps the wall without touching what is measured', () => {
    const clock = new VirtualClock(START);
    const fired: number[] = [];
    clock.setTimer(() => fired.push(clock.now()), 100);
    clock.jumpWallBy(3_600_000);
    expect([clock.now(), clock.monotonic()]).toEqual([START + 3_600_000, 0]);
    clock.jumpWallBy(-7_200_000);
    clock.advanceBy(100);
    expect(fired).toEqual([START - 3_600_000 + 100]);
  });

  it('stops timers that set themselves again for ever', () => {
    const clock = new VirtualClock(START);
    const again = () => void clock.setTimer(again, 0);
    again();
    expect(() => clock.advanceBy(1)).toThrow('timers of virtual time end');
  });

  it('fires like a sorted list, whatever is set, cleared and advanced', () => {
    const step = fc.oneof(
      fc.record({ set: fc.integer({ min: 0, max: 30 }) }),
      fc.record({ clear: fc.nat(40) }),
      fc.record({ advance: fc.integer({ min: 0, max: 20 }) }),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const clock = new VirtualClock(0);
        const fired: number[] = [];
        const expected: number[] = [];
        let model: { id: number; due: number }[] = [];
        const handles: unknown[] = [];
        let time = 0;
        for (const act of steps) {
          if ('set' in act) {
            const id = handles.length;
            handles.push(clock.setTimer(() => fired.push(id), act.set));
            model.push({ id, due: time + act.set });
          } else if ('clear' in act) {
            clock.clearTimer(handles[act.clear]);
            model = model.filter(({ id }) => id !== act.clear);
          } else {
            time += act.advance;
            clock.advanceBy(act.advance);
            const due = model.filter((timer) => timer.due <= time);
            expected.push(...due.sort((a, b) => a.due - b.due || a.id - b.id).map(({ id }) => id));
            model = model.filter((timer) => timer.due > time);
          }
          expect(clock.pendingTimers).toBe(model.length);
        }
        expect(fired).toEqual(expected);
      }),
    );
  });
});
