import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, posix, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

/** The checkout. */
export const ROOT = resolve(fileURLToPath(new URL('../..', import.meta.url)));

/** One TypeScript file, parsed. */
export interface SourceFile {
  /** Path from the checkout with forward slashes, e.g. `src/model/side.ts`. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly imports: readonly ImportEdge[];
  readonly ast: ts.SourceFile;
}

export interface ImportEdge {
  /** As written, e.g. `../errors/describe.js` or `eventemitter3`. */
  readonly specifier: string;
  /** Path from the checkout of the imported file of ours; `null` for a package or built-in. */
  readonly target: string | null;
  /** Counted from 1. */
  readonly line: number;
}

/** Every TypeScript file below a folder of the checkout, sorted by path. */
export function readSources(folder: string): readonly SourceFile[] {
  return filesBelow(folder)
    .filter((path) => path.endsWith('.ts'))
    .map((path) => parseSource(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** Paths from the checkout of every file below a folder, sorted; none when there is no such folder. */
export function filesBelow(folder: string): readonly string[] {
  const top = join(ROOT, folder);
  if (statSync(top, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .map((path) => path.split(sep).join('/'))
    .sort();
}

/** Parses one file; exported so that the rules are tried on made-up files as well. */
export function parseSource(path: string, text: string): SourceFile {
  const ast = ts.createSourceFile(path, text, ts.ScriptTarget.ES2022, true);
  const imports: ImportEdge[] = [];
  visit(ast, (node) => {
    const literal = specifierOf(node);
    if (literal === undefined) return;
    imports.push({
      specifier: literal.text,
      target: targetOf(path, literal.text),
      line: lineOf(ast, node),
    });
  });
  return { path, text, lines: text.split('\n'), imports, ast };
}

/** Calls for every node of a tree, parents first. */
export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

/** Line of a node, counted from 1. */
export function lineOf(ast: ts.SourceFile, node: ts.Node): number {
  return ast.getLineAndCharacterOfPosition(node.getStart(ast)).line + 1;
}

/** `import`, `export … from`, `import()`, `require()` and `import('…')` types alike. */
function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) {
    return literalOf(node.moduleSpecifier);
  }
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
    return literalOf(node.argument.literal);
  }
  if (ts.isCallExpression(node)) {
    const called = node.expression;
    const loads =
      called.kind === ts.SyntaxKind.ImportKeyword ||
      (ts.isIdentifier(called) && called.text === 'require');
    return loads ? literalOf(node.arguments[0]) : undefined;
  }
  return undefined;
}

function literalOf(node: ts.Node | undefined): ts.StringLiteralLike | undefined {
  return node !== undefined && ts.isStringLiteralLike(node) ? node : undefined;
}

function targetOf(importer: string, specifier: string): string | null {
  if (!specifier.startsWith('.')) return null;
  const joined = posix.join(posix.dirname(importer), specifier);
  return joined.replace(/\.js$/, '.ts');
}
