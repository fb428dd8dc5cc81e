import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { renameSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { watchStatus } from '../../../src/cli/status/watch-status.js';
import { ScreenWatch } from '../../../src/cli/status/watch-terminal.js';
import { LiveWorld, SYMBOL } from './live-world.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

function terminal(columns: number, rows: number) {
  const written: string[] = [];
  return { isTTY: true, columns, rows, written, write: (text: string) => void written.push(text) };
}

/** A store that a monitor wrote, with one tranche. */
async function storeOf(): Promise<LiveWorld> {
  const world = new LiveWorld({ store: true });
  const running = world.begin('run');
  await world.pass(1_000);
  world.feed.tick(SYMBOL, 45_000);
  world.exchange.account.buy(SYMBOL, '0.1');
  await world.pass(3_000);
  world.signal();
  await world.until(running);
  return world;
}

describe('a screen that is drawn over', () => {
  it('opens the other screen once, and gives the first one back with its cursor', () => {
    const out = terminal(20, 3);
    const screen = new ScreenWatch(out);
    screen.show('one\ntwo');
    screen.show('three');
    screen.close();
    screen.close();
    const text = out.written.join('');
    expect(text.split('\u001b[?1049h')).toHaveLength(2);
    expect(text.split('\u001b[?1049l')).toHaveLength(2);
    expect(text.indexOf('\u001b[?25l')).toBeLessThan(text.indexOf('one'));
    expect(text.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true);
  });

  it('never draws more than fits', () => {
    const out = terminal(10, 4);
    new ScreenWatch(out).show(Array.from({ length: 9 }, () => 'x'.repeat(30)).join('\n'));
    const lines = out.written.join('').split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines.join('').match(/x/g)).toHaveLength(30);
    expect(lines.at(-1)).toContain('… 6 more');
  });

  it('writes plain text where there is no terminal', () => {
    const written: string[] = [];
    const screen = new ScreenWatch({ write: (text: string) => void written.push(text) });
    screen.show('one');
    screen.close();
    expect(written.join('')).toBe('one\n\n');
  });
});

describe('status --watch', () => {
  it('draws until the end is asked for, also while the store is away', async () => {
    const { storePath } = await storeOf();
    const out = terminal(200, 60);
    let stop = (): void => {};
    let pauses = 0;
    await watchStatus({
      store: storePath,
      eventCount: 5,
      json: false,
      everyMs: 250,
      out,
      now: () => 0,
      onStop: (listener) => {
        stop = listener;
        return () => {};
      },
      pause: () => {
        pauses += 1;
        if (pauses === 1) renameSync(storePath, `${storePath}.away`);
        if (pauses === 2) renameSync(`${storePath}.away`, storePath);
        if (pauses === 3) stop();
        return Promise.resolve();
      },
    });
    expect(out.written).toHaveLength(4);
    expect(out.written[0]).toContain(`${SYMBOL}:LONG`);
    expect(out.written[1]).toContain('What was read before');
    expect(out.written[2]).not.toContain('What was read before');
    expect(out.written[3]).toBe('\u001b[?25h\u001b[?1049l');
  });

  it('is refused for a store that is not there', async () => {
    const out = terminal(80, 20);
    const options = {
      store: 'no-such.db',
      eventCount: 5,
      json: false,
      everyMs: 250,
      out,
      now: () => 0,
      onStop: () => () => {},
      pause: () => Promise.resolve(),
    };
    await expect(watchStatus(options)).rejects.toThrow();
    expect(out.written).toEqual([]);
  });

  it('ends with 0 on a signal, one object a line for programs', async () => {
    const { storePath } = await storeOf();
    const child = spawn(
      process.execPath,
      [
        ...['--import', 'tsx', 'src/cli/main.ts', 'status', '--store', storePath],
        ...['--watch', '--every', '250', '--json'],
      ],
      { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
    });
    await expect.poll(() => text.split('\n').length, { timeout: 20_000 }).toBeGreaterThan(2);
    child.kill('SIGINT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(JSON.parse(text.split('\n')[0] ?? '')).toMatchObject({ store: storePath });
  }, 60_000);
});
