import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';
import { resolveServerOptions } from '../../../src/testing/exchange-server/exchange-server-options.js';
import { RequestGate } from '../../../src/testing/exchange-server/request-gate.js';
import type { Route } from '../../../src/testing/exchange-server/route.js';
import { WireParams } from '../../../src/testing/exchange-server/wire-params.js';

const SIGNED: Route = {
  method: 'POST',
  path: 'order',
  auth: 'signed',
  weight: 0,
  answer: () => null,
};
/** The example of the exchange's own documentation. */
const VECTOR = {
  apiSecret: '2b5eb11e18796d12d88f13dc27dbbd02c2cc51ff7059765ed9821957d82bb4d9',
  text: 'symbol=BTCUSDT&side=BUY&type=LIMIT&quantity=1&price=9000&timeInForce=GTC&recvWindow=5000&timestamp=1591702613943',
  signature: '3c661234138461fcc7a7d8746c6558c9842d4e10870d2ecbedf7777cad694af9',
};

function admit(query: string, body = ''): Promise<void> {
  const options = resolveServerOptions({
    dialect: 'binance',
    instruments: [{ symbol: 'BTCUSDT', tickSize: 1, stepSize: 1, price: 1 }],
    apiKey: 'key',
    apiSecret: VECTOR.apiSecret,
    clock: new VirtualClock(),
  });
  const params = new WireParams([...new URLSearchParams(query), ...new URLSearchParams(body)]);
  const gate = new RequestGate(options, () => 1_591_702_613_943);
  return gate.admit(SIGNED, { version: 1, query, body, apiKey: 'key', params });
}

describe('signatures', () => {
  const { text, signature } = VECTOR;

  it('are taken in the query, in the body, over both, and in capitals', async () => {
    await admit(`${text}&signature=${signature}`);
    await admit('', `${text}&signature=${signature}`);
    await admit(`${text}&signature=${signature.toUpperCase()}`);
    // Query and body are signed as one text without anything between them.
    const [query = '', body = ''] = text.split('&price=');
    await admit(`${query}&price`, `=${body}&signature=${signature}`);
  });

  it.each([
    ['another text', `${text}1&signature=${signature}`, -1022],
    ['no hex', `${text}&signature=nothing`, -1022],
    ['no signature', text, -1102],
  ])('are refused: %s', async (_, query, code) => {
    await expect(admit(query)).rejects.toMatchObject({ code });
  });
});
