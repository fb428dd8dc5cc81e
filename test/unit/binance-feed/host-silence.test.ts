import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { systemFetchJson } from '../../../src/adapters/feeds/binance-dialect/fetch-json.js';
import { silenceHost } from '../../../src/platform/host-silence.js';
import { VirtualClock } from '../../../src/platform/virtual-clock.js';

const closings: (() => void)[] = [];

afterEach(() => {
  for (const close of closings.splice(0)) close();
});

async function listening(status: () => number): Promise<{ url: string; count: () => number }> {
  let count = 0;
  const server = createServer((_, response) => {
    count += 1;
    response.writeHead(status(), { 'retry-after': '7', 'content-type': 'application/json' });
    response.end('[]');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closings.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, count: () => count };
}

describe('price requests', () => {
  it.each([429, 418])('send nothing while a %d holds', async (code) => {
    const clock = new VirtualClock();
    let status = code;
    const { url, count } = await listening(() => status);
    const fetchJson = systemFetchJson(clock);
    await expect(fetchJson(`${url}/a`)).rejects.toThrow(`status ${code}`);
    status = 200;
    clock.advanceBy(6_999);
    await expect(fetchJson(`${url}/b`)).rejects.toThrow('silence');
    expect(count()).toBe(1);
    clock.advanceBy(1);
    await expect(fetchJson(`${url}/b`)).resolves.toEqual([]);
  });

  it('share the silence that others met at the same host', async () => {
    const clock = new VirtualClock();
    const { url, count } = await listening(() => 200);
    silenceHost(clock, `${url}/fapi`, 1_000);
    await expect(systemFetchJson(clock)(`${url}/x`)).rejects.toThrow('silence');
    expect(count()).toBe(0);
  });
});
