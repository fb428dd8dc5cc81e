import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, ROOT, readSources } from './source-files.js';

/** Lines of a source file above which somebody must say why it is still one concept. */
const LINES_MAX = 400;
/** Longer files, each with the reason why splitting would make it worse. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/limits.ts': 'a table: every bound and default at one place, one line each',
  'src/monitor/position-monitor.ts':
    'the public facade: one short method per call, most of it what each promises and throws',
};

/** Put together from parts, so that this file does not find itself. */
const MACHINE_PATH = new RegExp(
  `(?<![\\w./-])/(?:${['work', 'home', 'root', 'Users', 'farm', 'tmp/[a-z]+'].join('|')})/`,
);
const REGISTRY = new RegExp(
  `https?://[^\\s"'\`)]*(?:${['registry', 'artifactory', 'nexus', 'verdaccio'].join('|')})`,
  'i',
);
const DOWNLOAD_ADDRESS = new RegExp(`"resolved": "${'http'}`);

describe('sources', () => {
  it(`have at most ${LINES_MAX} lines a file`, () => {
    const long = readSources('src')
      .filter(({ path, lines }) => lines.length - 1 > LINES_MAX && !(path in LONG_FILES))
      .map(({ path, lines }) => `${path}: ${lines.length - 1} lines`);
    expect(long, 'split by concept, or give the reason in LONG_FILES of this test').toEqual([]);
  });

  it('keep the list of long files to files that are long', () => {
    const stale = Object.keys(LONG_FILES).filter(
      (path) =>
        !existsSync(join(ROOT, path)) ||
        readFileSync(join(ROOT, path), 'utf8').split('\n').length - 1 <= LINES_MAX,
    );
    expect(stale).toEqual([]);
  });
});

describe('files of the repository', () => {
  const files = textFiles();

  it('are read', () => {
    expect(files.map(({ path }) => path)).toContain('package.json');
  });

  it.each([
    ['a path of one machine', MACHINE_PATH, 'use a path from the checkout or a temporary folder'],
    ['a package registry', REGISTRY, 'the address is configuration of the machine'],
    ['a download address', DOWNLOAD_ADDRESS, 'write the lockfile again; .npmrc leaves them out'],
  ])('do not name %s', (_what, pattern, remedy) => {
    const found = files.flatMap(({ path, lines }) =>
      lines.flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1}`] : [])),
    );
    expect(found, remedy).toEqual([]);
  });

  it('keep the lockfile verifiable', () => {
    const unverified = Object.entries(lockedPackages())
      .filter(([path, { integrity }]) => path !== '' && integrity === undefined)
      // Binaries of other platforms that a registry did not have: see scripts/complete-lockfile.mjs.
      .filter(([, { optional, os }]) => !(optional === true && os !== undefined))
      .map(([path]) => path);
    expect(unverified).toEqual([]);
  });

  it('keep the lockfile complete', () => {
    const packages = lockedPackages();
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies).filter(
        (name) =>
          !(`${path}/node_modules/${name}` in packages || `node_modules/${name}` in packages),
      ),
    );
    expect(missing, 'run node scripts/complete-lockfile.mjs, or npm ci refuses it').toEqual([]);
  });
});

describe('README', () => {
  it('names commands that exist', () => {
    const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
    const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
    const named = [...readme.matchAll(/\bnpm (?:run ([a-z][a-z:-]*)|(test)\b)/g)].map(
      ([, script, test]) => script ?? test ?? '',
    );
    expect(named).toEqual(expect.arrayContaining(['demo', 'test']));
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

interface LockedPackage {
  readonly integrity?: string;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

function lockedPackages(): Readonly<Record<string, LockedPackage>> {
  return JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages;
}

/** What version control knows or would take in; without it, every file outside the generated folders. */
function textFiles(): readonly { readonly path: string; readonly lines: readonly string[] }[] {
  return repositoryPaths()
    .filter((path) => !/\.(png|gz|db|ico|woff2?)$/.test(path))
    .filter((path) => statSync(join(ROOT, path), { throwIfNoEntry: false })?.isFile())
    .map((path) => ({ path, lines: readFileSync(join(ROOT, path), 'utf8').split('\n') }));
}

function repositoryPaths(): readonly string[] {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const git = spawnSync('git', args, { cwd: ROOT, encoding: 'utf8' });
  if (git.status === 0 && git.stdout !== '') return git.stdout.split('\0').filter(Boolean);
  return filesBelow('.').filter((path) => !/^(node_modules|dist|coverage|\.git)\//.test(path));
}
