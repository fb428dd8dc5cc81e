import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  decodeFrame,
  type MarketEvent,
} from '../../../src/adapters/feeds/binance-dialect/decode-frame.js';
import { StreamLane } from '../../../src/adapters/feeds/binance-dialect/stream-lane.js';

const DATA = new URL('../../../../shared/data/', import.meta.url);
const TRADES_AND_QUOTES = 'ws/binance-usdm-btcusdt-20240808-trade+bookTicker.jsonl.gz';
const ALTS = 'ws/binance-usdm-alts-20210722-aggTrade+bookTicker.jsonl.gz';
const DOCS = 'messages/binance-usdm-streams-docs.jsonl';
const MARKET = 'copyleft/messages/binance-usdm-market.jsonl';
const LIVE = 'restricted/messages/binance-usdm-live-frames.jsonl';

const missing = [TRADES_AND_QUOTES, ALTS, DOCS, MARKET, LIVE].some(
  (name) => !existsSync(new URL(name, DATA)),
);

/** The frames of a recording, as text as they were received. */
function framesOf(name: string): readonly string[] {
  const bytes = readFileSync(new URL(name, DATA));
  const text = (name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => {
      const row = JSON.parse(line);
      return JSON.stringify(row.msg ?? row);
    });
}

function eventsOf(name: string): readonly MarketEvent[] {
  return framesOf(name).flatMap((frame) => {
    const decoded = decodeFrame(frame);
    return decoded.kind === 'events' ? decoded.events : [];
  });
}

/** Passes events through one lane per kind and symbol, and answers what is told. */
function told(events: readonly MarketEvent[]): readonly MarketEvent[] {
  const lanes = new Map<string, StreamLane>();
  const out: MarketEvent[] = [];
  for (const event of events) {
    const key = `${event.kind} ${event.symbol}`;
    const lane = lanes.get(key) ?? new StreamLane(event.symbol, event.kind, 0);
    lanes.set(key, lane);
    lane.take(event, false, 0, (_lane, one) => out.push(one));
  }
  return out;
}

// The recordings stand beside the checkout, not in it: a clone elsewhere has none.
describe.skipIf(missing)('real frames (skipped without ../shared/data)', () => {
  it('of 2024: every trade and quote, in order', () => {
    const events = eventsOf(TRADES_AND_QUOTES);
    expect(framesOf(TRADES_AND_QUOTES)).toHaveLength(87_402);
    expect(events.filter(({ kind }) => kind === 'trade')).toHaveLength(21_313);
    expect(events.filter(({ kind }) => kind === 'book')).toHaveLength(66_089);
    expect(told(events)).toEqual(events);
    expect(events.every(({ price, time, sentAt }) => price > 0 && time > 0 && sentAt >= time)).toBe(
      true,
    );
    expect(events.every(({ kind, price, ask }) => kind !== 'book' || ask > price)).toBe(true);
  });

  it('of 2021: every event of four symbols, in order', () => {
    const events = eventsOf(ALTS);
    expect(events).toHaveLength(704);
    expect(told(events)).toEqual(events);
    expect(new Set(events.map(({ symbol }) => symbol)).size).toBe(4);
  });

  it.each([
    [DOCS, ['trade', 'book', 'mark']],
    [MARKET, ['trade', 'mark', 'trade', 'mark', 'trade', 'mark', 'book']],
    [LIVE, ['mark', 'trade', 'trade', 'book']],
  ])('of %s: prices are found, everything else is left alone', (name, kinds) => {
    expect(eventsOf(name).map(({ kind }) => kind)).toEqual(kinds);
  });

  it('leave out the price of the insurance fund', () => {
    expect(eventsOf(MARKET).map(({ price }) => price)).not.toContain(2366.55);
  });
});
