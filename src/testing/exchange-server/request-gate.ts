import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ResolvedServerOptions } from './exchange-server-options.js';
import type { Route } from './route.js';
import type { WireParams } from './wire-params.js';
import { missing, refusal } from './wire-refusal.js';

/** A request as it came in. */
export interface RawRequest {
  readonly version: number;
  /** Raw query without the question mark. */
  readonly query: string;
  readonly body: string;
  readonly apiKey: string | null;
  readonly params: WireParams;
}

const WINDOW_MS = 5_000;
const WINDOW_MAX_MS = 60_000;
const AHEAD_MS = 1_000;
const NONCE_TOLERANCE_MS = 10_000;
const NONCES_KEPT = 100;

/** Lets in who has the key and signed what was sent. */
export class RequestGate {
  readonly #options: ResolvedServerOptions;
  readonly #now: () => number;
  readonly #nonces: number[] = [];

  constructor(options: ResolvedServerOptions, now: () => number) {
    this.#options = options;
    this.#now = now;
  }

  /** @throws WireRefusal */
  async admit(route: Route, request: RawRequest): Promise<void> {
    if (route.auth === 'none') return;
    if (this.#options.dialect.name === 'aster' && request.version === 3) {
      await this.#requireWallet(request);
      return;
    }
    if (request.apiKey === null || request.apiKey === '') throw refusal(-2014);
    if (request.apiKey !== this.#options.apiKey) throw refusal(-2015);
    if (route.auth === 'key') return;
    this.#requireSignature(request);
    this.#requireTime(request.params);
  }

  #requireSignature(request: RawRequest): void {
    const signature = request.params.text('signature');
    if (signature === null) throw missing('signature');
    const expected = createHmac('sha256', this.#options.apiSecret)
      .update(signedText(request))
      .digest();
    const given = Buffer.from(signature, 'hex');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw refusal(-1022);
    }
  }

  #requireTime(params: WireParams): void {
    const timestamp = params.whole('timestamp');
    if (timestamp === null) throw missing('timestamp');
    const window = params.whole('recvWindow') ?? WINDOW_MS;
    if (window > WINDOW_MAX_MS) throw refusal(-1131, 'recvWindow must be less than 60000');
    const now = this.#now();
    if (timestamp >= now + AHEAD_MS || now - timestamp > window) throw refusal(-1021);
  }

  async #requireWallet(request: RawRequest): Promise<void> {
    const { params } = request;
    const nonce = params.required('nonce');
    const wallet = {
      user: params.required('user'),
      signer: params.required('signer'),
      nonce,
      message: signedText(request),
      signature: params.required('signature'),
    };
    this.#takeNonce(Number(nonce));
    if (!(await this.#options.verifyWallet(wallet))) throw refusal(-1022);
  }

  /** Microseconds near the exchange's time, never twice, never below what was forgotten. */
  #takeNonce(nonce: number): void {
    const isNear = Math.abs(nonce / 1_000 - this.#now()) <= NONCE_TOLERANCE_MS;
    const isFull = this.#nonces.length >= NONCES_KEPT;
    const isBelow = isFull && nonce < (this.#nonces[0] as number);
    if (!isNear || isBelow || this.#nonces.includes(nonce)) throw refusal(-4225);
    this.#nonces.push(nonce);
    this.#nonces.sort((a, b) => a - b);
    if (this.#nonces.length > NONCES_KEPT) this.#nonces.shift();
  }
}

/** What was signed: query and body, one after the other, without the signature itself. */
function signedText({ query, body }: RawRequest): string {
  return withoutSignature(query) + withoutSignature(body);
}

function withoutSignature(text: string): string {
  return text
    .split('&')
    .filter((part) => !part.startsWith('signature='))
    .join('&');
}
