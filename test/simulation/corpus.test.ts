import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { planOf } from './make-plan.js';
import type { SimPlan } from './plan.js';
import { runCore } from './run-core.js';
import { runMonitor } from './run-monitor.js';

const CORPUS = fileURLToPath(new URL('corpus/', import.meta.url));

/** Lives that failed once, in their smallest form. */
const FILES = readdirSync(CORPUS).filter((file) => file.endsWith('.json'));

describe('lives that failed once', () => {
  it('are kept', () => {
    expect(FILES.length).toBeGreaterThan(0);
  });
  for (const file of FILES.sort()) {
    const plan = JSON.parse(readFileSync(`${CORPUS}${file}`, 'utf8')) as SimPlan;
    it(`${file} holds with the bare core`, () => {
      expect(runCore(plan).violations).toEqual([]);
    });
    it(`${file} holds with the shipped monitor`, async () => {
      expect((await runMonitor(plan)).violations).toEqual([]);
    });
  }
});

describe('a simulated life', () => {
  const seeds = Array.from({ length: 60 }, (_, index) => index + 1);

  it('leaves the same trace each time (I20)', async () => {
    for (const seed of seeds) expect(runCore(planOf(seed)).hash).toBe(runCore(planOf(seed)).hash);
    for (const seed of seeds.slice(0, 10)) {
      expect((await runMonitor(planOf(seed))).hash).toBe((await runMonitor(planOf(seed))).hash);
    }
  });

  it('is the same beside others as alone (I20)', async () => {
    const alone: string[] = [];
    for (const seed of seeds.slice(0, 10)) alone.push((await runMonitor(planOf(seed))).hash);
    const together = await Promise.all(seeds.slice(0, 10).map((seed) => runMonitor(planOf(seed))));
    expect(together.map(({ hash }) => hash)).toEqual(alone);
  });

  it('leaves the same trace on the wire when every listener throws or hangs (I17)', async () => {
    for (const seed of seeds.slice(0, 25)) {
      const calm = await runMonitor(planOf(seed));
      const wild = await runMonitor(planOf(seed), { badListeners: true });
      expect(wild.violations, `seed ${seed}`).toEqual([]);
      expect(wild.hash, `seed ${seed}`).toBe(calm.hash);
    }
  });
});
