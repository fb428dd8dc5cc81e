import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BOT_MAIN = fileURLToPath(new URL('bot/main.ts', import.meta.url));
const BOT_SOURCES = dirname(BOT_MAIN);
/** Packing builds first when the build is stale. */
const COMMAND_MS_MAX = 300_000;

/**
 * Unpacks the package into a folder as npm would, beside what it depends on, and puts the bot next to it.
 *
 * Needs no network: dependencies are those of the checkout.
 *
 * @param tarball a package that was packed before; without one the checkout is packed
 * @returns the bot's main file
 */
export function installBot(folder: string, tarball?: string): string {
  const modules = join(folder, 'node_modules');
  const text = readFileSync(join(ROOT, 'package.json'), 'utf8');
  const { name, dependencies } = JSON.parse(text) as {
    readonly name: string;
    readonly dependencies: Readonly<Record<string, string>>;
  };
  const installed = join(modules, name);
  mkdirSync(installed, { recursive: true });
  run('tar', ['-xzf', tarball ?? pack(folder), '--strip-components=1', '-C', installed]);
  for (const dependency of new Set([...Object.keys(dependencies), 'better-sqlite3', 'ws'])) {
    const link = join(modules, dependency);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', dependency), link, 'dir');
  }
  return compileBot(folder);
}

function pack(folder: string): string {
  run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarball = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (tarball === undefined) throw new Error('npm pack made no tarball');
  return join(folder, tarball);
}

/** The bot starts once per kill: it is plain JavaScript by then. */
function compileBot(folder: string): string {
  const target = join(folder, 'bot');
  mkdirSync(target);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
  for (const file of readdirSync(BOT_SOURCES)) {
    const { outputText } = ts.transpileModule(readFileSync(join(BOT_SOURCES, file), 'utf8'), {
      compilerOptions: {
        target: ts.ScriptTarget.ES2022,
        module: ts.ModuleKind.ESNext,
        verbatimModuleSyntax: true,
      },
    });
    writeFileSync(join(target, file.replace(/\.ts$/, '.js')), outputText);
  }
  return join(target, basename(BOT_MAIN).replace(/\.ts$/, '.js'));
}

function run(command: string, args: readonly string[]): void {
  const { status, error, stdout, stderr } = spawnSync(command, args, {
    cwd: ROOT,
    timeout: COMMAND_MS_MAX,
    encoding: 'utf8',
  });
  if (status === 0) return;
  throw new Error(
    `${command} ${args[0]}: ${error?.message ?? `exit ${status}\n${stdout}\n${stderr}`}`,
  );
}
