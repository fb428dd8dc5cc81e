import type { Mutant } from './mutant.js';

const CLOSE = 'src/engine/close-flow.ts';
const AWAIT_ORDERS = `  if (!node.orders.every(isSettledOrResting)) return;
  if (node.orders.some((order) => !isSettled(order))) return;
`;

/** The close flow: what goes first, how much, and when it is over. */
export const CLOSING_MUTANTS: readonly Mutant[] = [
  {
    id: 'M9',
    title: 'a close asks for what was opened, not for what is left',
    invariants: ['I1a'],
    quick: true,
    patches: [
      {
        file: CLOSE,
        find: 'const parts = splitMarketQuantity(quantity, step.instrument(tranche.symbol));',
        replace:
          'const parts = splitMarketQuantity(tranche.openedQty, step.instrument(tranche.symbol));',
      },
    ],
  },
  {
    id: 'M12',
    title: 'the stop is cancelled before the close is filled',
    invariants: ['I3b'],
    quick: true,
    patches: [
      {
        file: CLOSE,
        find: `for (const order of ordersOf(node, 'take-profit')) requestCancel(step, order, 'closing');`,
        replace: `for (const order of node.orders) {
    if (order.role !== 'close') requestCancel(step, order, 'closing');
  }`,
      },
    ],
  },
  {
    id: 'M14',
    title: 'a close is decided again while one is under way',
    invariants: ['I4'],
    quick: true,
    patches: [
      {
        file: CLOSE,
        find: `if (ordersOf(node, 'close').some((order) => !isSettled(order) && !order.unsent)) return;
  const resend`,
        replace: `if (ordersOf(node, 'close').filter((order) => !isSettled(order) && !order.unsent).length > 1) return;
  const resend`,
      },
    ],
  },
  {
    id: 'M19',
    title: 'a tranche is closed and leaves its other orders',
    invariants: ['I7'],
    quick: true,
    patches: [
      {
        file: CLOSE,
        find: `    requestCancel(step, order, 'closed');
  }
${AWAIT_ORDERS}`,
        replace: '  }\n',
      },
    ],
  },
  {
    id: 'M20',
    title: 'a position read that failed means flat',
    invariants: ['I25'],
    patches: [
      {
        file: CLOSE,
        find: `    for (const node of waiting) noteView(step, node, view !== null);
    if (view === null) continue;
    const held = sumDecimals(
      view.positions`,
        replace: `    for (const node of waiting) noteView(step, node, true);
    const held = sumDecimals(
      (view?.positions ?? [])`,
      },
    ],
  },
  {
    id: 'M38',
    title: 'a close that a crash interrupted is not taken up again',
    invariants: ['I16'],
    quick: true,
    patches: [
      {
        file: 'src/engine/restore-state.ts',
        find: `if (tranche.state === 'CLOSING') node.close = newCloseProgress(false, mono);`,
        replace: '',
      },
    ],
  },
  {
    id: 'M39',
    title: 'a tranche is closed before the cancellation of its stop is known',
    invariants: ['I7'],
    quick: true,
    patches: [{ file: CLOSE, find: AWAIT_ORDERS, replace: '' }],
  },
  {
    id: 'M40',
    title: 'a close that filled in part is taken for done',
    invariants: ['I6'],
    quick: true,
    patches: [
      {
        file: CLOSE,
        find: `  if (remaining(tranche).lte(0)) {
    finish(step, node);`,
        replace: `  if (
    remaining(tranche).lte(0) ||
    ordersOf(node, 'close').some((order) => order.execution.bookedQty.gt(0))
  ) {
    finish(step, node);`,
      },
    ],
  },
  {
    id: 'M41',
    title: 'a close leaves without the exchange having been looked at',
    invariants: ['I1a', 'I4'],
    patches: [{ file: CLOSE, find: '  if (waitForView(step, node)) return;\n', replace: '' }],
  },
  {
    id: 'M42',
    title: 'a close does not wait for the end of a resting take-profit',
    invariants: ['I1b'],
    patches: [
      { file: CLOSE, find: '  if (waitForTakeProfits(step, node)) return;\n', replace: '' },
    ],
  },
  {
    id: 'M45',
    title: 'closes without a record are repeated while the store is down',
    invariants: ['I18a'],
    patches: [
      {
        file: CLOSE,
        find: 'if (close === null || close.unrecordedSent || !close.urgent) return;',
        replace: 'if (close === null || !close.urgent) return;',
      },
    ],
  },
  {
    id: 'M51',
    title: 'a refused close proves that the position is gone',
    invariants: ['I6', 'I25'],
    patches: [
      {
        file: 'src/engine/refusals.ts',
        find: `    node.close.view = 'none';
    node.close.mustRead = true;
    releaseReduceOnly(step, node);`,
        replace: `    node.tranche.exitedQty = node.tranche.openedQty;
    step.touch(node);`,
      },
    ],
  },
  {
    id: 'M54',
    title: 'what somebody else closed is told and not booked',
    invariants: ['I6'],
    patches: [
      {
        file: 'src/engine/account.ts',
        find: `  if (rest.lte(0) || node === undefined) return;
  const price =`,
        replace: `  if (rest.gte(0) || node === undefined) return;
  const price =`,
      },
    ],
  },
];
