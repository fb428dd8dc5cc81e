import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { PAGE_COOKIE_MS } from '../../limits.js';

const COOKIE = 'position_monitor';

/** Who may see the pages. Without a token everybody who can reach them. */
export class PageAccess {
  readonly #token: string | null;
  readonly #now: () => number;

  constructor(token: string | null, now: () => number) {
    this.#token = token;
    this.#now = now;
  }

  /** `Authorization: Bearer …` of programs, or the cookie of a browser. */
  allows({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
    if (this.#token === null) return true;
    const [, bearer] = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '') ?? [];
    if (bearer !== undefined) return isSame(bearer, this.#token);
    return cookiesOf(headers.cookie).some((cookie) => this.#isOurs(cookie));
  }

  /**
   * The cookie for a browser that brought the token in the address; `null` when it is another one.
   *
   * It holds no token: only its end, and a proof that it was made with it. Another token ends all cookies.
   */
  cookieFor(token: string): string | null {
    if (this.#token === null || !isSame(token, this.#token)) return null;
    const until = this.#now() + PAGE_COOKIE_MS;
    const seconds = Math.floor(PAGE_COOKIE_MS / 1_000);
    // Lax: a link that is followed from elsewhere works, what another page loads does not.
    return `${COOKIE}=${until}.${this.#proof(`${until}`)}; HttpOnly; SameSite=Lax; Path=/; Max-Age=${seconds}`;
  }

  #isOurs(cookie: string): boolean {
    const [, until, proof] = /^(\d{1,15})\.([\w-]{43})$/.exec(cookie) ?? [];
    if (until === undefined || proof === undefined) return false;
    return isSame(proof, this.#proof(until)) && Number(until) > this.#now();
  }

  #proof(until: string): string {
    return createHmac('sha256', `${this.#token}`).update(`page until ${until}`).digest('base64url');
  }
}

/** Takes as long for every wrong text, of whatever length. */
function isSame(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map((text) => createHash('sha256').update(text).digest());
  return timingSafeEqual(a as Buffer, b as Buffer);
}

function cookiesOf(header: string | undefined): readonly string[] {
  return (header ?? '').split(';').flatMap((pair) => {
    const [name, ...value] = pair.trim().split('=');
    return name === COOKIE ? [value.join('=')] : [];
  });
}
