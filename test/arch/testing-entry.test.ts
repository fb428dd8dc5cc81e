import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { readSources, type SourceFile, visit } from './source-files.js';

const sources = new Map(readSources('src').map((file) => [file.path, file]));
const ENTRY = 'src/testing/index.ts';

/** Everything that a file imports, directly or not. */
function reachedFrom(path: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(path)) return seen;
  seen.add(path);
  for (const { target } of sources.get(path)?.imports ?? []) {
    if (target !== null) reachedFrom(target, seen);
  }
  return seen;
}

function testCode(path: string): string[] {
  return [...reachedFrom(path)].filter((reached) => reached.startsWith('src/testing/'));
}

describe('code for tests', () => {
  // scripts/check-exports.mjs proves the same of the built files.
  it.each(['src/index.ts', 'src/sqlite.ts', 'src/cli/main.ts'])('is not reached by %s', (path) => {
    expect(reachedFrom(path).size).toBeGreaterThan(10);
    expect(testCode(path)).toEqual([]);
  });

  it('is reached by its own entry', () => {
    expect(testCode(ENTRY)).toContain('src/testing/sim/sim-exchange.ts');
  });

  it('needs no package', () => {
    const outside = testCode(ENTRY).flatMap((path) =>
      (sources.get(path)?.imports ?? [])
        .filter(({ target }) => target === null)
        .map(({ specifier }) => specifier),
    );
    expect([...new Set(outside)]).toEqual(['node:assert/strict']);
  });
});

describe('names of the testing entry', () => {
  const exported = exportsOf(sources.get(ENTRY) as SourceFile);

  it('are found', () => {
    expect(exported.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['FaultyStore', 'SimExchange', 'VirtualClock', 'waitForEvent']),
    );
  });

  it.each(exported)('$name says what it is', ({ name, path }) => {
    const file = sources.get(path) as SourceFile;
    const declaration = file.ast.statements.find((statement) => declares(statement, name));
    expect(declaration, `${name} is declared in ${path}`).toBeDefined();
    expect(ts.getJSDocCommentsAndTags(declaration as ts.Node)).not.toEqual([]);
  });
});

/** Names as their own files declare them. */
function exportsOf(file: SourceFile): { readonly name: string; readonly path: string }[] {
  const found: { name: string; path: string }[] = [];
  visit(file.ast, (node) => {
    if (!ts.isExportDeclaration(node) || node.moduleSpecifier === undefined) return;
    const specifier = (node.moduleSpecifier as ts.StringLiteral).text;
    const path = file.imports.find((edge) => edge.specifier === specifier)?.target ?? '';
    if (node.exportClause === undefined || !ts.isNamedExports(node.exportClause)) return;
    for (const { name, propertyName } of node.exportClause.elements) {
      found.push({ name: (propertyName ?? name).text, path: followed(path, name.text) });
    }
  });
  return found;
}

/** The file that declares a name, where the one that exports it only passes it on. */
function followed(path: string, name: string): string {
  const file = sources.get(path);
  if (file === undefined || file.ast.statements.some((statement) => declares(statement, name))) {
    return path;
  }
  return exportsOf(file).find((entry) => entry.name === name)?.path ?? path;
}

function declares(statement: ts.Statement, name: string): boolean {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.some((one) => one.name.getText() === name);
  }
  return (statement as { name?: ts.Identifier }).name?.text === name;
}
