import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readLiveConfig } from '../../../src/cli/live-config/live-config.js';
import { readListenAddress } from '../../../src/cli/serve/listen-address.js';
import { readWatchPause } from '../../../src/cli/watch-pause.js';

const folder = (name: string): string =>
  fileURLToPath(new URL(`../../../examples/${name}`, import.meta.url));
const text = (name: string): string => readFileSync(join(folder('deploy'), name), 'utf8');

it.each(readdirSync(folder('run')))('examples/run/%s is a configuration', async (name) => {
  const { warnings, storePath } = await readLiveConfig(join(folder('run'), name));
  expect(warnings).toEqual([]);
  expect(storePath).not.toBeNull();
});

it('the units and the container give options that there are', () => {
  const [, listen = ''] = /--listen (\S+)/.exec(text('position-monitor.service')) ?? [];
  expect(readListenAddress(listen)).toMatchObject({ isLoopback: true });
  const [, inside = ''] = /"--listen", "([^"]+)"/.exec(text('Containerfile')) ?? [];
  expect(readListenAddress(inside)).toMatchObject({ isLoopback: false, port: 9464 });
  const [, every = ''] =
    /--watch --every (\d+)/.exec(text('position-monitor-verify.service')) ?? [];
  expect(readWatchPause(every, 0)).toBe(Number(every));
});

/** Names of metrics of ours, without their prefix. */
function metricsOf(source: string, pattern: RegExp): readonly string[] {
  return [...new Set([...source.matchAll(pattern)].map(([, name]) => name ?? ''))].sort();
}

const METRICS = readFileSync(
  fileURLToPath(new URL('../../../src/cli/serve/metrics.ts', import.meta.url)),
  'utf8',
);
const GUIDE = readFileSync(
  fileURLToPath(new URL('../../../docs/guides/operating.md', import.meta.url)),
  'utf8',
);
const KNOWN = [
  ...metricsOf(METRICS, /`\$\{PREFIX\}(\w+)`/g),
  ...metricsOf(METRICS, /^ {4,6}\[?\s*'(\w+)',/gm),
].sort();

it('the alerts go by metrics that there are', () => {
  const named = metricsOf(text('alerts.yml'), /position_monitor_(\w+)/g);
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => !KNOWN.includes(name))).toEqual([]);
});

it('the guide tells of every metric, and of no other', () => {
  const rows = GUIDE.split('\n').filter((line) =>
    /^\| `[a-z_]+.*(counter|gauge|histogram)/.test(line),
  );
  const told = rows.flatMap((row) =>
    metricsOf(row.split(' | ')[0] ?? '', /`([a-z_]+)(?:\{[^}]*\})?`/g),
  );
  expect(told.sort()).toEqual(KNOWN);
});
