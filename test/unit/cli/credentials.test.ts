import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCredentials, requireKeys } from '../../../src/cli/live-config/credentials.js';

const SECRET = 'canary-7a1c9e';
let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'keys-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function keyFile(text: string, mode = 0o600): { POSITION_MONITOR_KEY_FILE: string } {
  const file = join(folder, 'keys');
  writeFileSync(file, text);
  chmodSync(file, mode);
  return { POSITION_MONITOR_KEY_FILE: file };
}

async function failure(task: Promise<unknown>): Promise<string> {
  const error = await task.then(
    () => new Error('it did not fail'),
    (reason: Error) => reason,
  );
  expect(`${error.message}${error.stack}${JSON.stringify(error)}${inspect(error)}`).not.toContain(
    SECRET,
  );
  return error.message;
}

describe('keys', () => {
  it('come from the environment', async () => {
    const keys = await readCredentials({
      POSITION_MONITOR_API_KEY: ' a ',
      POSITION_MONITOR_API_SECRET: 'b',
    });
    expect([keys.get('API_KEY'), keys.get('API_SECRET')]).toEqual(['a', 'b']);
    expect(keys.has('WALLET')).toBe(false);
  });

  it.each([
    ['JSON', '{ "apiKey": "a", "api_secret": "b" }'],
    ['JSON with whole names', '{ "POSITION_MONITOR_API_KEY": "a", "API_SECRET": "b" }'],
    ['lines', '# mine\nPOSITION_MONITOR_API_KEY=a\r\n\nexport API_SECRET="b"\n'],
  ])('come from a file: %s', async (_name, text) => {
    const keys = await readCredentials(keyFile(text));
    expect([keys.get('API_KEY'), keys.get('API_SECRET')]).toEqual(['a', 'b']);
  });

  it('keep "=" and "#" of a value', async () => {
    const keys = await readCredentials(keyFile('API_KEY=a=b#c=='));
    expect(keys.get('API_KEY')).toBe('a=b#c==');
  });

  it('may come from a file that nobody can write', async () => {
    expect((await readCredentials(keyFile('API_KEY=a', 0o400))).get('API_KEY')).toBe('a');
    chmodSync(join(folder, 'keys'), 0o600);
  });

  it.each([0o644, 0o640, 0o604, 0o660, 0o700, 0o602])(
    'are refused from a file of mode %o',
    async (mode) => {
      const message = await failure(readCredentials(keyFile(`API_KEY=${SECRET}`, mode)));
      expect(message).toMatch(`received mode 0${mode.toString(8)}. chmod 600`);
    },
  );

  it.each([
    ['malformed JSON', `{ "apiKey": "${SECRET}" `, /malformed JSON/],
    ['a number', `{ "apiKey": "${SECRET}", "apiSecret": 5 }`, /texts as values/],
    ['another name', `API_KEY=${SECRET}\nPASSWORD=${SECRET}`, /line 2: expected one of/],
    ['a line without =', `API_KEY=a\n${SECRET}`, /line 2/],
    ['a name twice', `API_KEY=${SECRET}\napiKey=${SECRET}`, /API_KEY once/],
    ['an empty value', 'API_KEY=', /a value of API_KEY/],
    ['nothing', '# empty\n', /no key/],
  ])('are refused from a file with %s', async (_name, text, expected) => {
    expect(await failure(readCredentials(keyFile(text)))).toMatch(expected);
  });

  it('are refused from a folder, and from no file', async () => {
    expect(await failure(readCredentials({ POSITION_MONITOR_KEY_FILE: folder }))).toMatch(/file/);
    const none = join(folder, 'none');
    expect(await failure(readCredentials({ POSITION_MONITOR_KEY_FILE: none }))).toMatch(/no such/);
  });

  it('are refused from two places', async () => {
    const both = { ...keyFile(`API_KEY=${SECRET}`), POSITION_MONITOR_API_KEY: SECRET };
    expect(await failure(readCredentials(both))).toMatch(/given twice/);
  });

  it('say what is missing', async () => {
    const keys = await readCredentials({ POSITION_MONITOR_API_KEY: SECRET });
    const missing = failure((async () => requireKeys(keys, ['API_KEY', 'API_SECRET']))());
    expect(await missing).toMatch(/expected POSITION_MONITOR_API_SECRET, received nothing/);
  });

  it('are printed nowhere', async () => {
    const keys = await readCredentials({ POSITION_MONITOR_API_KEY: SECRET });
    const shown = [
      JSON.stringify({ keys }),
      `${keys}`,
      inspect(keys, { showHidden: true, depth: 9 }),
    ];
    expect(shown.join()).not.toContain(SECRET);
    expect(JSON.stringify({ ...keys })).toBe('{}');
  });
});
