import type { Mutant } from './mutant.js';

/** Exit rules: how far a stop goes, when it counts, and what each level takes. */
export const EXIT_MUTANTS: readonly Mutant[] = [
  {
    id: 'M67',
    title: 'a trail follows at half of its callback',
    invariants: ['X1'],
    quick: true,
    patches: [
      {
        file: 'src/positions/trailing.ts',
        find: 'const away = decimal(callbackPct).times(-1);',
        replace: 'const away = decimal(callbackPct).times(-0.5);',
      },
    ],
  },
  {
    id: 'M68',
    title: 'the resting stop does not follow the trail',
    invariants: ['X1'],
    quick: true,
    patches: [
      {
        file: 'src/positions/standing-rules.ts',
        find: 'trailLevel(plan.trailingStop, progress.peak, side, instrument);',
        replace: 'trailLevel(plan.trailingStop, entryPrice, side, instrument);',
      },
    ],
  },
  {
    id: 'M69',
    title: 'breakeven is reached and moves nothing',
    invariants: ['X1'],
    quick: true,
    patches: [
      {
        file: 'src/positions/standing-rules.ts',
        find: 'if (plan.breakeven !== null && progress.breakevenReached) {',
        replace:
          'if (plan.breakeven !== null && progress.breakevenReached && progress.timeLimitDone) {',
      },
    ],
  },
  {
    id: 'M70',
    title: 'one tick confirms a hit',
    invariants: ['I9'],
    quick: true,
    patches: [
      {
        file: 'src/engine/confirmation.ts',
        find: '  if (confirm.ticks !== null && seen.ticks < confirm.ticks) return false;\n',
        replace: '',
      },
    ],
  },
  {
    id: 'M71',
    title: 'a hit is confirmed before its time is over',
    invariants: ['I9'],
    quick: true,
    patches: [
      {
        file: 'src/engine/confirmation.ts',
        find: '  if (confirm.ms !== null && step.mono - seen.since < confirm.ms) return false;\n',
        replace: '',
      },
    ],
  },
  {
    id: 'M72',
    title: 'a time limit closes nothing',
    invariants: ['X1'],
    quick: true,
    patches: [
      {
        file: 'src/engine/time-limit.ts',
        find: "  beginClose(step, node, { reason: 'time-limit', level: null, trigger });\n",
        replace: '  void beginClose;\n  void trigger;\n',
      },
    ],
  },
  {
    id: 'M73',
    title: 'a stop beyond the liquidation stays there',
    invariants: ['X1'],
    quick: true,
    patches: [
      {
        file: 'src/engine/exit-rules.ts',
        find: '  guardLiquidation(step, node, before);\n',
        replace: '  void guardLiquidation;\n',
      },
    ],
  },
  {
    id: 'M74',
    title: 'the first level takes all',
    invariants: ['I1a', 'I6'],
    quick: true,
    patches: [
      {
        file: 'src/positions/take-profit-quantities.ts',
        find: 'const wanted = last && complete ? left : minDecimal(share.plus(carried), left);',
        replace: 'const wanted = last && complete ? left : minDecimal(left, left.plus(share));',
      },
    ],
  },
  {
    id: 'M75',
    title: 'what rules asked for is loosened again',
    invariants: ['I26'],
    quick: true,
    patches: [
      {
        file: 'src/positions/stop-in-force.ts',
        find: '  if (ratchet !== null && !isTighter(asked.level, ratchet.level, side)) return progress;\n',
        replace: '  void side;\n  void ratchet;\n',
      },
    ],
  },
  {
    id: 'M76',
    title: 'panic does not hasten a patient close',
    invariants: ['X2'],
    patches: [
      {
        file: 'src/engine/begin-close.ts',
        find: "  if (tranche.state === 'CLOSING') hasten(step, node, cause);\n",
        replace: '  void hasten;\n',
      },
    ],
  },
  {
    id: 'M77',
    title: 'levels leave in a second request before the stop is known to rest',
    invariants: ['I3a'],
    patches: [
      {
        file: 'src/engine/protect.ts',
        find: 'placeableProfits(step, node).slice(0, room);',
        replace: 'placeableProfits(step, node);\n    void room;',
      },
    ],
  },
  {
    id: 'M78',
    title: 'a price from before the tranche raises its trail',
    invariants: ['X1'],
    patches: [
      {
        file: 'src/engine/guards.ts',
        find: '  if (isOlder && REACHED_IN_FAVOUR.has(level.rule)) return;\n',
        replace: '  void isOlder;\n  void REACHED_IN_FAVOUR;\n',
      },
    ],
  },
];
