import type { Mutant } from './mutant.js';

const ACCOUNT = 'src/engine/account.ts';
const LEDGER = 'src/orders/execution-ledger.ts';
const LIFECYCLE = 'src/orders/order-lifecycle.ts';

/** What is known of the account: fills, comparisons, restarts, other people's orders. */
export const KNOWLEDGE_MUTANTS: readonly Mutant[] = [
  {
    id: 'M15',
    title: 'orders leave before the account was compared at boot',
    invariants: ['I5'],
    patches: [
      {
        file: 'src/engine/advance.ts',
        find: `  if (step.state.phase === 'booting') return;\n`,
        replace: '',
      },
    ],
  },
  {
    id: 'M21',
    title: 'a hand-over is acknowledged before it is durable',
    invariants: ['I12'],
    note: 'src/monitor/shell.ts, #tell',
    patches: [
      {
        file: 'test/simulation/core-life.ts',
        find: '        durable = null;\n',
        replace: '        durable = true;\n',
      },
    ],
  },
  {
    id: 'M22',
    title: 'a trade that is told twice counts twice',
    invariants: ['I11', 'I10'],
    quick: true,
    patches: [
      {
        file: LEDGER,
        find: 'if (trade !== null && !ledger.trades.has(trade.tradeId)) {',
        replace: 'if (trade !== null) {',
      },
    ],
  },
  {
    id: 'M25',
    title: 'orders of others are taken for ours',
    invariants: ['I14'],
    quick: true,
    patches: [
      {
        file: ACCOUNT,
        find: `compareOrders(view, believed, (id) =>
    isOwnClientOrderId(id, state.issuer.instanceId),
  );`,
        replace: 'compareOrders(view, believed, () => true);',
      },
    ],
  },
  {
    id: 'M27',
    title: 'a stop that was triggered is taken for filled',
    invariants: ['I10'],
    quick: true,
    patches: [
      {
        file: LIFECYCLE,
        find: '    order.status = became;\n',
        replace: `    order.status = became === 'triggered' ? 'filled' : became;\n`,
      },
    ],
  },
  {
    id: 'M28',
    title: 'the refusal of a triggered stop is ignored',
    invariants: ['I3', 'I6'],
    quick: true,
    patches: [
      {
        file: LIFECYCLE,
        find: `function advances(from: OrderStatus, to: VenueOrderStatus): boolean {\n`,
        replace: `function advances(from: OrderStatus, to: VenueOrderStatus): boolean {
  if (from === 'triggered' && to === 'rejected') return false;
`,
      },
      {
        file: 'src/engine/protect.ts',
        find: `    if (order.status !== 'triggered') continue;\n`,
        replace: `    if (order.status !== 'rejected') continue;\n`,
      },
    ],
  },
  {
    id: 'M30',
    title: 'stops are missing from the list of open orders',
    invariants: ['I7'],
    note: 'an adapter that reads the ordinary orders alone',
    patches: [
      {
        file: 'test/simulation/core-reader.ts',
        find: 'return venue.openOrders(symbol).map((order) => orderReportOf(venue, order, null));',
        replace: `return venue
    .openOrders(symbol)
    .filter(({ kind }) => kind !== 'stop-market')
    .map((order) => orderReportOf(venue, order, null));`,
      },
    ],
  },
  {
    id: 'M33',
    title: 'an older view of the account overwrites what was learned since',
    invariants: ['I10'],
    patches: [
      {
        file: ACCOUNT,
        find: 'if (gone && order.touchedAt < startedAt) {',
        replace: 'if (gone) {',
      },
    ],
  },
  {
    id: 'M35',
    title: 'a merge forgets the orders of the absorbed tranche',
    invariants: ['I7'],
    quick: true,
    patches: [
      {
        file: 'src/engine/entries.ts',
        find: `      order.trancheId = survivor.id;
      node.orders.push(order);
      step.saveOrder(order);
`,
        replace: '      step.saveOrder(order);\n',
      },
    ],
  },
  {
    id: 'M47',
    title: 'stops are rounded to the looser side',
    invariants: ['I23'],
    quick: true,
    patches: [
      {
        file: 'src/model/price.ts',
        find: `side === 'LONG' ? 'ceil' : 'floor'`,
        replace: `side === 'LONG' ? 'floor' : 'ceil'`,
      },
    ],
  },
  {
    id: 'M50',
    title: 'a restart forgets which fills are booked',
    invariants: ['I11'],
    quick: true,
    patches: [
      {
        file: 'src/journal/decode-snapshot.ts',
        find: 'ledgers: snapshot.ledgers.map(ledgerFrom),',
        replace: 'ledgers: [],',
      },
    ],
  },
  {
    id: 'M52',
    title: 'what the store could not write while it failed is lost',
    invariants: ['I6', 'I12'],
    note: 'src/journal/journal.ts, commit',
    patches: [
      {
        file: 'test/simulation/core-journal.ts',
        find: `      this.#backlog.push(batch);
      recorded(false);`,
        replace: '      recorded(false);',
      },
    ],
  },
  {
    id: 'M58',
    title: 'fills are booked before the account was read at boot',
    invariants: ['I6', 'I11', 'I16'],
    patches: [
      {
        file: 'src/engine/fills.ts',
        find: `if (step.state.phase === 'booting' && input.origin === 'stream') {`,
        replace: `if (step.state.phase === 'booting' && input.origin === 'look-up') {`,
      },
    ],
  },
  {
    id: 'M61',
    title: 'the surplus of two exits that filled together is dropped',
    invariants: ['I1b'],
    patches: [
      {
        file: 'src/engine/executions.ts',
        find: 'if (left.gt(0)) takeFromSiblings(step, order, side, left, price, time);',
        replace: '',
      },
    ],
  },
  {
    id: 'M62',
    title: 'a comparison whose positions could not be read says that nothing is held',
    invariants: ['I25'],
    quick: true,
    note: 'src/execution/read-account.ts',
    patches: [
      {
        file: 'test/simulation/core-reader.ts',
        find: `          positions = rows;
          arrived();
        },
        broke,`,
        replace: `          positions = rows;
          arrived();
        },
        arrived,`,
      },
    ],
  },
];
