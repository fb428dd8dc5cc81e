import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { runBot as runUnprotected } from '../../../examples/embed-in-a-bot/bot.js';
import { Broker } from '../../../examples/embed-in-a-bot/broker.js';
import { runBot as runProtected } from '../../../examples/embed-in-a-bot/protected-bot.js';

const CRASH = [45_000, 45_050, 45_100, 45_150, 45_120, 44_900, 44_690, 44_200, 43_000];
const RALLY = [45_000, 45_050, 45_100, 45_150, 45_120, 45_900, 46_100, 46_050];
/** More than a handful of added lines would make the promise of the example untrue. */
const ADDED_LINES_MAX = 12;

afterEach(() => {
  vi.restoreAllMocks();
});

function source(name: string): string[] {
  return readFileSync(
    new URL(`../../../examples/embed-in-a-bot/${name}`, import.meta.url),
    'utf8',
  ).split('\n');
}

describe('example: an existing bot gets protected', () => {
  it('only adds lines to the bot, and only a handful', () => {
    const added = source('protected-bot.ts').filter((line) => line.endsWith('// +'));
    const rest = source('protected-bot.ts').filter((line) => !line.endsWith('// +'));
    expect(rest).toEqual(source('bot.ts'));
    expect(added.length).toBeLessThanOrEqual(ADDED_LINES_MAX);
  });

  it('leaves the position open without the monitor', async () => {
    vi.spyOn(console, 'log').mockImplementation(() => {});
    const broker = new Broker();
    await runUnprotected(broker, CRASH);
    expect(await broker.holds('BTCUSDT')).toBe('0.01');
  });

  it.each([
    { name: 'a fall', prices: CRASH, line: 'sold at 44690: stop-loss' },
    { name: 'a rise', prices: RALLY, line: 'sold at 46053: take-profit' },
  ])('closes the position in $name', async ({ prices, line }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    const broker = new Broker();
    await runProtected(broker, prices);
    expect(log.mock.calls.flat()).toContain(line);
    expect(await broker.holds('BTCUSDT')).toBe('0');
  });
});
