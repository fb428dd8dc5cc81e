import { describe, expect, it } from 'vitest';
import { IsolatedEmitter, type MonitorListener } from '../../../src/events/isolated-emitter.js';
import type { MonitorEventMap, MonitorEventName } from '../../../src/model/monitor-event.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { type EventSource, waitForEvent } from '../../../src/testing/wait-for-event.js';

/** A monitor's events, and how many listen. */
class Source implements EventSource {
  listeners = 0;
  readonly #emitter = new IsolatedEmitter(() => {});

  on<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): void {
    this.listeners += 1;
    this.#emitter.on(name, listener);
  }

  off<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): void {
    this.listeners -= 1;
    this.#emitter.off(name, listener);
  }

  emit<Name extends MonitorEventName>(name: Name, payload: Partial<MonitorEventMap[Name]>): void {
    this.#emitter.emit({ name, payload } as never);
  }
}

describe('waitForEvent', () => {
  it('gives the first event of the name, and listens no longer', async () => {
    const source = new Source();
    const opened = waitForEvent(source, 'tranche:opened');
    source.emit('tranche:closed', { symbol: 'A' });
    source.emit('tranche:opened', { symbol: 'B' });
    source.emit('tranche:opened', { symbol: 'C' });
    expect((await opened).symbol).toBe('B');
    expect(source.listeners).toBe(0);
  });

  it.each([
    ['a function', (fits: (event: { symbol: string }) => boolean) => fits],
    ['an option', (fits: (event: { symbol: string }) => boolean) => ({ where: fits })],
  ])('takes the filter as %s', async (_form, filter) => {
    const source = new Source();
    const opened = waitForEvent(
      source,
      'tranche:opened',
      filter(({ symbol }) => symbol === 'C'),
    );
    source.emit('tranche:opened', { symbol: 'B' });
    source.emit('tranche:opened', { symbol: 'C' });
    expect((await opened).symbol).toBe('C');
  });

  it('rejects when the time of its clock is over, and says what was heard instead', async () => {
    const source = new Source();
    const clock = new VirtualClock();
    const closed = waitForEvent(source, 'tranche:closed', { clock, withinMs: 5_000 });
    source.emit('order:rejected', {});
    source.emit('order:rejected', {});
    clock.advanceBy(4_999);
    source.emit('protection:failed', {});
    clock.advanceBy(1);
    await expect(closed).rejects.toThrow(
      'no tranche:closed that fits came within 5000 ms; heard meanwhile: order:rejected (2), protection:failed (1)',
    );
    expect(source.listeners).toBe(0);
  });

  it('counts events of the name that did not fit', async () => {
    const source = new Source();
    const clock = new VirtualClock();
    const closed = waitForEvent(source, 'tranche:closed', { clock, where: () => false });
    source.emit('tranche:closed', {});
    clock.advanceBy(60_000);
    await expect(closed).rejects.toThrow('within 60000 ms; heard meanwhile: tranche:closed (1)');
  });

  it('leaves no timer behind', async () => {
    const source = new Source();
    const clock = new VirtualClock();
    const opened = waitForEvent(source, 'tranche:opened', { clock });
    expect(clock.pendingTimers).toBe(1);
    source.emit('tranche:opened', { symbol: 'B' });
    await opened;
    expect(clock.pendingTimers).toBe(0);
    expect(source.listeners).toBe(0);
  });

  it('measures real time without a clock', async () => {
    const source = new Source();
    const closed = waitForEvent(source, 'tranche:closed', { withinMs: 5 });
    await expect(closed).rejects.toThrow('within 5 ms; nothing was heard meanwhile');
    const opened = waitForEvent(source, 'tranche:opened', { withinMs: 60_000 });
    source.emit('tranche:opened', { symbol: 'B' });
    expect((await opened).symbol).toBe('B');
  });

  it('hands the error of a filter to who waits', async () => {
    const source = new Source();
    const opened = waitForEvent(source, 'tranche:opened', () => {
      throw new Error('a defect of the test');
    });
    source.emit('tranche:opened', {});
    await expect(opened).rejects.toThrow('a defect of the test');
    expect(source.listeners).toBe(0);
  });
});
