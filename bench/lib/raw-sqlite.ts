import Database from 'better-sqlite3';

/** Writes four rows a fill in commits of so many fills, then syncs once: what SQLite alone needs, ms. */
export function groupCommits(path: string, fills: number, fillsPerCommit: number): number {
  const database = new Database(path);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
  database.exec(
    'CREATE TABLE rows (id TEXT PRIMARY KEY, a TEXT, b TEXT, c TEXT, d TEXT, e INTEGER)',
  );
  const insert = database.prepare('INSERT INTO rows VALUES (?, ?, ?, ?, ?, ?)');
  const text = '0.01,45000.10,44550.00,{"kind":"percent","percent":"20"}'.repeat(4);
  const began = performance.now();
  for (let fill = 0; fill < fills; fill += fillsPerCommit) {
    database.exec('BEGIN IMMEDIATE');
    for (let row = fill * 4; row < (fill + fillsPerCommit) * 4; row += 1) {
      insert.run(`row-${row}`, text, '0.01', '45000.1', 'OPEN', row);
    }
    database.exec('COMMIT');
  }
  const took = performance.now() - began;
  database.close();
  return took;
}

/** Reads every row of every table. @returns how many, and how long it took, ms */
export function readEverything(path: string): { readonly rows: number; readonly tookMs: number } {
  const began = performance.now();
  const database = new Database(path, { readonly: true });
  const tables = database
    .prepare("SELECT name FROM sqlite_master WHERE type = 'table'")
    .pluck()
    .all() as string[];
  let rows = 0;
  for (const table of tables) rows += database.prepare(`SELECT * FROM "${table}"`).all().length;
  database.close();
  return { rows, tookMs: performance.now() - began };
}
