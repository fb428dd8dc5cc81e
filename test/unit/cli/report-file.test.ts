import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { reportFileAt } from '../../../src/cli/report/report-file.js';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'report-file-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the file of a report', () => {
  it('appears as a whole, and nothing beside it stays', async () => {
    const file = await reportFileAt(join(folder, 'a.html'));
    expect(readdirSync(folder)).toHaveLength(1);
    expect(readdirSync(folder)).not.toContain('a.html');
    file.finish('whole');
    expect(readdirSync(folder)).toEqual(['a.html']);
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toBe('whole');
    file.discard();
    expect(readdirSync(folder)).toEqual(['a.html']);
  });

  it('leaves nothing when the work fails', async () => {
    (await reportFileAt(join(folder, 'a.html'))).discard();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('takes the place of an empty file, as a store does', async () => {
    writeFileSync(join(folder, 'a.html'), '');
    (await reportFileAt(join(folder, 'a.html'))).finish('x');
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toBe('x');
  });

  it('replaces nothing', async () => {
    writeFileSync(join(folder, 'a.html'), 'mine');
    await expect(reportFileAt(join(folder, 'a.html'))).rejects.toMatchObject({
      code: 'INPUT_FILE_INVALID',
      message: expect.stringMatching(
        /a\.html.*without a file.*a file of 4 bytes.*remove it first/s,
      ),
    });
    await expect(reportFileAt(folder)).rejects.toThrow(/something that is no file/);
    expect(readFileSync(join(folder, 'a.html'), 'utf8')).toBe('mine');
  });

  it.each([
    ['nowhere/a.html', 'its folder does not exist'],
    ['file/a.html', 'its folder is none'],
  ])('cannot be written to %s', async (path, why) => {
    writeFileSync(join(folder, 'file'), '1');
    await expect(reportFileAt(join(folder, path))).rejects.toMatchObject({
      code: 'INPUT_FILE_INVALID',
      message: expect.stringContaining(why),
    });
  });
});
