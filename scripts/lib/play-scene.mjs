/** Lets the monitor live through a scene on the paper exchange, and writes down what it did, second by second. */

const SYMBOL = 'BTCUSDT';
const TICK = 0.1;
/** Entry of every scene unless it says otherwise, s. */
const ENTERS_AT = 10;
/** Most moves of a stop that are marked one by one. */
const MOVES_MARKED_MAX = 3;

/**
 * @param library the built sources: the package's entry and `runFor`, `runUntil`
 * @returns `{ seconds, prices, liquidation, samples, marks }`; a sample tells what rests and where the guards are
 */
export async function playScene(scene, library) {
  const world = worldOf(scene, library);
  const { clock, monitor, feed, run } = world;
  const random = randomFrom(scene.name);
  const seconds = scene.path.at(-1)[0];
  const told = { seconds, prices: [], liquidation: [], samples: [], marks: [] };
  const seen = new Map();
  await run(monitor.start());
  for (let second = 0; second <= seconds; second += 1) {
    const price = onTick(between(scene.path, second) + unrestAt(scene, second) * bell(random));
    told.prices.push(price);
    feed.tick(SYMBOL, price, { time: clock.now() });
    // A price that comes and goes within the moment: nothing has time to answer it.
    if (scene.instant?.includes(second))
      feed.tick(SYMBOL, onTick(price - 40), { time: clock.now() });
    if (scene.liquidation !== undefined) {
      world.exchange.liquidationPrice = `${stepAt(scene.liquidation, second)}`;
      told.liquidation.push(stepAt(scene.liquidation, second));
      if (monitor.positions().length > 0) await run(monitor.reconcile());
    }
    if (second === (scene.entersAt ?? ENTERS_AT)) await enter(world, told, second);
    await scene.acts?.[second]?.({
      monitor: driven(monitor, run),
      note: (text) => told.marks.push({ second, price, kind: 'note', text }),
    });
    await library.runFor(clock, 1_000);
    look({ monitor, seen, told, second });
  }
  await run(monitor.stop());
  // A stop that moves all the time is told by its line alone.
  const moves = told.marks.filter(({ kind }) => kind === 'move').length;
  const marks = told.marks.filter(({ kind }) => kind !== 'move' || moves <= MOVES_MARKED_MAX);
  return { ...told, marks };
}

function worldOf({ plan, fees, limitParts = 1 }, library) {
  const { ManualClock, ManualFeed, PaperExchange, PositionMonitor, runUntil } = library;
  const clock = new ManualClock();
  const feed = new ManualFeed({ clock });
  const exchange = new (marginedExchange(PaperExchange))({
    clock,
    instruments: [{ symbol: SYMBOL, tickSize: `${TICK}`, stepSize: '0.001' }],
    partialFills: { limitParts },
    idPrefix: 'paper-',
    ...(fees && { fees }),
  });
  const monitor = new PositionMonitor({
    config: { symbols: { [SYMBOL]: plan } },
    exchange,
    feed,
    clock,
  });
  return { clock, feed, exchange, monitor, run: (promise) => runUntil(clock, promise) };
}

/** The paper exchange knows no margin; this one says where it would liquidate. */
function marginedExchange(PaperExchange) {
  return class extends PaperExchange {
    liquidationPrice = null;

    async fetchPositions(symbol) {
      const rows = await super.fetchPositions(symbol);
      const { liquidationPrice } = this;
      return liquidationPrice === null ? rows : rows.map((row) => ({ ...row, liquidationPrice }));
    }
  };
}

/** Calls that wait for virtual time get it. */
function driven(monitor, run) {
  return new Proxy(monitor, {
    get(target, name) {
      const member = target[name];
      if (typeof member !== 'function') return member;
      return (...args) => {
        const result = member.apply(target, args);
        return result instanceof Promise ? run(result) : result;
      };
    },
  });
}

async function enter({ exchange, monitor, clock, run }, told, second) {
  const outcome = await run(
    exchange.placeOrder({
      clientOrderId: 'bot-1',
      symbol: SYMBOL,
      side: 'BUY',
      positionSide: 'LONG',
      kind: 'market',
      quantity: '0.1',
      reduceOnly: false,
      expiresAt: clock.now() + 5_000,
    }),
  );
  const { orderId, executedQty, avgPrice } = outcome.report;
  const fill = {
    orderId,
    symbol: SYMBOL,
    side: 'BUY',
    positionSide: 'LONG',
    executedQty,
    avgPrice,
  };
  await run(monitor.handleOrderFill(fill));
  told.marks.push({
    second,
    price: Number(avgPrice),
    kind: 'entry',
    text: `bought ${executedQty} at ${avgPrice}`,
  });
}

/** What each tranche has at the exchange and under our own guard now, and what it sold since the last look. */
function look({ monitor, seen, told, second }) {
  for (const { id } of monitor.positions().flatMap(({ tranches }) => tranches)) {
    if (!seen.has(id)) seen.set(id, 0);
  }
  const tranches = [...seen.keys()].flatMap((id) => monitor.tranche(id) ?? []);
  for (const { id, exits, orders } of tranches) {
    for (const { quantity, price, reason, orderId } of exits.slice(seen.get(id))) {
      const kind = orders.find((order) => order.clientOrderId === orderId)?.kind;
      told.marks.push({
        second,
        price: Number(price),
        kind: 'exit',
        text: `sold ${quantity} at ${price}: ${reason} (${kind})`,
      });
    }
    seen.set(id, exits.length);
  }
  const samples = tranches.filter(({ state }) => state !== 'CLOSED').map(sampleOf);
  for (const { id, resting, rule } of samples) {
    const before = told.samples.at(-1)?.find((sample) => sample.id === id)?.resting ?? null;
    if (before === null || resting === null || before === resting) continue;
    const text = `the stop at the exchange goes to ${resting} (${rule})`;
    told.marks.push({ second, price: resting, kind: 'move', text });
  }
  told.samples.push(samples);
  const held = tranches.reduce((sum, { quantity }) => sum + Number(quantity), 0);
  const stops = tranches.flatMap(restingStops).reduce((sum, order) => sum + openOf(order), 0);
  told.samples.at(-1).held = round(held);
  told.samples.at(-1).stopped = round(stops);
}

/** All of them are long, so that the higher one of two guards is the one in force. */
function sampleOf(tranche) {
  const { id, levels, trail, orders } = tranche;
  const stop = restingStops(tranche)[0];
  const resting = stop === undefined ? null : Number(stop.triggerPrice);
  const guards = [levels.stopLoss, trail?.level ?? null].filter((level) => level !== null);
  const guard = guards.length === 0 ? null : Math.max(...guards.map(Number));
  return {
    id,
    resting,
    rule: levels.stopRule,
    // Where the order itself is the guard, one line says it.
    guard: guard === resting || tranche.state !== 'OPEN' ? null : guard,
    targets: orders
      .filter(({ role, status }) => role === 'take-profit' && status === 'accepted')
      .map(({ slot, price }) => ({ slot, price: Number(price) })),
  };
}

function restingStops({ orders }) {
  return orders.filter(
    ({ role, status, canceling }) => role === 'stop-loss' && status === 'accepted' && !canceling,
  );
}

function openOf({ quantity, executedQty }) {
  return Number(quantity) - Number(executedQty);
}

function round(quantity) {
  return Number(quantity.toFixed(8));
}

function onTick(price) {
  return Number((Math.round(price / TICK) * TICK).toFixed(1));
}

/** The last value that was set at or before a second. */
function stepAt(steps, second) {
  return steps.filter(([at]) => at <= second).at(-1)[1];
}

function between(points, second) {
  const next = points.findIndex(([at]) => at >= second);
  const [at, value] = points[next];
  if (next === 0 || at === second) return value;
  const [before, from] = points[next - 1];
  return from + ((value - from) * (second - before)) / (at - before);
}

/** Points of the path are exact; between them there is unrest. */
function unrestAt({ path, unrest }, second) {
  if (path.some(([at]) => at === second)) return 0;
  return unrest === undefined ? 26 : between(unrest, second);
}

/** mulberry32, from the letters of a name: the same everywhere. */
function randomFrom(name) {
  let state = 0;
  for (const letter of name) state = (Math.imul(state, 31) + letter.charCodeAt(0)) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Close to a normal distribution, with a spread of one. */
function bell(random) {
  let total = -6;
  for (let draw = 0; draw < 12; draw += 1) total += random();
  return total;
}
