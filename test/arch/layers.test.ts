import { describe, expect, it } from 'vitest';
import { joinViolations, judge, layerViolations } from './layers.js';
import { parseSource, readSources } from './source-files.js';

const sources = readSources('src');

describe('floors of the house', () => {
  it('reads the sources', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(sources.flatMap((file) => file.imports).length).toBeGreaterThan(20);
  });

  it('imports only from lower floors', () => {
    expect(sources.flatMap(layerViolations)).toEqual([]);
  });

  it('joins the folders of floor 3 in the engine alone', () => {
    expect(joinViolations(sources)).toEqual([]);
  });

  it('imports files that exist', () => {
    const known = new Set(sources.map((file) => file.path));
    const missing = sources.flatMap((file) =>
      file.imports
        .filter(({ target }) => target !== null && !known.has(target))
        .map(
          ({ line, specifier }) => `${file.path}:${line} imports ${specifier}, which is no file`,
        ),
    );
    expect(missing).toEqual([]);
  });

  it('keeps the entries of the package to passing on', () => {
    const entries = sources.filter((file) => /^src\/(index|sqlite)\.ts$/.test(file.path));
    const own = entries.flatMap((file) =>
      file.ast.statements
        .filter(
          (statement) => !/^(export|import)\b[^;]*\bfrom\b/s.test(statement.getText(file.ast)),
        )
        .map((statement) => `${file.path}: ${statement.getText(file.ast).split('\n')[0]}`),
    );
    expect(own, 'move this into the folder that owns it and re-export it here').toEqual([]);
  });
});

describe('the rule itself', () => {
  it.each([
    ['src/model/order.ts', 'src/errors/invariant.ts'],
    ['src/model/order.ts', 'src/model/side.ts'],
    ['src/errors/a.ts', 'src/errors/b.ts'],
    ['src/triggers/book.ts', 'src/model/side.ts'],
    ['src/engine/step.ts', 'src/triggers/book.ts'],
    ['src/adapters/stores/sqlite/store.ts', 'src/ports/store.ts'],
    ['src/adapters/stores/sqlite/store.ts', 'src/adapters/stores/sqlite/rows.ts'],
    ['src/adapters/feeds/websocket/feed.ts', 'src/platform/backoff.ts'],
    ['src/adapters/stores/sqlite/store.ts', 'src/adapters/stores/commit-ticket.ts'],
    ['src/monitor/monitor.ts', 'src/adapters/exchanges/paper/paper-exchange.ts'],
    ['src/monitor/monitor.ts', 'src/adapters/stores/memory/memory-store.ts'],
    ['src/testing/index.ts', 'src/adapters/stores/sqlite/store.ts'],
    ['src/cli/main.ts', 'src/monitor/monitor.ts'],
    ['src/index.ts', 'src/adapters/feeds/manual/manual-feed.ts'],
  ])('lets %s import %s', (importer, target) => {
    expect(judge(importer, target)).toBeNull();
  });

  it.each([
    ['src/limits.ts', 'src/errors/codes.ts', /neighbours/],
    ['src/errors/codes.ts', 'src/model/side.ts', /above/],
    ['src/model/order.ts', 'src/ports/clock.ts', /declare a type or port/],
    ['src/triggers/book.ts', 'src/positions/book.ts', /in engine/],
    ['src/journal/rows.ts', 'src/engine/step.ts', /neighbours/],
    ['src/adapters/stores/sqlite/store.ts', 'src/journal/rows.ts', /platform only/],
    ['src/adapters/stores/sqlite/store.ts', 'src/events/emitter.ts', /platform only/],
    ['src/adapters/stores/sqlite/a.ts', 'src/adapters/stores/memory/b.ts', /another adapter/],
    ['src/adapters/feeds/shared.ts', 'src/adapters/feeds/manual/b.ts', /another adapter/],
    ['src/adapters/feeds/manual/b.ts', 'src/adapters/stores/shared.ts', /another adapter/],
    ['src/monitor/monitor.ts', 'src/adapters/stores/sqlite/store.ts', /as an option/],
    ['src/monitor/monitor.ts', 'src/testing/index.ts', /nothing imports testing/],
    ['src/testing/index.ts', 'src/cli/main.ts', /nothing imports cli/],
    ['src/index.ts', 'src/testing/index.ts', /nothing imports testing/],
    ['src/engine/step.ts', 'src/index.ts', /entry/],
    ['src/helpers/x.ts', 'src/model/side.ts', /no floor/],
    ['src/model/side.ts', 'test/helpers.ts', /sources only/],
  ])('forbids %s to import %s', (importer, target, remedy) => {
    expect(judge(importer, target)).toMatch(remedy);
  });

  it('sees every form of import', () => {
    const file = parseSource(
      'src/model/made-up.ts',
      [
        "import '../monitor/a.js';",
        "import type { B } from '../monitor/b.js';",
        "export * from '../monitor/c.js';",
        "const d = await import('../monitor/d.js');",
        "type E = import('../monitor/e.js').E;",
      ].join('\n'),
    );
    expect(layerViolations(file).map((line) => line.split(' ')[0])).toEqual(
      [1, 2, 3, 4, 5].map((line) => `src/model/made-up.ts:${line}`),
    );
  });

  it('names a floor-4 folder that joins floor 3', () => {
    const file = parseSource(
      'src/execution/made-up.ts',
      "import '../orders/a.js';\nimport '../positions/b.js';",
    );
    expect(joinViolations([file])).toEqual([expect.stringMatching(/only engine/)]);
  });
});
