import * as v from 'valibot';
import { ValidationError } from '../errors/validation-error.js';
import type { ExitExecution, ExitExecutionInput } from '../model/exit-plan.js';
import { check, section } from './config/fields.js';
import { frozen } from './config/frozen.js';
import { plainCopy } from './config/plain-copy.js';
import { Problems } from './config/problems.js';
import { EXIT_EXECUTION_FIELD, exitExecutionFrom } from './config/rules/exit-execution.js';

/** How to close, for this close alone. */
export interface CloseOptions {
  /** How what is held is sold, instead of the plan's `exitExecution`. */
  readonly execution?: ExitExecutionInput;
}

const CLOSE_OPTIONS = section(
  { execution: v.optional(EXIT_EXECUTION_FIELD) },
  'an object such as { execution: { kind: "market" } }',
  (key) => (key === 'exitExecution' ? 'For one close it is called execution' : undefined),
);

/**
 * The execution that the options of a close ask for; `null` = as the plan says.
 *
 * @param maxSlippageBps slippage of `ioc-limit` where none is given, basis points
 * @throws ValidationError `PLAN_INVALID`, listing everything that is wrong
 */
export function closeExecutionFrom(options: unknown, maxSlippageBps: number): ExitExecution | null {
  if (options === undefined) return null;
  const problems = new Problems('options');
  const given = check(CLOSE_OPTIONS, plainCopy(options, [], problems), [], problems);
  const execution =
    given?.execution === undefined
      ? null
      : exitExecutionFrom(given.execution, maxSlippageBps, ['execution'], problems);
  if (problems.count === 0) return frozen(execution);
  throw new ValidationError('PLAN_INVALID', problems.summary('The close'));
}
