import http from 'node:http';

/** A reply, or why there is none. */
export type HttpResult =
  | { readonly kind: 'answer'; readonly status: number; readonly body: unknown }
  /** The request may have arrived. */
  | { readonly kind: 'lost'; readonly detail: string }
  /** It did not leave: no connection could be opened. */
  | { readonly kind: 'not-sent'; readonly detail: string };

/** JSON over HTTP to one account of the venue. Tries nothing twice. */
export class VenueClient {
  readonly #url: string;
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 64 });

  constructor(url: string) {
    this.#url = url;
  }

  get(action: string, query: Readonly<Record<string, string | undefined>>): Promise<HttpResult> {
    const given = Object.entries(query).filter(
      (pair): pair is [string, string] => pair[1] !== undefined,
    );
    return this.#request('GET', `${action}?${new URLSearchParams(given)}`, null);
  }

  post(action: string, body: unknown): Promise<HttpResult> {
    return this.#request('POST', action, JSON.stringify(body));
  }

  close(): void {
    this.#agent.destroy();
  }

  #request(method: string, path: string, body: string | null): Promise<HttpResult> {
    return new Promise((resolve) => {
      const request = http.request(
        `${this.#url}/${path}`,
        { method, agent: this.#agent, headers: { 'content-type': 'application/json' } },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', (error) => resolve({ kind: 'lost', detail: error.message }));
          response.on('end', () => resolve(answerOf(response.statusCode ?? 0, text)));
        },
      );
      request.on('error', (error: NodeJS.ErrnoException) => {
        const kind = error.code === 'ECONNREFUSED' ? 'not-sent' : 'lost';
        resolve({ kind, detail: error.message });
      });
      request.end(body ?? undefined);
    });
  }
}

function answerOf(status: number, text: string): HttpResult {
  if (status >= 500) return { kind: 'lost', detail: `status ${status}` };
  try {
    return { kind: 'answer', status, body: JSON.parse(text) };
  } catch {
    return { kind: 'lost', detail: `unreadable answer with status ${status}` };
  }
}
