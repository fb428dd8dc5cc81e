import { describe, expect, it } from 'vitest';
import { directScheduler } from '../../../src/testing/direct-scheduler.js';

describe('the direct scheduler', () => {
  it('sends at once, in every lane, and counts what is under way', async () => {
    const scheduler = directScheduler();
    let answer: (value: string) => void = () => {};
    const sent: string[] = [];
    const hanging = scheduler.run('routine', () => {
      sent.push('first');
      return new Promise<string>((resolve) => {
        answer = resolve;
      });
    });
    const quick = scheduler.run('emergency', async () => sent.push('second'));
    expect(sent).toEqual(['first', 'second']);
    expect(scheduler.pending).toBe(2);
    await quick;
    expect(scheduler.pending).toBe(1);
    answer('done');
    expect(await hanging).toBe('done');
    expect(scheduler.pending).toBe(0);
  });

  it('asks nothing twice', async () => {
    const scheduler = directScheduler();
    let asked = 0;
    const read = scheduler.read(async () => {
      asked += 1;
      throw new Error('no answer');
    });
    await expect(read).rejects.toThrow('no answer');
    expect(asked).toBe(1);
    expect(scheduler.pending).toBe(0);
  });
});
