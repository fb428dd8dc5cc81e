import { ExchangeError } from '../../../errors/exchange-error.js';
import { OVERLOAD_PAUSE_MS } from '../../../limits.js';
import type { RejectCode } from '../../../model/outcome.js';
import type { OrderOutcome } from '../../../ports/exchange-adapter.js';
import type { Dialect } from './dialect.js';
import { type CodeMeaning, meaningOf } from './error-codes.js';
import type { RestAnswer } from './rest-call.js';

export type RefusedAnswer = Extract<RestAnswer, { kind: 'refused' }>;

/** Answers with 503 that say for sure that nothing was executed. Other texts leave it open. */
const FAILED_FOR_SURE = [
  'Service Unavailable.',
  'Internal error; unable to process your request. Please try again.',
];
const SHED_LOAD = 'Request throttled by system-level protection';
/** Statuses that are given before an order could reach the market, where no code of the exchange says more. */
const REFUSED_STATUS: Readonly<Record<number, RejectCode>> = {
  401: 'unauthorized',
  /** The firewall in front of the exchange. */
  403: 'throttled',
  404: 'other',
  405: 'other',
  413: 'other',
  414: 'other',
  418: 'throttled',
  429: 'throttled',
  451: 'unauthorized',
};
/** Older senders refuse a client id that is in use with the general code for refusals, and this text. */
const REFUSED_ORDER = -2010;
const DUPLICATE = /^duplicate order/i;
const NOT_CHANGED: CodeMeaning['class'] = 'done';

/**
 * How a write ended. Everything that does not say for sure that nothing was executed is `unknown`.
 *
 * An item of a batch's answer is judged as if it had come alone with status 400.
 */
export function outcomeOfWrite(
  answer: RestAnswer,
  dialect: Pick<Dialect, 'every503IsUnknown'>,
): OrderOutcome {
  switch (answer.kind) {
    case 'ok':
      return { kind: 'accepted' };
    case 'unknown':
      return { kind: 'unknown', detail: answer.detail };
    case 'not-sent':
      /** The pause is told in the only way that carries one; nothing was executed either way. */
      return answer.retryAfterMs === null
        ? { kind: 'not-sent', detail: answer.detail }
        : rejected('throttled', answer.detail, answer.retryAfterMs);
    case 'refused':
      return outcomeOfRefusal(answer, dialect.every503IsUnknown);
  }
}

function outcomeOfRefusal(answer: RefusedAnswer, every503IsUnknown: boolean): OrderOutcome {
  const { status, code, retryAfterMs } = answer;
  const detail = detailOf(answer);
  const unknown: OrderOutcome = { kind: 'unknown', detail };
  if (status === 429 || status === 418) return rejected('throttled', detail, retryAfterMs);
  if (status === 408) return unknown;
  if (status >= 500) {
    const certain = status === 503 && !every503IsUnknown && saysNothingHappened(answer);
    return certain ? rejected('throttled', detail, retryAfterMs ?? OVERLOAD_PAUSE_MS) : unknown;
  }
  if (code === null) {
    const reject = REFUSED_STATUS[status];
    return reject === undefined ? unknown : rejected(reject, detail, retryAfterMs);
  }
  const meaning = meaningOf(code);
  if (meaning === null || meaning.class === 'unknown') return unknown;
  if (meaning.class === NOT_CHANGED) return { kind: 'accepted' };
  const isDuplicate = code === REFUSED_ORDER && DUPLICATE.test(answer.message);
  return rejected(
    isDuplicate ? 'duplicate-client-id' : meaning.reject,
    detail,
    retryAfterMs ?? (code === -1008 ? OVERLOAD_PAUSE_MS : null),
  );
}

function saysNothingHappened({ code, message }: RefusedAnswer): boolean {
  return (
    code === -1008 || FAILED_FOR_SURE.includes(message.trim()) || message.startsWith(SHED_LOAD)
  );
}

function rejected(code: RejectCode, detail: string, retryAfterMs: number | null): OrderOutcome {
  return {
    kind: 'rejected',
    rejection: retryAfterMs === null ? { code, detail } : { code, detail, retryAfterMs },
  };
}

/** Status, code and text of a refusal. */
function detailOf({ status, code, message }: RefusedAnswer): string {
  return [`HTTP ${status}`, code === null ? '' : `code ${code}`, message]
    .filter((part) => part !== '')
    .join(', ');
}

/** The error that a failed read ends in. `retryable` where the same call may succeed later. */
export function readFailure(answer: Exclude<RestAnswer, { kind: 'ok' }>): ExchangeError {
  switch (answer.kind) {
    case 'not-sent':
      return new ExchangeError('EXCHANGE_UNREACHABLE', 'The request was not sent', {
        received: answer.detail,
        retryable: true,
        outcome: 'not-sent',
      });
    case 'unknown':
      return answer.unreadable
        ? new ExchangeError('EXCHANGE_PROTOCOL', 'The answer of the exchange cannot be read', {
            received: answer.detail,
            retryable: true,
            outcome: 'unknown',
          })
        : new ExchangeError('EXCHANGE_UNREACHABLE', 'The exchange gave no answer', {
            received: answer.detail,
            retryable: true,
            outcome: 'unknown',
          });
    case 'refused':
      return refusedRead(answer);
  }
}

function refusedRead(answer: RefusedAnswer): ExchangeError {
  const { status, code } = answer;
  const received = detailOf(answer);
  const meaning = code === null ? null : meaningOf(code);
  if (status >= 500 || status === 408 || meaning?.class === 'unknown')
    return new ExchangeError('EXCHANGE_UNREACHABLE', 'The exchange could not answer', {
      received,
      retryable: true,
      outcome: 'unknown',
    });
  if (code === null && REFUSED_STATUS[status] === undefined)
    return new ExchangeError('EXCHANGE_PROTOCOL', 'The answer of the exchange cannot be read', {
      received,
      retryable: true,
      outcome: 'unknown',
    });
  const throttled = status === 429 || status === 418 || (status === 403 && code === null);
  return new ExchangeError('EXCHANGE_REJECTED', 'The exchange refused the request', {
    received,
    retryable: throttled || meaning?.class === 'retry',
    outcome: 'rejected',
    ...(meaning?.class === 'auth' || status === 401
      ? { remedy: 'Check the key, its permissions and its list of addresses' }
      : {}),
  });
}
