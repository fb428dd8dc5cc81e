import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openReadOnlySqlite } from '../../../src/adapters/stores/sqlite/sqlite-store-reader.js';
import type { Check, MigrateReport } from '../../../src/cli/migrate/report.js';
import type { RollbackReport } from '../../../src/cli/migrate/rollback.js';
import { runCommand } from '../../../src/cli/run-command.js';
import { BOT_SCHEMAS, OldDatabaseWriter, OWNER_SETTINGS } from '../../support/old-databases.js';
import { LiveWorld, type WorldOptions } from './live-world.js';

/** An older system in a folder of its own, and the command that migrates it, over a simulated account. */
export class MigrateWorld extends LiveWorld {
  readonly database: string;
  readonly settings: string;
  readonly target: string;

  constructor(options: WorldOptions = {}) {
    super(options);
    this.database = join(this.folder, 'old.db');
    this.settings = join(this.folder, 'settings.json');
    this.target = join(this.folder, 'new.db');
    this.write(OWNER_SETTINGS);
  }

  /** Writes the settings; a text as it is. */
  write(settings: unknown): void {
    writeFileSync(
      this.settings,
      typeof settings === 'string' ? settings : JSON.stringify(settings),
    );
  }

  /** The database, with the tables of the bot unless told otherwise. */
  old(
    fill: (writer: OldDatabaseWriter) => void,
    schemas: readonly string[] = BOT_SCHEMAS,
    { log = false } = {},
  ): void {
    const writer = new OldDatabaseWriter(this.database, ...schemas);
    if (log) writer.withLog();
    fill(writer);
    writer.close();
  }

  /** Settings that name the simulated account. */
  get named() {
    return { ...OWNER_SETTINGS, exchange: { id: 'aster' } };
  }

  get configPath(): string {
    return join(this.folder, 'new.config.json');
  }

  get args(): string[] {
    return ['--from', this.database, '--settings', this.settings, '--to', this.target];
  }

  /** Runs `migrate`; the exit code. */
  async migrate(...options: string[]): Promise<number> {
    this.out = [];
    this.told = [];
    return this.until(runCommand(['migrate', ...this.args, ...options], '1.2.3', () => this.host));
  }

  /** The same, read by a program. */
  async report(...options: string[]): Promise<MigrateReport & { readonly code: number }> {
    const code = await this.migrate('--json', ...options);
    return { ...(JSON.parse(this.out.join('\n')) as MigrateReport), code };
  }

  async rollback(...options: string[]): Promise<RollbackReport> {
    const code = await this.migrate('--rollback', '--yes', '--json', ...options);
    if (code !== 0) throw new Error(`exit ${code}: ${this.text}`);
    return JSON.parse(this.out.join('\n'));
  }

  check(report: MigrateReport, id: Check['id']): Check | undefined {
    return report.checks.find((check) => check.id === id);
  }

  /** What the new store holds. */
  async stored() {
    const reader = await openReadOnlySqlite({ path: this.target });
    try {
      return { stamp: reader.stamp, ...(await reader.snapshot()) };
    } finally {
      await reader.close();
    }
  }

  /** Names of everything in the folder. */
  files(): readonly string[] {
    return readdirSync(this.folder).sort();
  }

  /** Every old file as it is, by its digest. */
  oldFiles(): Readonly<Record<string, string>> {
    const paths = [this.database, `${this.database}-wal`, this.settings];
    return Object.fromEntries(
      paths
        .filter((path) => existsSync(path))
        .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
    );
  }
}
