import { BAN_DEFAULT_MS, BAN_MAX_MS } from '../../../limits.js';
import type { HttpResult } from './http-transport.js';
import { parseJson } from './parse-json.js';
import { redact } from './redact.js';
import type { RestAnswer } from './rest-call.js';

type HttpAnswer = Extract<HttpResult, { kind: 'answer' }>;

/** What an answer asks of later requests. */
export interface Silence {
  /** `all`: no request at all. `orders`: no orders. */
  readonly scope: 'all' | 'orders';
  readonly forMs: number;
}

export interface ReadAnswer {
  readonly answer: RestAnswer;
  readonly silence: Silence | null;
}

/**
 * Reads what the exchange sent.
 *
 * @param secrets what must not appear in a text, should the exchange repeat it
 * @param venueNow ms
 */
export function readAnswer(
  { status, headers, body }: HttpAnswer,
  secrets: readonly string[],
  venueNow: number,
): ReadAnswer {
  const parsed = tryParse(body);
  const success = status >= 200 && status < 300;
  const problem = parsed.ok ? problemOf(parsed.value) : null;
  if (success && (problem === null || problem.code >= 0)) {
    const answer: RestAnswer = parsed.ok
      ? { kind: 'ok', body: parsed.value }
      : { kind: 'unknown', detail: `HTTP ${status} without JSON`, unreadable: true };
    return { answer, silence: null };
  }
  /** A page of somebody between us and the exchange says nothing that could be quoted. */
  const text = problem?.message ?? (parsed.ok || /^\s*</.test(body) ? '' : body);
  const code = problem?.code ?? null;
  const silence = silenceAfter(status, code, text, headers.get('retry-after'), venueNow);
  return {
    answer: {
      kind: 'refused',
      status,
      code,
      message: redact(text, secrets),
      retryAfterMs: silence?.forMs ?? retryAfterMs(headers.get('retry-after')),
    },
    silence,
  };
}

function tryParse(
  body: string,
): { readonly ok: true; readonly value: unknown } | { readonly ok: false } {
  try {
    return { ok: true, value: parseJson(body) };
  } catch {
    return { ok: false };
  }
}

/** `{ code, msg }`. A code of 200 or more in a success is no problem; one exchange writes it as text. */
function problemOf(value: unknown): { readonly code: number; readonly message: string } | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const { code, msg } = value as { readonly code?: unknown; readonly msg?: unknown };
  const number = typeof code === 'string' && /^-?\d{1,9}$/.test(code) ? Number(code) : code;
  if (typeof number !== 'number' || !Number.isSafeInteger(number)) return null;
  return { code: number, message: typeof msg === 'string' ? msg : '' };
}

const MINUTE_MS = 60_000;
const ORDER_WINDOW_MS = 10_000;

/**
 * How long to be silent: the longer of what header and text say. Without either, a limit of requests ends with the
 * exchange's minute, a limit of orders with its ten seconds, and a ban lasts as long as the shortest that is known.
 */
function silenceAfter(
  status: number,
  code: number | null,
  text: string,
  header: string | undefined,
  venueNow: number,
): Silence | null {
  if (status !== 418 && status !== 429 && code !== -1003 && code !== -1015) return null;
  const until = /banned until (\d{12,15})/i.exec(text)?.[1];
  const told = Math.max(retryAfterMs(header) ?? 0, until ? Number(until) - venueNow : 0);
  if (told > 0) return { scope: 'all', forMs: Math.min(told, BAN_MAX_MS) };
  if (status === 418) return { scope: 'all', forMs: BAN_DEFAULT_MS };
  if (code === -1015) return { scope: 'orders', forMs: rest(ORDER_WINDOW_MS, venueNow) };
  return { scope: 'all', forMs: rest(MINUTE_MS, venueNow) };
}

function rest(windowMs: number, venueNow: number): number {
  return windowMs - (Math.floor(venueNow) % windowMs);
}

function retryAfterMs(header: string | undefined): number | null {
  if (header === undefined || !/^\d{1,9}$/.test(header.trim())) return null;
  return Math.min(Number(header) * 1_000, BAN_MAX_MS);
}
