/** A request as the server remembers it: without its signature and its key. */
export interface RequestRecord {
  readonly method: string;
  /** Whole path, e.g. `/fapi/v1/order`. */
  readonly path: string;
  /** Path below the version, e.g. `order`. */
  readonly name: string;
  /** Query and body alike. */
  readonly params: Readonly<Record<string, string>>;
  /** Exchange time of its coming, ms. */
  readonly time: number;
  /** HTTP status of the answer; `null` while there is none, or when none was sent. */
  status: number | null;
  /** Whether it was carried out (and perhaps refused by the exchange itself). */
  wasExecuted: boolean;
}

/** Which requests a fault is for. What is left out fits all. */
export interface RequestMatch {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Whole path, the part below the version, or a pattern for the whole path. */
  readonly path?: string | RegExp;
  readonly where?: (request: Readonly<RequestRecord>) => boolean;
}

/** What goes wrong with a request. */
export type RequestFault =
  /** Carried out; the connection breaks before the answer. */
  | { readonly do: 'lose-reply' }
  /** The connection breaks before anything was carried out. */
  | { readonly do: 'reset' }
  /** Never answered. */
  | { readonly do: 'hang'; readonly executed: boolean }
  /** 503 `Unknown error…`: it may have been carried out. */
  | { readonly do: 'unknown'; readonly executed: boolean }
  /** 503 `Service Unavailable.`: not carried out. */
  | { readonly do: 'unavailable' }
  /** 503 with `-1008`: not carried out. */
  | { readonly do: 'overloaded' }
  /** 429 or 418: not carried out. */
  | {
      readonly do: 'throttle';
      readonly status?: 429 | 418;
      readonly retryAfterSeconds: number;
    }
  /** Any answer. Default: not carried out. */
  | {
      readonly do: 'answer';
      readonly status: number;
      readonly code: number;
      readonly msg: string;
      readonly executed?: boolean;
    }
  /** Carried out; the answer is no JSON. */
  | { readonly do: 'garble' }
  /** It takes long there, or long back, ms. */
  | { readonly do: 'delay'; readonly beforeMs?: number; readonly afterMs?: number };

interface Rule {
  readonly match: RequestMatch;
  readonly fault: RequestFault;
  left: number;
}

/**
 * What goes wrong with the next requests. Rules are met in the order in which they were ordered, one for each request.
 *
 * @example
 * server.faults.next({ method: 'POST', path: 'algoOrder' }, { do: 'lose-reply' });
 */
export class RequestFaults {
  #rules: Rule[] = [];

  /**
   * The next `times` requests that fit go wrong.
   *
   * @returns takes the rule back
   */
  next(match: RequestMatch, fault: RequestFault, times = 1): () => void {
    const rule: Rule = { match, fault, left: times };
    this.#rules.push(rule);
    return () => {
      this.#rules = this.#rules.filter((one) => one !== rule);
    };
  }

  /** Rules that were not met yet, as text: empty at the end of a test that provoked what it meant to. */
  get pending(): readonly string[] {
    return this.#rules.map(
      ({ match, fault, left }) =>
        `${match.method ?? 'any'} ${String(match.path ?? 'any')}: ${fault.do} (${left})`,
    );
  }

  clear(): void {
    this.#rules = [];
  }

  /** @internal */
  take(request: Readonly<RequestRecord>): RequestFault | null {
    const rule = this.#rules.find(({ match }) => fits(match, request));
    if (rule === undefined) return null;
    rule.left -= 1;
    if (rule.left <= 0) this.#rules = this.#rules.filter((one) => one !== rule);
    return rule.fault;
  }
}

function fits({ method, path, where }: RequestMatch, request: Readonly<RequestRecord>): boolean {
  if (method !== undefined && method !== request.method) return false;
  if (typeof path === 'string' && path !== request.path && path !== request.name) return false;
  if (path instanceof RegExp && !path.test(request.path)) return false;
  return where === undefined || where(request);
}
