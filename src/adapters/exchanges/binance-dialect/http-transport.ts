/**
 * How a request travels. Small, so that it can be replaced: Node's own client with kept-alive connections, `fetch` in
 * browsers, a fake in tests.
 */
export interface HttpTransport {
  /** Sends once; never retries, never follows a redirect. Never rejects: what went wrong is a result. */
  send(request: HttpRequest): Promise<HttpResult>;
  /**
   * Opens a connection ahead of need by asking for a public address once. Never rejects. The caller counts it as a
   * request. Absent: the first request opens the connection.
   */
  warmUp?(url: string): Promise<void>;
  /** Breaks off what is under way; later requests are `not-sent`. May be called twice. */
  close(): Promise<void>;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Whole address, query included. Holds a signature: it never reaches a log or an error. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Form body. */
  readonly body?: string;
  /** The whole exchange of request and answer takes at most this long, ms. */
  readonly timeoutMs: number;
}

export type HttpResult =
  | {
      readonly kind: 'answer';
      readonly status: number;
      /** Names in lower case. */
      readonly headers: ReadonlyMap<string, string>;
      readonly body: string;
    }
  /** Proven not to have left: no connection could be opened. */
  | { readonly kind: 'not-sent'; readonly detail: string }
  /** It may have arrived: reset, timeout, an answer that broke off. */
  | { readonly kind: 'no-answer'; readonly detail: string };
