/**
 * Packs the package, installs it in a fresh project as a user would, and uses it there: imported and required, a
 * whole trade each; the durable store; the command; and the types, as both kinds of project resolve them.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  inRoot,
  main,
  packageBinary,
  readPackage,
  run,
  withTemporaryFolder,
} from './lib/project.mjs';

/** What a package of ours must contain, and nothing else beside `dist/`. */
const FILES_AT_TOP = ['CHANGELOG.md', 'LICENSE', 'README.md', 'dist', 'package.json'];

const TYPE_CHECKS = [
  { name: 'node16-esm', file: 'consumer.mts', module: 'NodeNext', moduleResolution: 'NodeNext' },
  { name: 'node16-cjs', file: 'consumer.cts', module: 'NodeNext', moduleResolution: 'NodeNext' },
  { name: 'bundler', file: 'consumer.ts', module: 'ESNext', moduleResolution: 'bundler' },
];

main(() => {
  withTemporaryFolder('pack', (folder) => {
    const { name } = readPackage();
    const app = join(folder, 'app');
    install(pack(folder), app);
    step('contents', () => checkContents(join(app, 'node_modules', name)));
    cpSync(inRoot('test', 'pack'), app, { recursive: true });
    step('import', () => run(process.execPath, ['import.mjs'], { cwd: app, timeoutMs: 60_000 }));
    step('require', () => run(process.execPath, ['require.cjs'], { cwd: app, timeoutMs: 60_000 }));
    provideSqliteDriver(app);
    step('sqlite', () => run(process.execPath, ['sqlite.mjs'], { cwd: app, timeoutMs: 60_000 }));
    step('command', () => checkCommand(app));
    for (const check of TYPE_CHECKS) step(`types ${check.name}`, () => checkTypes(app, check));
  });
});

function step(name, body) {
  body();
  console.log(`ok  ${name}`);
}

function pack(folder) {
  run('npm', ['pack', '--silent', '--pack-destination', folder], { capture: true });
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');
  return join(folder, tarball);
}

function install(tarball, app) {
  mkdirSync(app);
  writeFileSync(join(app, 'package.json'), '{ "name": "app", "private": true }\n');
  const quiet = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  run('npm', ['install', ...quiet, tarball], { cwd: app, capture: true, timeoutMs: 300_000 });
}

function checkContents(installed) {
  const found = readdirSync(installed).sort();
  const wrong = found.filter((name) => !FILES_AT_TOP.includes(name));
  const missing = FILES_AT_TOP.filter((name) => !found.includes(name));
  if (wrong.length + missing.length > 0) {
    throw new Error(`package contents: missing ${missing}, not expected ${wrong}`);
  }
}

/** Where Node has no SQLite of its own, the driver that this checkout compiled stands in for a user's install. */
function provideSqliteDriver(app) {
  if (process.getBuiltinModule?.('node:sqlite') !== undefined) return;
  symlinkSync(
    inRoot('node_modules', 'better-sqlite3'),
    join(app, 'node_modules', 'better-sqlite3'),
  );
}

function checkCommand(app) {
  const { bin } = readPackage();
  for (const command of Object.keys(bin)) {
    const file = join(app, 'node_modules', '.bin', command);
    if (!existsSync(file)) throw new Error(`npm linked no ${command}`);
    const help = run(file, ['--help'], { cwd: app, capture: true, timeoutMs: 30_000 });
    if (!help.includes(`Usage: ${command}`)) throw new Error(`${command} --help says:\n${help}`);
  }
}

/** The user's compiler looks into our declarations too: no `skipLibCheck`. */
function checkTypes(app, { name, file, module, moduleResolution }) {
  const config = join(app, `tsconfig.${name}.json`);
  const compilerOptions = {
    target: 'ES2022',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
    module,
    moduleResolution,
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    esModuleInterop: true,
    types: [],
  };
  cpSync(join(app, 'consumer.txt'), join(app, file));
  writeFileSync(config, JSON.stringify({ compilerOptions, files: [file] }));
  run(process.execPath, [packageBinary('typescript'), '-p', config], {
    cwd: app,
    timeoutMs: 120_000,
  });
}
