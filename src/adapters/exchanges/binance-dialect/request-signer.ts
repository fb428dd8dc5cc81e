/** Parameters in the order in which they are sent. */
export type RequestParams = readonly (readonly [name: string, value: string])[];

/** What belongs to a signed request. */
export interface SignedRequest {
  /** Parameters as they are sent, percent-encoded, signature last. */
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Makes a request the account's. The only part that knows keys; nothing that it holds is enumerable or printed.
 *
 * A signer adds its own time or nonce parameters: some exchanges take a timestamp and a window, others a nonce.
 */
export interface RequestSigner {
  /** Headers of calls that need the key but no signature, e.g. listen keys. */
  readonly headers: Readonly<Record<string, string>>;
  /** Whether calls that need only the key (listen keys) are signed as well. */
  readonly signsKeyCalls: boolean;
  /** Whether parameters of DELETE travel in the body, as those of POST and PUT do. Absent: in the address. */
  readonly bodyOnDelete?: boolean;
  /** Loads what signing needs, and rejects with a `ConfigError` when it cannot. Called before the first request. */
  prepare?(): Promise<void>;
  /**
   * May throw or reject; the request is then not sent.
   *
   * @param params without time, nonce and signature
   * @param at venue time, ms
   * @param windowMs how long after `at` the exchange may accept the request
   */
  sign(params: RequestParams, at: number, windowMs: number): Promise<SignedRequest> | SignedRequest;
}
