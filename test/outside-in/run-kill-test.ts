/**
 * The package as users get it, in processes that die.
 *
 * `bot/` is a bot: it imports the packed package and talks to the venue over HTTP and WebSocket. `venue/` is the
 * exchange and the market, in this process, so that a death can be placed between two statements of it. `dialect/`
 * stands in for it when the bot uses an adapter that the package ships. `oracle/`
 * judges every request and execution as it happens, with a look into the bot's store. `world/` is the life of one
 * account: it plans deaths, takes from the log what power loss would take, and judges what is left.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DialectVenue } from './dialect/dialect-venue.js';
import { OwnVenue } from './venue/own-venue.js';
import { VenueServer } from './venue/venue-server.js';
import type { DialectName, Flaw } from './wire.js';
import { World } from './world/world.js';
import type { VenueTask, WorldVenue } from './world/world-venue.js';

export interface KillTestOptions {
  readonly kills: number;
  readonly seed: number;
  /** Worlds side by side. */
  readonly parallel: number;
  /** Only this world of the seed. */
  readonly onlyWorld: number | null;
  readonly flaw: Flaw | null;
  /** Whose adapter the bot uses: one of its own at a venue of this test (default), or a shipped one. */
  readonly adapter?: 'own' | DialectName;
  /** How many of the deaths take what was not synced, 0 to 1. */
  readonly powerLossShare: number;
  /** Ends all worlds after this, ms; `null` = when their kills are done. */
  readonly endsAfterMs: number | null;
  /** Whether the other worlds go on when one has failed. */
  readonly keepsGoing: boolean;
  /** The bot's main file, beside the installed package. */
  readonly botProgram: string;
  readonly log: (line: string) => void;
}

export interface KillTestResult {
  readonly seed: number;
  readonly worlds: number;
  readonly kills: number;
  readonly powerLosses: number;
  readonly framesLost: number;
  readonly violations: readonly {
    readonly world: number;
    readonly kill: number;
    readonly invariant: string;
    readonly detail: string;
  }[];
  /** Of lives that began with something uncovered, ms from the start of the process. */
  readonly toFullCoverageMs: Percentiles & { readonly count: number };
  /** Lives that were over before, and lives that found everything covered. */
  readonly unfinishedRecoveries: number;
  readonly unneededRecoveries: number;
  readonly executions: number;
  readonly requests: number;
  readonly seen: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
  /** The latest of what happened in each world. */
  readonly traces: readonly { readonly world: number; readonly lines: readonly string[] }[];
}

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Kills of one world: its store, its log and its past grow with them. */
const KILLS_PER_WORLD_MAX = 25;
/** Lines of the trace that a result carries. */
const TRACE_LINES = 5_000;

/** Kills bots that use the installed package until the number is reached or one of them did what it never may. */
export async function runKillTest(options: KillTestOptions): Promise<KillTestResult> {
  const startedAt = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'position-monitor-kill-'));
  const server = new VenueServer();
  await server.listen();
  const { adapter = 'own' } = options;
  const venueOf = (task: VenueTask): WorldVenue =>
    adapter === 'own' ? new OwnVenue(server, task) : new DialectVenue(adapter, task);
  const worlds: World[] = [];
  const shares = sharesOf(options);
  let halt = (): void => {};
  const halted = new Promise<void>((resolve) => {
    halt = resolve;
  });
  const end = (): void => {
    shares.length = 0;
    halt();
  };
  const timer = options.endsAfterMs === null ? null : setTimeout(end, options.endsAfterMs);
  const next = async (): Promise<void> => {
    for (;;) {
      const share = shares.shift();
      if (share === undefined) return;
      const world = new World({ ...options, ...share, venueOf, folder, halted });
      worlds.push(world);
      await world.run();
      if (world.findings.violations.length > 0 && !options.keepsGoing) end();
      const kills = worlds.reduce((sum, { findings }) => sum + findings.kill, 0);
      options.log(`world ${share.number}: ${world.findings.kill} kills, ${kills} in all`);
    }
  };
  try {
    await Promise.all(Array.from({ length: options.parallel }, next));
  } finally {
    if (timer !== null) clearTimeout(timer);
    server.close();
    rmSync(folder, { recursive: true, force: true });
  }
  return {
    ...summed(worlds),
    seed: options.seed,
    elapsedMs: Math.round(performance.now() - startedAt),
  };
}

/** The kills, shared out to worlds. */
function sharesOf({
  kills,
  parallel,
  onlyWorld,
}: KillTestOptions): { number: number; kills: number }[] {
  const count = Math.max(Math.min(parallel, kills), Math.ceil(kills / KILLS_PER_WORLD_MAX));
  const shares = Array.from({ length: count }, (_, index) => ({
    number: index + 1,
    kills: Math.floor(kills / count) + (index < kills % count ? 1 : 0),
  }));
  return onlyWorld === null ? shares : shares.filter(({ number }) => number === onlyWorld);
}

function summed(worlds: readonly World[]): Omit<KillTestResult, 'seed' | 'elapsedMs'> {
  const sum = (of: (world: World) => number) =>
    worlds.reduce((total, world) => total + of(world), 0);
  const seen: Record<string, number> = {};
  for (const { findings } of worlds) {
    for (const [what, count] of findings.seen) seen[what] = (seen[what] ?? 0) + count;
  }
  const recoveries = worlds.flatMap(({ cover }) => cover.recoveriesMs);
  return {
    worlds: worlds.length,
    kills: sum(({ findings }) => findings.kill),
    powerLosses: sum((world) => world.powerLosses),
    framesLost: sum((world) => world.framesLost),
    violations: worlds.flatMap(({ findings, number }) =>
      findings.violations.map((violation) => ({ world: number, ...violation })),
    ),
    toFullCoverageMs: { count: recoveries.length, ...percentiles(recoveries) },
    unfinishedRecoveries: sum(({ cover }) => cover.unfinished),
    unneededRecoveries: sum(({ cover }) => cover.unneeded),
    executions: sum(({ venue }) => venue.executions),
    requests: sum(({ venue }) => venue.requests),
    seen: Object.fromEntries(Object.entries(seen).sort()),
    traces: worlds.map(({ number, findings }) => ({
      world: number,
      lines: findings.lastLines(TRACE_LINES),
    })),
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
