import type { Mutant } from './mutant.js';

const EXITS = 'src/positions/desired-exits.ts';
const PROTECT = 'src/engine/protect.ts';
const PROFITS = 'src/orders/take-profit-diff.ts';
const STOPS = 'src/orders/stop-diff.ts';
const TICKS = 'src/engine/ticks.ts';

/** Protection: what rests, for how much, in which order; and our own guard. */
export const COVERING_MUTANTS: readonly Mutant[] = [
  {
    id: 'M13',
    title: 'the take-profit goes before the stop',
    invariants: ['I3a'],
    patches: [
      {
        file: PROTECT,
        find: '  const placed = protectWithStops(step, node, desired);\n',
        replace: `  if (first) placeTakeProfits(step, node);
  if (first && ordersOf(node, 'take-profit').length > 0) return;
  const placed = protectWithStops(step, node, desired);
`,
      },
    ],
  },
  {
    id: 'M17',
    title: 'any tick is a price: jumps and the first one are not doubted',
    invariants: ['I9'],
    quick: true,
    patches: [
      {
        file: TICKS,
        find: 'if (state.settings.pricesConfirmThemselves || book.insideBand(tick.price)) {',
        replace: 'if (book !== undefined) {',
      },
    ],
  },
  {
    id: 'M31',
    title: 'a stop is cancelled before its successor is live',
    invariants: ['I3b'],
    patches: [
      {
        file: STOPS,
        find: 'cancel: live ? others : others.filter((order) => order.unsent),',
        replace: 'cancel: others,',
      },
    ],
  },
  {
    id: 'M32',
    title: 'a stop is cancelled together with the request for its successor',
    invariants: ['I3b'],
    patches: [
      {
        file: STOPS,
        find: `    place: missing,
    resend,
    cancel: others.filter((order) => order.unsent),`,
        replace: `    place: missing,
    resend,
    cancel: others,`,
      },
    ],
  },
  {
    id: 'M34',
    title: 'the take-profit is not made smaller after a part was sold',
    invariants: ['I1a'],
    quick: true,
    patches: [
      {
        file: 'src/positions/take-profit-quantities.ts',
        find: 'const held = tranche.openedQty.minus(tranche.exitedQty);',
        replace: 'const held = tranche.openedQty;',
      },
    ],
  },
  {
    id: 'M37',
    title: 'the stop is not made smaller after a part was sold',
    invariants: ['I1a', 'I6'],
    quick: true,
    patches: [
      {
        file: EXITS,
        find: 'const parts = splitMarketQuantity(remaining(tranche), grid);',
        replace: 'const parts = splitMarketQuantity(tranche.openedQty, grid);',
      },
    ],
  },
  {
    id: 'M43',
    title: 'a take-profit is replaced before the old one is gone',
    invariants: ['I1a'],
    quick: true,
    patches: [
      {
        file: PROFITS,
        find: 'place: cancel.length === 0 && pending.length === keepers.length ? place : [],',
        replace: 'place,',
      },
      {
        file: PROFITS,
        find: 'else if (!pending.some((order) => order.slot === wanted.slot)) place.push(wanted);',
        replace: 'else place.push(wanted);',
      },
    ],
  },
  {
    id: 'M48',
    title: 'a price that the exchange contradicts is believed',
    invariants: ['I9'],
    quick: true,
    patches: [
      {
        file: TICKS,
        find: 'if (near(Number(input.price), suspicion.price, step.state.settings.maxJumpPct)) {',
        replace: 'if (input.price !== null) {',
      },
    ],
  },
  {
    id: 'M49',
    title: 'a repeated odd tick is its own witness',
    invariants: ['I9'],
    quick: true,
    patches: [
      {
        file: TICKS,
        find: '  if (!known.unanswered) return;\n',
        replace: `  symbol.suspicions.delete(tick.source);
  acceptPrice(step, symbol, tick.source, tick);
  if (!known.unanswered) return;
`,
      },
    ],
  },
  {
    id: 'M53',
    title: 'an orderly stop takes the protective orders away',
    invariants: ['I22'],
    patches: [
      {
        file: 'src/engine/step.ts',
        find: `import { becomeUnsent } from './order-traffic.js';`,
        replace: `import { becomeUnsent, requestCancel } from './order-traffic.js';`,
      },
      {
        file: 'src/engine/step.ts',
        find: '  const guardedLocallyOnly: string[] = [];\n',
        replace: `  const guardedLocallyOnly: string[] = [];
  for (const order of state.orders.values()) requestCancel(current, order, 'stopped');
`,
      },
    ],
  },
  {
    id: 'M55',
    title: 'our own stop guard sees its level passed and does nothing',
    invariants: ['I3'],
    patches: [
      {
        file: 'src/engine/stop-hits.ts',
        find: '  else beginClose(step, node, { reason: hit.rule, level: hit.level, trigger: hit.trigger });',
        replace: '  else void beginClose;',
      },
    ],
  },
  {
    id: 'M59',
    title: 'where one stop may rest, it goes without a guard of ours',
    invariants: ['I3b'],
    patches: [
      {
        file: PROTECT,
        find: 'const unguarded = !severalStops && !isGuardedLocally(step.state, node, step.mono);',
        replace: 'const unguarded = false;',
      },
    ],
  },
];
