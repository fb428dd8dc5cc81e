import type { Mutant } from './mutant.js';

const LEDGER = 'src/orders/execution-ledger.ts';
const LIFECYCLE = 'src/orders/order-lifecycle.ts';
const PROOF = 'src/orders/absence-proof.ts';
const REPORTS = 'src/engine/order-reports.ts';
const TRAFFIC = 'src/engine/order-traffic.ts';
const UNKNOWN = `  if (outcome.kind === 'unknown') becomeUnresolved(step, order, outcome.detail);`;

/** Recording, sending and finding out: what leaves, under which id, and what is believed of it. */
export const SENDING_MUTANTS: readonly Mutant[] = [
  {
    id: 'M1',
    title: 'a request is decided to leave before its record',
    invariants: ['I5'],
    quick: true,
    patches: [
      {
        file: 'src/engine/step-context.ts',
        find: `    effects.push(...this.#settled);
    return effects;`,
        replace: `    effects.push(...this.#settled);
    const sends = effects.filter(({ kind }) => kind === 'send');
    return [...sends, ...effects.filter(({ kind }) => kind !== 'send')];`,
      },
    ],
  },
  {
    id: 'M2',
    title: 'the record is not awaited',
    invariants: ['I5'],
    quick: true,
    note: 'src/monitor/shell.ts, #send',
    patches: [
      {
        file: 'test/simulation/core-life.ts',
        find: `else if (recorded === null && effects[0]?.kind === 'persist') waiting.push(command);`,
        replace: '',
      },
    ],
  },
  {
    id: 'M3',
    title: 'ids are drawn, not derived',
    invariants: ['I5a'],
    quick: true,
    patches: [
      {
        file: 'src/orders/client-order-id.ts',
        find: `const MARK = 'pm';`,
        replace: `const MARK = 'pm';\nlet drawn = 7;`,
      },
      {
        file: 'src/orders/client-order-id.ts',
        find: 'incarnationPart(issuer) +',
        replace: 'base36((drawn = (drawn * 48_271) % 1_679_609), incarnationPart(issuer).length) +',
      },
    ],
  },
  {
    id: 'M4',
    title: 'an unknown outcome is tried again under a new id',
    invariants: ['I13'],
    quick: true,
    patches: [
      {
        file: REPORTS,
        find: UNKNOWN,
        replace: `  if (outcome.kind === 'unknown') {
    order.status = 'absent';
    step.saveOrder(order);
  }`,
      },
    ],
  },
  {
    id: 'M5',
    title: 'an unknown outcome is sent again without a query',
    invariants: ['I13'],
    quick: true,
    patches: [
      {
        file: REPORTS,
        find: UNKNOWN,
        replace: `  if (outcome.kind === 'unknown') planAgain(step, order);`,
      },
    ],
  },
  {
    id: 'M6',
    title: 'one not-found proves absence',
    invariants: ['I13'],
    quick: true,
    patches: [
      {
        file: PROOF,
        find: 'return search.rounds >= ABSENCE_ROUNDS;',
        replace: 'return true;',
      },
    ],
  },
  {
    id: 'M7',
    title: 'the deadline of a request is ignored in the proof of its absence',
    invariants: ['I13'],
    quick: true,
    patches: [
      {
        file: PROOF,
        find: 'const late = venueTime > deadline + ABSENCE_MARGIN_MS;',
        replace: 'const late = true;',
      },
    ],
  },
  {
    id: 'M8',
    title: 'exits are not reduce-only',
    invariants: ['I2'],
    quick: true,
    patches: [{ file: TRAFFIC, find: 'reduceOnly: true,', replace: 'reduceOnly: false,' }],
  },
  {
    id: 'M10',
    title: 'cumulative figures are added up',
    invariants: ['I10', 'I11'],
    quick: true,
    patches: [
      {
        file: LEDGER,
        find: '      quantity: cumulative.quantity,\n',
        replace: '      quantity: ledger.cumulative.quantity.plus(cumulative.quantity),\n',
      },
    ],
  },
  {
    id: 'M11',
    title: 'a terminal status is overwritten by a late report',
    invariants: ['I10'],
    quick: true,
    patches: [
      {
        file: LIFECYCLE,
        find: `return to === 'filled' && from !== 'filled';`,
        replace: 'return to !== from;',
      },
    ],
  },
  {
    id: 'M16',
    title: 'what was recorded without an answer is sent again at boot, without a query',
    invariants: ['I13'],
    patches: [
      {
        file: 'src/journal/decode-snapshot.ts',
        find: `status: unanswered ? 'unresolved' : row.status,`,
        replace: `status: unanswered ? 'initialized' : row.status,`,
      },
      {
        file: 'src/journal/decode-snapshot.ts',
        find: 'unsent: false,',
        replace: 'unsent: unanswered,',
      },
    ],
  },
  {
    id: 'M18',
    title: 'a stop that would trigger at once is taken for placed',
    invariants: ['I13'],
    quick: true,
    patches: [
      {
        file: REPORTS,
        find: `  order.status = 'rejected';\n  order.rejection = rejection.code;`,
        replace: `  if (rejection.code === 'would-trigger') {
    order.status = 'accepted';
    step.saveOrder(order);
    return;
  }
  order.status = 'rejected';
  order.rejection = rejection.code;`,
      },
    ],
  },
  {
    id: 'M23',
    title: 'a throttled request is tried again before the time that the exchange named',
    invariants: ['I15'],
    quick: true,
    patches: [
      {
        file: TRAFFIC,
        find: 'attempts.retryAt = Math.max(mono + delay, attempts.askedUntil);',
        replace: 'attempts.retryAt = mono + delay;',
      },
    ],
  },
  {
    id: 'M29',
    title: 'the time window of a request is taken from the wall clock',
    invariants: ['I21'],
    quick: true,
    patches: [
      {
        file: LIFECYCLE,
        find: 'deadline: venue + request.sendWithinMs + request.recvWindowMs,',
        replace: 'deadline: now + request.sendWithinMs + request.recvWindowMs,',
      },
    ],
  },
  {
    id: 'M36',
    title: 'the generation does not move past an adopted order',
    invariants: ['I5a'],
    patches: [{ file: REPORTS, find: '    if (named) {', replace: '    if (named && !named) {' }],
  },
  {
    id: 'M44',
    title: 'everything may leave without a record while the store is down',
    invariants: ['I5'],
    quick: true,
    patches: [
      {
        file: TRAFFIC,
        find: '      evenUnrecorded,\n    });',
        replace: '      evenUnrecorded: true,\n    });',
      },
    ],
  },
  {
    id: 'M46',
    title: 'cancellations are not recorded',
    invariants: ['I18'],
    quick: true,
    patches: [
      {
        file: TRAFFIC,
        find: `    order.cancelStatus = 'none';
  }
  step.saveOrder(order);
  sendCancel(step, order);`,
        replace: `    order.cancelStatus = 'none';
  }
  sendCancel(step, order);`,
      },
      {
        file: TRAFFIC,
        find: `  order.cancelStatus = 'submitted';
  step.saveOrder(order);`,
        replace: `  order.cancelStatus = 'submitted';`,
      },
    ],
  },
  {
    id: 'M57',
    title: 'a cancellation without an answer is taken for done',
    invariants: ['I13'],
    quick: true,
    patches: [
      {
        file: TRAFFIC,
        find: `    order.cancelStatus = 'unresolved';
    startSearch(step, order);
  }
  step.saveOrder(order);`,
        replace: `    order.status = 'canceled';
    order.cancelStatus = 'none';
  }
  step.saveOrder(order);`,
      },
    ],
  },
  {
    id: 'M60',
    title: 'a query that failed is taken for not found',
    invariants: ['I13'],
    patches: [
      {
        file: REPORTS,
        find: `    if (search) bookFailure(search, step.mono);
    return;
  }
  if (search) {`,
        replace: `    step.state.searches.delete(order.clientOrderId);
    becomeUnsent(step, order);
    return;
  }
  if (search) {`,
      },
    ],
  },
];
