import { expect, it } from 'vitest';
import { ownOrders } from '../../support/sent-orders.js';
import { ServeWorld, SYMBOL } from './serve-world.js';

/** Our placements as the exchange saw them: carried out, whatever it answered. */
function placements(world: ServeWorld): { readonly accepted: number; readonly refused: number } {
  const requests = world.server.requests.filter(
    (one) => one.method === 'POST' && /^(order|algoOrder)$/.test(one.name),
  );
  return {
    accepted: requests.filter((one) => one.wasExecuted && one.status === 200).length,
    refused: requests.filter((one) => one.status === 400).length,
  };
}

async function summed(world: ServeWorld, family: string, label = ''): Promise<number> {
  const text = await (await world.get('/metrics')).text();
  return text
    .split('\n')
    .filter((row) => row.startsWith(`${family}{`) && row.includes(label))
    .reduce((sum, row) => sum + Number(row.slice(row.lastIndexOf(' ') + 1)), 0);
}

it('counts orders and rejections as the exchange does, and takes their times', async () => {
  const world = await ServeWorld.start({
    globals: { tpSlBatchEnabled: false },
    plans: { ETHUSDT: { stopLossOrder: 'local' } },
  });
  world.server.faults.next(
    { method: 'POST', path: 'algoOrder' },
    { do: 'answer', status: 400, code: -2019, msg: 'Margin is insufficient.' },
    2,
  );
  world.server.person.buy(SYMBOL, '0.1');
  await world.until(
    () => world.server.person.openOrders().length === 2,
    'both orders rest',
    30_000,
  );
  await world.untilHeard();
  world.server.person.sell('ETHUSDT', '2');
  await world.until(() => world.server.person.openOrders().length === 3, 'three orders rest');

  const seen = placements(world);
  expect(seen.refused).toBe(2);
  expect(await summed(world, 'position_monitor_orders_total', 'outcome="accepted"')).toBe(
    seen.accepted,
  );
  expect(seen.accepted).toBe(ownOrders(world.server.requests, (one) => one.status === 200).size);
  expect(await summed(world, 'position_monitor_order_rejections_total')).toBe(2);
  expect(
    await world.metric('position_monitor_order_rejections_total{code="insufficient-margin"}'),
  ).toBe(2);
  expect(await world.metric('position_monitor_positions')).toBe(2);
  expect(await world.metric('position_monitor_tranches{coverage="resting"}')).toBe(1);
  expect(
    await world.metric(
      `position_monitor_exposure_contracts{symbol="${SYMBOL}",side="LONG",cover="resting"}`,
    ),
  ).toBe(0.1);
  expect(await world.metric('position_monitor_fill_to_covered_milliseconds_count')).toBe(2);
  expect(await world.metric('position_monitor_events_total{event="tranche:opened"}')).toBe(2);
  const { nakedMs } = (await (await world.get('/health')).json()) as { nakedMs: number };
  expect(await world.metric('position_monitor_unprotected_milliseconds_total')).toBe(nakedMs);
  expect(
    await world.metric('position_monitor_request_budget_left{limit="weight",window_ms="60000"}'),
  ).toBeGreaterThan(1_000);

  // Nothing rests that could stop this one: the price that passes its level makes us close it.
  world.server.market.setPrice('ETHUSDT', 3_040);
  await world.until(() => world.named('tranche:closed').length === 1, 'it is closed');
  expect(await world.metric('position_monitor_tick_to_order_milliseconds_count')).toBe(1);
  const took = await world.metric('position_monitor_tick_to_order_milliseconds_sum');
  expect(took).toBeGreaterThan(0);
  expect(took).toBeLessThan(1_000);
  const after = placements(world);
  expect(await summed(world, 'position_monitor_orders_total', 'outcome="accepted"')).toBe(
    after.accepted,
  );
  expect(await world.end()).toBe(0);
}, 60_000);
