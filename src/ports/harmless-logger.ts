import type { LogFields, Logger } from './logger.js';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/**
 * A logger of the host that can do no harm: one that throws, rejects or lacks a method loses its message, and nothing else.
 *
 * Each part that a host gives a logger to wraps it once, so that no place that logs has to think of it.
 */
export function harmless(logger: Logger): Logger {
  const methods = LEVELS.map((level) => [level, methodOf(logger, level)] as const);
  return Object.freeze(Object.fromEntries(methods)) as unknown as Logger;
}

function methodOf(logger: Logger, level: (typeof LEVELS)[number]): Logger['error'] {
  return (fields: LogFields, message: string): void => {
    try {
      const answer: unknown = logger[level](fields, message);
      if (typeof answer === 'object' && answer !== null) Promise.resolve(answer).catch(() => {});
    } catch {
      /** There is nobody left to tell. */
    }
  };
}
