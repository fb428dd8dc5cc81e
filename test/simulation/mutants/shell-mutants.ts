import type { Mutant } from './mutant.js';

const SHELL = 'src/monitor/shell.ts';

/** The shipped shell: what the bare core cannot do wrong. Hunted in the simulator that drives the whole monitor. */
export const SHELL_MUTANTS: readonly Mutant[] = [
  {
    id: 'M24',
    title: 'a listener that throws ends the telling',
    simulator: 'S2',
    invariants: ['I16', 'I17'],
    quick: true,
    patches: [
      {
        file: 'src/events/isolated-emitter.ts',
        find: 'this.#emitter.on(name, guarded);',
        replace: 'this.#emitter.on(name, listener as AnyListener);',
      },
    ],
  },
  {
    id: 'M63',
    title: 'the shipped shell does not await the record',
    simulator: 'S2',
    invariants: ['I5'],
    quick: true,
    patches: [
      {
        file: SHELL,
        find: 'void ticket.recorded.then((recorded) => {',
        replace: 'void Promise.resolve(true).then((recorded) => {',
      },
    ],
  },
  {
    id: 'M64',
    title: 'the shipped shell acknowledges what is not durable',
    simulator: 'S2',
    invariants: ['I12'],
    patches: [{ file: SHELL, find: 'await ticket.durable;', replace: 'await ticket.recorded;' }],
  },
  {
    id: 'M65',
    title: 'the shipped journal loses what it could not write',
    simulator: 'S2',
    invariants: ['I6', 'I12'],
    patches: [
      {
        file: 'src/journal/journal.ts',
        find: `      this.#backlog.push(batch);
      return`,
        replace: '      return',
      },
    ],
  },
  {
    id: 'M66',
    title: 'a request without an answer is taken for not sent',
    simulator: 'S2',
    invariants: ['I13'],
    patches: [
      {
        file: 'src/execution/command-executor.ts',
        find: `receive({ kind: 'unknown', detail: \`no answer within`,
        replace: `receive({ kind: 'not-sent', detail: \`no answer within`,
      },
    ],
  },
];
