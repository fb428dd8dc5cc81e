import type { SourceFile } from './source-files.js';

/**
 * The house, floor by floor. A file imports from lower floors and from its own folder, never from its own floor or above.
 */
const LAYERS: readonly (readonly string[])[] = [
  ['errors', 'limits.ts'],
  ['model'],
  ['ports'],
  ['triggers', 'positions', 'orders', 'reconciliation', 'volatility'],
  ['engine', 'execution', 'journal', 'events', 'platform'],
  ['adapters'],
  ['monitor'],
  ['testing', 'cli'],
];

/** What only passes on, and sees everything but the top floor. */
const ENTRIES = ['index.ts', 'sqlite.ts', 'binance.ts', 'aster.ts', 'testing-server.ts'];

/** The adapters that come with the monitor itself. */
const ADAPTERS_OF_MONITOR = ['adapters/stores/memory', 'adapters/exchanges/paper'];

/** Import edges that the rules forbid, each as one line with its remedy. */
export function layerViolations(file: SourceFile): readonly string[] {
  const found: string[] = [];
  for (const edge of file.imports) {
    if (edge.target === null) continue;
    const remedy = judge(file.path, edge.target);
    if (remedy !== null) {
      found.push(`${file.path}:${edge.line} imports ${edge.specifier}: ${remedy}`);
    }
  }
  return found;
}

/** Folders of floor 4, other than `engine/`, that import from more than one folder of floor 3. */
export function joinViolations(files: readonly SourceFile[]): readonly string[] {
  const joined = new Map<string, Set<string>>();
  for (const { path, imports } of files) {
    const from = folderOf(path);
    if (layerOf(from) !== 4 || from === 'engine') continue;
    for (const { target } of imports) {
      if (target === null || layerOf(folderOf(target)) !== 3) continue;
      joined.set(from, (joined.get(from) ?? new Set()).add(folderOf(target)));
    }
  }
  return [...joined]
    .filter(([, folders]) => folders.size > 1)
    .map(
      ([from, folders]) =>
        `${from} imports from ${[...folders].sort().join(', ')}: only engine/ joins the folders of floor 3; hand ${from} the value it needs, or declare the shared type in model/`,
    );
}

/** The remedy when `importer` may not import `target`; `null` when it may. */
export function judge(importer: string, target: string): string | null {
  if (!target.startsWith('src/')) {
    return 'sources import sources only; move what is shared into src/';
  }
  const from = folderOf(importer);
  const to = folderOf(target);
  if (ENTRIES.includes(to)) return 'import the file that declares it, not an entry of the package';
  if (from === to && from !== 'adapters') return null;
  if (from === 'testing-server.ts' && to === 'testing') return null;
  if (to === 'testing' || to === 'cli') {
    return `nothing imports ${to}/; move what is shared to the floor where it belongs`;
  }
  if (ENTRIES.includes(from)) return null;
  const fromLayer = layerOf(from);
  const toLayer = layerOf(to);
  if (fromLayer === undefined) return unknownFolder(from);
  if (toLayer === undefined) return unknownFolder(to);
  if (from === 'adapters') return judgeAdapter(importer, target, toLayer);
  if (toLayer > fromLayer) {
    return `${to} is on floor ${toLayer}, above ${from} on ${fromLayer}; turn the dependency round: declare a type or port below and pass the value in`;
  }
  if (toLayer === fromLayer) {
    return `${from} and ${to} are neighbours on floor ${toLayer}; move what both need below, or join them one floor up${toLayer === 3 ? ' (in engine/)' : ''}`;
  }
  if (from === 'monitor' && to === 'adapters' && !ADAPTERS_OF_MONITOR.includes(adapterOf(target))) {
    return `the monitor brings only ${ADAPTERS_OF_MONITOR.join(' and ')}; take the adapter as an option`;
  }
  return null;
}

function judgeAdapter(importer: string, target: string, toLayer: number): string | null {
  if (folderOf(target) === 'adapters') {
    return adapterOf(importer) === adapterOf(target) || isSharedWith(importer, target)
      ? null
      : 'an adapter does not import another adapter; move what both need beside them (adapters/<kind>/), or to model/ or platform/';
  }
  if (toLayer <= 2 || folderOf(target) === 'platform') return null;
  return 'adapters see errors, limits, model, ports and platform only; what they tell goes through the sink of their port';
}

function unknownFolder(folder: string): string {
  return `src/${folder} has no floor; give it one in test/arch/layers.ts and in docs/architecture.md`;
}

/** Folder (or file) directly below `src/`. */
function folderOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** Whether the target is a file directly in `adapters/<kind>/` of the importer's kind: what adapters of a kind share. */
function isSharedWith(importer: string, target: string): boolean {
  const [, , kind, ...below] = target.split('/');
  return below.length === 1 && importer.split('/')[2] === kind;
}

/** `adapters/<kind>/<name>`: one adapter. */
function adapterOf(path: string): string {
  return path.split('/').slice(1, 4).join('/').replace(/\.ts$/, '');
}

function layerOf(folder: string): number | undefined {
  const layer = LAYERS.findIndex((folders) => folders.includes(folder));
  return layer === -1 ? undefined : layer;
}
