import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaperExchange } from '../../../src/adapters/exchanges/paper/paper-exchange.js';
import { ManualFeed } from '../../../src/adapters/feeds/manual/manual-feed.js';
import { MemoryStore } from '../../../src/adapters/stores/memory/memory-store.js';
import { isMonitorError } from '../../../src/errors/position-monitor-error.js';
import { EVENT_NAMES } from '../../../src/model/event-names.js';
import type { MonitorEventName } from '../../../src/model/monitor-event.js';
import type { PositionMonitorOptions } from '../../../src/monitor/options.js';
import { PositionMonitor } from '../../../src/monitor/position-monitor.js';
import { createRequestLanes } from '../../../src/platform/request-lanes.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { SILENT_LOGGER } from '../../../src/ports/logger.js';

const clock = new VirtualClock();
const GOOD: PositionMonitorOptions = {
  config: { symbols: { BTCUSDT: { stopLossPct: 1 } } },
  exchange: new PaperExchange({ instruments: [], clock }),
  feed: new ManualFeed({ clock }),
};

function made(options: unknown): PositionMonitor {
  return new PositionMonitor(options as PositionMonitorOptions);
}

/** The message with which the options are refused. */
function refusal(options: unknown): string {
  try {
    made(options);
  } catch (error) {
    if (isMonitorError(error) && error.code === 'CONFIG_INVALID') return error.message;
    throw error;
  }
  throw new Error('the options were taken');
}

describe('the options of a monitor', () => {
  it('may be the least and all of them', () => {
    made(GOOD);
    made({
      ...GOOD,
      store: new MemoryStore(),
      instanceId: 'a',
      clock,
      logger: SILENT_LOGGER,
      scheduler: createRequestLanes(clock),
      allowWithdrawalKey: false,
      profile: 'replay',
    });
    made({ ...GOOD, store: undefined, clock: undefined, profile: undefined });
  });

  it.each([
    [undefined, 'received nothing'],
    [null, 'received null'],
    [[GOOD], 'received an array of 1'],
    ['bot.json', 'received "bot.json"'],
  ])('are an object: %j is none', (options, received) => {
    expect(refusal(options)).toBe(
      `The options of a monitor: expected an object with config, exchange and feed, ${received}. Call new PositionMonitor({ config, exchange, feed })`,
    );
  });

  it.each([
    ['storre', 'Did you mean store?'],
    ['instance_id', 'Did you mean instanceId?'],
    ['allowWithdrawlKey', 'Did you mean allowWithdrawalKey?'],
    ['symbols', 'It belongs into config: pass { config: { symbols } }'],
    ['somethingElse', 'Leave it out. Known options: config, exchange, feed, '],
  ])('are known ones: %s is refused', (name, remedy) => {
    const message = refusal({ ...GOOD, [name]: {} });
    expect(message).toContain(`There is no option "${name}" of a monitor`);
    expect(message).toContain(remedy);
  });

  it.each([
    ['exchange', 'an exchange adapter'],
    ['feed', 'a price feed'],
  ])('must have %s, and one that is made', (name, expected) => {
    const { [name as 'feed']: _, ...rest } = GOOD;
    expect(refusal(rest)).toContain(
      `The option ${name} of a monitor: expected ${expected}, received nothing. Pass e.g. `,
    );
    for (const value of [null, 'binance', PaperExchange, Promise.resolve(GOOD.exchange)]) {
      expect(refusal({ ...GOOD, [name]: value })).toContain(`The option ${name} of a monitor`);
    }
  });

  it.each([
    ['store', 'bot.db', 'expected a store, received "bot.db"'],
    ['clock', Date, 'expected a clock'],
    ['logger', 'debug', 'expected a logger'],
    ['scheduler', 3, 'expected a request scheduler'],
    ['allowWithdrawalKey', 'false', 'expected true or false, received "false"'],
    ['profile', 'reply', 'expected "live" or "replay", received "reply"'],
  ])('fit: %s is not %j', (name, value, text) => {
    expect(refusal({ ...GOOD, [name]: value })).toContain(
      `The option ${name} of a monitor: ${text}`,
    );
  });

  it('without a configuration say so', () => {
    const { config: _, ...rest } = GOOD;
    expect(refusal(rest)).toContain('onfiguration');
  });

  it('that fit nothing end in an error of ours', () => {
    const options = fc.oneof(
      fc.anything(),
      fc.record(Object.fromEntries(Object.keys(GOOD).map((key) => [key, fc.anything()])), {
        requiredKeys: [],
      }),
    );
    fc.assert(fc.property(options, (value) => refusal(value) !== ''));
  });
});

describe('the names of events', () => {
  const monitor = made(GOOD);
  const listener = (): void => {};

  it('are all known to on, once and off', () => {
    for (const name of EVENT_NAMES) {
      expect(monitor.on(name, listener).once(name, listener).off(name, listener)).toBe(monitor);
    }
  });

  it.each(['on', 'once', 'off'] as const)(
    'are told by %s when there is none of that name',
    (call) => {
      const told = (name: unknown) => () => monitor[call](name as MonitorEventName, listener);
      expect(told('tranche:close')).toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: 'There is no event "tranche:close". Did you mean tranche:closed?',
        }),
      );
      expect(told('orderFilled')).toThrow('Did you mean order:filled?');
      expect(told('x')).toThrow('Known events: fill:applied, ');
      for (const name of [undefined, null, 7, Symbol('tick'), {}, 'toString', '__proto__']) {
        expect(told(name)).toThrow('There is no event');
      }
    },
  );
});
