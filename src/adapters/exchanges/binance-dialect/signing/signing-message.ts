/** Typed data of one request, in the form that wallets take. */
export interface SigningMessage {
  readonly domain: {
    readonly name: 'AsterSignTransaction';
    readonly version: '1';
    readonly chainId: number;
    readonly verifyingContract: '0x0000000000000000000000000000000000000000';
  };
  readonly types: {
    readonly Message: readonly [{ readonly name: 'msg'; readonly type: 'string' }];
  };
  readonly primaryType: 'Message';
  readonly message: { readonly msg: string };
}
