import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { EventStream } from '../../../src/cli/serve/event-stream.js';
import {
  PAGE_BEAT_MS,
  PAGE_LISTENERS_MAX,
  PAGE_RECENT_EVENTS_MAX,
  PAGE_UNREAD_BYTES_MAX,
} from '../../../src/limits.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

/** A listener that reads, or leaves everything unread. */
class Listener extends EventEmitter {
  text = '';
  writableLength = 0;
  isDropped = false;
  reads: boolean;

  constructor(reads = true) {
    super();
    this.reads = reads;
  }

  write(part: string): boolean {
    this.text += part;
    if (!this.reads) this.writableLength += part.length;
    return true;
  }

  end(): void {
    this.emit('close');
  }

  destroy(): void {
    this.isDropped = true;
    this.emit('close');
  }

  get seqs(): number[] {
    return [...this.text.matchAll(/^id: (\d+)$/gm)].map(([, seq]) => Number(seq));
  }

  get response(): ServerResponse {
    return this as unknown as ServerResponse;
  }
}

const tell = (stream: EventStream, seq: number, reason = ''): void =>
  stream.tell('monitor:started', { seq, time: 0, reason } as { seq: number; time: number });

describe('EventStream', () => {
  it('drops who does not read, and nobody else', () => {
    const stream = new EventStream(new VirtualClock());
    const slow = new Listener(false);
    const quick = new Listener();
    stream.add(slow.response, null, 0);
    stream.add(quick.response, null, 0);
    const bulk = 'x'.repeat(1_000);
    let told = 0;
    while (!slow.isDropped && told < 10_000) {
      told += 1;
      tell(stream, told, bulk);
    }
    expect(slow.writableLength).toBeGreaterThan(PAGE_UNREAD_BYTES_MAX);
    expect(slow.writableLength).toBeLessThan(PAGE_UNREAD_BYTES_MAX + 2_000);
    expect(stream.size).toBe(1);
    tell(stream, told + 1);
    expect(quick.seqs).toHaveLength(told + 1);
    expect(slow.seqs).toHaveLength(told);
  });

  it('tells a new one the last events, and one that comes back what it missed', () => {
    const stream = new EventStream(new VirtualClock());
    for (let seq = 1; seq <= PAGE_RECENT_EVENTS_MAX + 10; seq += 1) tell(stream, seq);
    const last = PAGE_RECENT_EVENTS_MAX + 10;
    const fresh = new Listener();
    stream.add(fresh.response, null, 3);
    expect(fresh.seqs).toEqual([last - 2, last - 1, last]);
    const back = new Listener();
    stream.add(back.response, last - 5, 3);
    expect(back.seqs).toEqual([last - 4, last - 3, last - 2, last - 1, last]);
    const stranger = new Listener();
    stream.add(stranger.response, 1, 3);
    expect(stranger.seqs).toHaveLength(PAGE_RECENT_EVENTS_MAX);
  });

  it('gives a sign of life while somebody listens, and rests otherwise', () => {
    const clock = new VirtualClock();
    const stream = new EventStream(clock);
    const listener = new Listener();
    stream.add(listener.response, null, 0);
    clock.advanceTo(clock.now() + 2 * PAGE_BEAT_MS);
    expect(listener.text.match(/: alive/g)).toHaveLength(2);
    listener.end();
    expect(stream.size).toBe(0);
    clock.advanceTo(clock.now() + 2 * PAGE_BEAT_MS);
    expect(listener.text.match(/: alive/g)).toHaveLength(2);
  });

  it('has room for so many', () => {
    const stream = new EventStream(new VirtualClock());
    for (let index = 0; index < PAGE_LISTENERS_MAX; index += 1) {
      expect(stream.hasRoom).toBe(true);
      stream.add(new Listener().response, null, 0);
    }
    expect(stream.hasRoom).toBe(false);
    stream.close();
    expect(stream.hasRoom).toBe(true);
  });
});
