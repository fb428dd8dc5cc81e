import * as v from 'valibot';
import { TIME_LIMIT_MS_MAX } from '../../../limits.js';
import { decimal, toDecimalString } from '../../../model/decimal.js';
import type { TimeLimitRule } from '../../../model/exit-plan.js';
import { oneOf, section, signedPercent, wholeNumber } from '../fields.js';
import type { Path, Problems } from '../problems.js';

export const TIME_LIMIT_MS_FIELD = wholeNumber(1, TIME_LIMIT_MS_MAX, 'milliseconds');

export const TIME_LIMIT_ENTRIES = {
  ms: TIME_LIMIT_MS_FIELD,
  action: v.optional(oneOf(['close', 'tighten'])),
  onlyIn: v.optional(oneOf(['profit', 'loss'])),
  stopLossPct: v.optional(signedPercent()),
};

export const TIME_LIMIT_FIELD = section(
  TIME_LIMIT_ENTRIES,
  '{ ms, action?, onlyIn?, stopLossPct? } or null',
);

type GivenTimeLimit = v.InferOutput<typeof TIME_LIMIT_FIELD>;

/** The keys that a time limit is made of, checked one by one. */
export interface TimeLimitKeys {
  readonly timeLimitMs?: number | null | undefined;
  readonly timeLimit?: GivenTimeLimit | null | undefined;
}

/** The rule that the keys ask for; `null` takes an inherited one away, `undefined` says nothing. */
export function timeLimitFrom(
  { timeLimitMs, timeLimit }: TimeLimitKeys,
  path: Path,
  problems: Problems,
): TimeLimitRule | null | undefined {
  const isShort = timeLimitMs !== undefined && timeLimitMs !== null;
  if (timeLimit !== undefined && timeLimit !== null) {
    if (isShort) {
      problems.addText(
        [...path, 'timeLimit'],
        `expected either ${problems.key('timeLimitMs')} or ${problems.key('timeLimit')}, received both. Keep the one that you mean`,
      );
    }
    return ruleFrom(timeLimit, [...path, 'timeLimit'], problems);
  }
  if (isShort) return { ms: timeLimitMs, action: 'close', onlyIn: null, stopLossPct: null };
  return timeLimit === null || timeLimitMs === null ? null : undefined;
}

function ruleFrom(
  { ms, action = 'close', onlyIn, stopLossPct }: GivenTimeLimit,
  path: Path,
  problems: Problems,
): TimeLimitRule {
  if (action === 'tighten' && stopLossPct === undefined) {
    problems.addText(
      [...path, 'stopLossPct'],
      'expected where the stop goes, since the action is "tighten", received nothing. Give a percentage from the entry; a negative one lies beyond the entry, in profit',
    );
  }
  if (action === 'close' && stopLossPct !== undefined) {
    problems.addText(
      [...path, 'stopLossPct'],
      `expected it for the action "tighten" only, received it for "close". Set ${problems.key('action')} to "tighten", or take it out`,
    );
  }
  return {
    ms,
    action,
    onlyIn: onlyIn ?? null,
    stopLossPct: stopLossPct === undefined ? null : toDecimalString(decimal(stopLossPct)),
  };
}
