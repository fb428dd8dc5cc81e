import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  readLastPrice,
  readListenKey,
  readPositions,
  readPremiumIndex,
  readServerTime,
  readTrades,
} from '../../../src/adapters/exchanges/binance-dialect/codec/account.js';
import { readExchangeInfo } from '../../../src/adapters/exchanges/binance-dialect/codec/instruments.js';
import {
  readAlgoOrder,
  readAlgoOrders,
  readOrder,
  readOrders,
} from '../../../src/adapters/exchanges/binance-dialect/codec/orders.js';
import { readUserEvent } from '../../../src/adapters/exchanges/binance-dialect/codec/user-events.js';
import {
  normaliseFill,
  normaliseOrder,
  normalisePosition,
} from '../../../src/execution/normalise-reports.js';
import { instrumentFrom } from '../../../src/model/instrument.js';

const SHELF = new URL('../../../../shared/data/', import.meta.url);
const REASON = 'needs ../shared/data, which is not part of the repository';

interface Sample {
  readonly name?: string;
  readonly method?: string;
  readonly path?: string;
  readonly response?: unknown;
  readonly msg?: unknown;
  readonly data?: unknown;
}

function samplesOf(file: string): readonly Sample[] {
  const url = new URL(file, SHELF);
  if (!existsSync(url)) return [];
  return readFileSync(url, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Sample);
}

const FRAMES = [
  'messages/binance-usdm-streams-docs.jsonl',
  'copyleft/messages/binance-usdm-fixtures.jsonl',
  'copyleft/messages/binance-usdm-market.jsonl',
  'restricted/messages/binance-usdm-live-frames.jsonl',
].flatMap((file) =>
  samplesOf(file).map(
    (sample, index) => [`${file}:${index + 1}`, sample.msg ?? sample] as [string, unknown],
  ),
);

/** Answers of calls that are made here, by method and path. */
const READERS: Readonly<Record<string, (body: unknown) => unknown>> = {
  'POST /fapi/v1/order': readOrder,
  'GET /fapi/v1/order': readOrder,
  'GET /fapi/v1/openOrder': readOrder,
  'PUT /fapi/v1/order': readOrder,
  'DELETE /fapi/v1/order': readOrder,
  'GET /fapi/v1/openOrders': readOrders,
  'GET /fapi/v1/allOrders': readOrders,
  'GET /fapi/v1/forceOrders': readOrders,
  'POST /fapi/v1/algoOrder': readAlgoOrder,
  'GET /fapi/v1/algoOrder': readAlgoOrder,
  'DELETE /fapi/v1/algoOrder': readAlgoOrder,
  'GET /fapi/v1/openAlgoOrders': readAlgoOrders,
  'GET /fapi/v1/allAlgoOrders': readAlgoOrders,
  'GET /fapi/v2/positionRisk': readPositions,
  'GET /fapi/v3/positionRisk': readPositions,
  'GET /fapi/v1/userTrades': readTrades,
  'GET /fapi/v1/premiumIndex': readPremiumIndex,
  'GET /fapi/v2/ticker/price': readLastPrice,
  'GET /fapi/v1/time': readServerTime,
  'POST /fapi/v1/listenKey': readListenKey,
  'GET /fapi/v1/exchangeInfo': readExchangeInfo,
};
const ANSWERS = samplesOf('rest/binance-usdm-rest-docs.jsonl').flatMap((sample) => {
  const call = `${sample.method} ${sample.path}`;
  return call in READERS ? [[call, sample.response] as [string, unknown]] : [];
});

describe.skipIf(FRAMES.length === 0)(`frames of the account stream (${REASON})`, () => {
  const events = FRAMES.filter(([, frame]) => !Array.isArray(innerOf(frame)));

  it.each(events)('%s is read', (_name, frame) => {
    const event = readUserEvent(frame);
    if (event.kind === 'order') {
      normaliseOrder(event.report);
      if (event.fill !== null) normaliseFill(event.fill);
    }
    if (event.kind === 'algo') normaliseOrder(event.order.report);
    if (event.kind === 'positions') {
      for (const position of event.positions) normalisePosition(position, 1);
    }
  });

  it('of every kind are met', () => {
    const kinds = new Set(events.map(([, frame]) => readUserEvent(frame).kind));
    expect([...kinds].sort()).toEqual([
      'algo',
      'config',
      'ignored',
      'key-expired',
      'margin-call',
      'order',
      'positions',
      'trade-notice',
    ]);
  });

  it('tell liquidations, deleveraging and settlements apart', () => {
    const causes = new Set(
      events.flatMap(([, frame]) => {
        const event = readUserEvent(frame);
        return event.kind === 'order' ? [event.report.cause] : [];
      }),
    );
    expect([...causes].sort()).toEqual(['adl', 'liquidation', 'order', 'settlement']);
  });
});

describe.skipIf(ANSWERS.length === 0)(`answers of the REST interface (${REASON})`, () => {
  it.each(ANSWERS)('%s is read', (call, response) => {
    expect(READERS[call]?.(response)).toBeDefined();
  });

  it('of every call that is made are met', () => {
    const met = new Set(ANSWERS.map(([call]) => call));
    expect(Object.keys(READERS).filter((call) => !met.has(call))).toEqual([]);
  });

  it('of placements, queries and amendments make reports that the monitor reads', () => {
    for (const [call, response] of ANSWERS) {
      if (READERS[call] === readOrder) normaliseOrder(readOrder(response));
      if (READERS[call] === readAlgoOrder) normaliseOrder(readAlgoOrder(response).report);
    }
  });
});

const ASTER_INFO = new URL('exchange/aster-futures-exchangeInfo-20260112.json.gz', SHELF);

describe.skipIf(!existsSync(ASTER_INFO))(`instruments of the live exchange (${REASON})`, () => {
  const body = existsSync(ASTER_INFO)
    ? (JSON.parse(gunzipSync(readFileSync(ASTER_INFO)).toString('utf8')) as {
        symbols: { symbol: string; status: string }[];
      })
    : { symbols: [] };

  it('are read, or refused because they do not trade', () => {
    const info = readExchangeInfo(body);
    for (const { symbol, status } of body.symbols) {
      if (status === 'TRADING') {
        expect(instrumentFrom(info.instrument(symbol)).symbol).toBe(symbol);
      } else {
        expect(() => info.instrument(symbol)).toThrow(/status "TRADING"/);
      }
    }
    expect(info.conditionalsPerSymbol).toBe(10);
  });
});

function innerOf(frame: unknown): unknown {
  return (frame as { data?: unknown } | null)?.data ?? frame;
}
