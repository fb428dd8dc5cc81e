import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { lineOf, parseSource, readSources, type SourceFile, visit } from './source-files.js';

/** Folders whose business real time is. */
const FREE = /^src\/(platform|cli)\//;
/** On the line itself or the one above: allows it, with the reason. */
const MARKER = /\/\/ real-time: \S+/;

const REMEDY: Readonly<Record<string, string>> = {
  time: 'take time from the injected Clock: now() names a moment, monotonic() measures',
  timer: 'take timers from the injected Clock: setTimer() and clearTimer()',
  random: 'derive it, or take it as an argument; randomness comes from platform/',
};

const TIMERS = ['setTimeout', 'setInterval', 'setImmediate'];
const GLOBALS = ['globalThis', 'window', 'self', 'global'];
const MEMBERS: Readonly<Record<string, string>> = {
  'Date.now': 'time',
  'performance.now': 'time',
  'performance.timeOrigin': 'time',
  'process.hrtime': 'time',
  'process.uptime': 'time',
  'AbortSignal.timeout': 'timer',
  'Math.random': 'random',
  'crypto.getRandomValues': 'random',
};
const MODULES: Readonly<Record<string, string>> = {
  perf_hooks: 'time',
  timers: 'timer',
  'timers/promises': 'timer',
};

describe('real time, timers and random', () => {
  it('stay in platform/ and cli/', () => {
    expect(readSources('src').flatMap(violations)).toEqual([]);
  });

  it.each([
    ['const a = Date.now();', 'time'],
    ['const a = { now: Date.now };', 'time'],
    ['const a = new Date();', 'time'],
    ['const a = Date();', 'time'],
    ['const a = performance.now();', 'time'],
    ['const a = globalThis.performance.now();', 'time'],
    ['const a = Math.random();', 'random'],
    ['const a = crypto.randomUUID();', 'random'],
    ["import { randomBytes } from 'node:crypto';", 'random'],
    ['setTimeout(() => {}, 1);', 'timer'],
    ['globalThis.setInterval(() => {}, 1);', 'timer'],
    ['const later = setImmediate;', 'timer'],
    ["import { setTimeout as sleep } from 'node:timers/promises';", 'timer'],
  ])('finds %s', (text, kind) => {
    expect(violations(parseSource('src/engine/made-up.ts', text))).toEqual([
      `src/engine/made-up.ts:1: ${REMEDY[kind]}`,
    ]);
  });

  it.each([
    'const a = new Date(timeMs).toISOString();',
    'clock.setTimer(done, 5);',
    'interface Host { setTimeout(callback: () => void): void }',
    'queueMicrotask(drain);',
    'setImmediate(drain); // real-time: gives the event loop a turn between batches',
    '// real-time: gives the event loop a turn between batches\nsetImmediate(drain);',
  ])('allows %s', (text) => {
    expect(violations(parseSource('src/adapters/stores/made-up.ts', text))).toEqual([]);
  });

  it('wants a reason in the marker', () => {
    const file = parseSource('src/engine/made-up.ts', 'setImmediate(drain); // real-time:');
    expect(violations(file)).toHaveLength(1);
  });

  it('lets platform/ and cli/ have them', () => {
    expect(violations(parseSource('src/platform/system-clock.ts', 'Date.now();'))).toEqual([]);
    expect(violations(parseSource('src/cli/main.ts', 'new Date();'))).toEqual([]);
  });
});

function violations(file: SourceFile): readonly string[] {
  if (FREE.test(file.path)) return [];
  const found: string[] = [];
  visit(file.ast, (node) => {
    const kind = ambientKind(node);
    if (kind === undefined) return;
    const line = lineOf(file.ast, node);
    const excused = [file.lines[line - 1], file.lines[line - 2]].some((text) =>
      MARKER.test(text ?? ''),
    );
    if (!excused) found.push(`${file.path}:${line}: ${REMEDY[kind]}`);
  });
  return [...new Set(found)];
}

function ambientKind(node: ts.Node): string | undefined {
  if (ts.isPropertyAccessExpression(node)) return kindOfMember(node);
  if (ts.isIdentifier(node) && TIMERS.includes(node.text)) {
    return isValue(node) ? 'timer' : undefined;
  }
  if (ts.isNewExpression(node) || ts.isCallExpression(node)) {
    const called = node.expression;
    if (!ts.isIdentifier(called) || called.text !== 'Date') return undefined;
    return ts.isCallExpression(node) || !node.arguments?.length ? 'time' : undefined;
  }
  return ts.isImportDeclaration(node) ? kindOfImport(node) : undefined;
}

function kindOfMember(node: ts.PropertyAccessExpression): string | undefined {
  const owner = ts.isPropertyAccessExpression(node.expression)
    ? node.expression.name
    : node.expression;
  if (!ts.isIdentifier(owner)) return undefined;
  const member = node.name.text;
  if (GLOBALS.includes(owner.text) && TIMERS.includes(member)) return 'timer';
  if (owner.text === 'crypto' && member.startsWith('random')) return 'random';
  return MEMBERS[`${owner.text}.${member}`];
}

function kindOfImport(node: ts.ImportDeclaration): string | undefined {
  if (!ts.isStringLiteral(node.moduleSpecifier)) return undefined;
  const name = node.moduleSpecifier.text.replace(/^node:/, '');
  const names = node.importClause?.namedBindings?.getText() ?? '';
  if (name === 'crypto' && /\b(random|getRandomValues)/.test(names)) return 'random';
  return MODULES[name];
}

/** Whether the identifier stands for the global function, not for a name that somebody declares. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isImportSpecifier(parent) || ts.isPropertyAssignment(parent)) {
    return ts.isPropertyAssignment(parent) && parent.initializer === node;
  }
  const declares =
    (ts.isMethodSignature(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isParameter(parent)) &&
    parent.name === node;
  return !declares;
}
