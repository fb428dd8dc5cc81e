import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { LiveHost } from '../../../src/cli/live-config/live-host.js';
import { processHost } from '../../../src/cli/live-config/process-host.js';
import { runCommand } from '../../../src/cli/run-command.js';
import {
  createExchangeServer,
  type ExchangeServer,
} from '../../../src/testing/exchange-server/create-exchange-server.js';

export const SYMBOL = 'BTCUSDT';
export const KEYS = { apiKey: 'canarykey31c7', apiSecret: 'canarysecret88aa' };

export interface ServeOptions {
  readonly listen?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly globals?: Readonly<Record<string, unknown>>;
  /** Over a stop 1 % and a take-profit 2 % away. */
  readonly plans?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** `run --listen` in this process, on the real adapters, beside an exchange on loopback. */
export class ServeWorld {
  readonly server: ExchangeServer;
  readonly out: string[] = [];
  readonly told: string[] = [];
  /** Address of the page, without the slash at the end. */
  url = '';
  #stop: (signal: 'SIGTERM') => void = () => {};
  #ended: Promise<number> = Promise.resolve(0);

  static async start(options: ServeOptions = {}): Promise<ServeWorld> {
    const server = await createExchangeServer({
      dialect: 'binance',
      ...KEYS,
      instruments: [
        { symbol: SYMBOL, tickSize: '0.1', stepSize: '0.001', price: 45_000 },
        { symbol: 'ETHUSDT', tickSize: '0.01', stepSize: '0.01', price: 3_000 },
      ],
    });
    const world = new ServeWorld(server);
    onTestFinished(async () => {
      await world.end();
      await server.close();
    });
    world.#begin(options);
    await world.until(() => world.out.some((line) => line.includes('"monitor:started"')), 'start');
    return world;
  }

  private constructor(server: ExchangeServer) {
    this.server = server;
  }

  #begin({ listen = '127.0.0.1:0', environment = {}, globals, plans = {} }: ServeOptions): void {
    const folder = mkdtempSync(join(tmpdir(), 'cli-serve-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const config = join(folder, 'live.json');
    const { restUrl, streamUrl } = this.server;
    const plan = { takeProfitPct: 2, stopLossPct: 1 };
    writeFileSync(
      config,
      JSON.stringify({
        exchange: { id: 'binance', restUrl, streamUrl },
        ...(globals !== undefined && { globals }),
        symbols: {
          [SYMBOL]: { ...plan, ...plans[SYMBOL] },
          ETHUSDT: { ...plan, ...plans.ETHUSDT },
        },
      }),
    );
    const host: LiveHost = {
      ...processHost(),
      environment: {
        POSITION_MONITOR_API_KEY: KEYS.apiKey,
        POSITION_MONITOR_API_SECRET: KEYS.apiSecret,
        ...environment,
      },
      print: (line) => void this.out.push(line),
      tell: (line) => {
        this.told.push(line);
        const [, url] = /the live page is at (\S+)\//.exec(line) ?? [];
        if (url !== undefined) this.url = url;
      },
      onStopSignal: (listener) => {
        this.#stop = listener;
        return () => {};
      },
    };
    this.#ended = runCommand(
      ['run', '--json', '--config', config, '--listen', listen],
      '9.8.7',
      () => host,
    );
  }

  /** Ends the command; its exit code. */
  end(): Promise<number> {
    this.#stop('SIGTERM');
    this.#stop = () => {};
    return this.#ended;
  }

  get(path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`${this.url}${path}`, { redirect: 'manual', ...init });
  }

  /** Value of one sample of `/metrics`; 0 for one that is not there. */
  async metric(sample: string): Promise<number> {
    const text = await (await this.get('/metrics')).text();
    const line = text.split('\n').find((row) => row.startsWith(`${sample} `));
    return line === undefined ? 0 : Number(line.slice(sample.length + 1));
  }

  /** Events of a name, as `--json` prints them. */
  named(name: string): Record<string, unknown>[] {
    return this.out
      .filter((line) => line.includes(`"name":"${name}"`))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async until(
    condition: () => boolean | Promise<boolean>,
    what: string,
    withinMs = 15_000,
  ): Promise<void> {
    const deadline = Date.now() + withinMs;
    while (!(await condition())) {
      if (Date.now() > deadline) {
        throw new Error(
          `not in time: ${what}\n${[...this.told, ...this.out.slice(-20)].join('\n')}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  /** Prices flow until the monitor has heard one: it listens once something is held. */
  async untilHeard(price = 45_000): Promise<void> {
    await this.until(async () => {
      this.server.market.setPrice(SYMBOL, price);
      const { prices } = (await (await this.get(`/state?symbol=${SYMBOL}`)).json()) as {
        prices: { points: unknown[] };
      };
      return prices.points.length > 0;
    }, 'a price comes');
  }
}
