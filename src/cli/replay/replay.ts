import { WARNINGS_LISTED_MAX } from '../../limits.js';
import { inputFileError } from '../input-file-error.js';
import { ProgressBar } from '../progress-bar.js';
import { reportFileAt } from '../report/report-file.js';
import { reportPage } from '../report/report-page.js';
import { ReportRecorder } from '../report/report-recorder.js';
import { grouped } from '../text.js';
import { barLengthOf } from './bar-length.js';
import { readEntriesFile } from './entries-file.js';
import type { EntryRequest } from './entry-orders.js';
import { replayText } from './print-replay.js';
import { Recording } from './recording.js';
import { type ConfigFile, checkPlans, readConfigFile, replayConfigFor } from './replay-config.js';
import type { ReplayOptions } from './replay-options.js';
import { jsonOf, type ReplayResult, resultOf } from './replay-result.js';
import { ReplayRun } from './replay-run.js';
import { replayStoreAt } from './replay-store.js';
import { type RowWalk, rowWalkOf } from './row-walk.js';

/** `replay`: everything is checked before the store is made, and a failure removes what was made. */
export async function replay(options: ReplayOptions): Promise<void> {
  const configFile = await readConfigFile(options.configFile);
  const entries = await readEntriesFile(options.entriesFile);
  const symbol = symbolOf(options, entries, configFile);
  checkPlans(options.entriesFile, configFile, entries);
  const recording = await Recording.open(options.ticksFile, symbol);
  const walk = await walkOf(recording, options);
  const config = replayConfigFor(configFile, entries, symbol, walk.sources);
  const { reportPath } = options;
  const report = reportPath === null ? null : await reportFileAt(reportPath);
  const place = await replayStoreAt(options.storePath).catch((error: unknown) => {
    report?.discard();
    throw error;
  });
  const discard = () => {
    place.discard();
    report?.discard();
  };
  const disarm = discardOnExit(discard);
  const bar = new ProgressBar('replay');
  try {
    const { contractSize } = config.instrument;
    const recorder = report === null ? null : new ReportRecorder(contractSize);
    const startedAt = performance.now();
    const run = await ReplayRun.over({
      config,
      recording,
      entriesFile: options.entriesFile,
      walk,
      store: place.store,
      fills: options.fills,
      ...(recorder !== null && { observer: recorder }),
      onRows: (rows) => {
        bar.update(recording.bytesRead / recording.bytesTotal, `${grouped(rows)} rows`);
      },
    });
    const elapsedMs = performance.now() - startedAt;
    const warnings = [...config.warnings, ...run.warnings];
    const result = resultOf(run, symbol, await place.store.load(), elapsedMs, warnings);
    // Made before the monitor stops: that takes time, in which nothing was recorded any more.
    const { entries: book } = run;
    const { stepsPerRow } = walk;
    const page =
      recorder && reportPage({ options, result, book, recorder, contractSize, stepsPerRow });
    await run.stop();
    if (page !== null) report?.finish(page);
    place.finish();
    bar.clear();
    print(result, options.json);
  } catch (error) {
    bar.clear();
    discard();
    throw error;
  } finally {
    disarm();
  }
}

/** All entries name the same symbol; a replay without entries takes the only instrument of the configuration. */
function symbolOf(
  { entriesFile }: ReplayOptions,
  entries: readonly EntryRequest[],
  { config }: ConfigFile,
): string {
  const [first] = entries;
  if (first !== undefined) return first.symbol;
  const [only, ...others] = Object.keys(config.instruments ?? {});
  if (only !== undefined && others.length === 0) return only;
  throw inputFileError(entriesFile, null, {
    expected: 'at least one entry, or a configuration with a single instrument',
    received: 'no entry',
  });
}

async function walkOf(recording: Recording, options: ReplayOptions): Promise<RowWalk> {
  const shape = await recording.shape();
  const isBars = shape === 'bar' || shape === 'quote-bar';
  const asked = options.bars === null ? null : `--bars ${options.bars}`;
  const wrong = asked ?? (options.barMs === null ? null : '--bar-ms');
  if (!isBars && wrong !== null) {
    throw inputFileError(options.ticksFile, null, {
      expected: `bars, because ${wrong} was given`,
      received: shape === 'quote' ? 'book-ticker frames' : 'trades',
    });
  }
  const mode = options.bars ?? 'path';
  const needsLength = isBars && mode === 'path';
  return rowWalkOf(
    shape,
    mode,
    needsLength ? (options.barMs ?? (await barLengthOf(recording))) : 0,
  );
}

/** A process that is interrupted, or that breaks, leaves nothing behind either. */
function discardOnExit(discard: () => void): () => void {
  const handlers: [NodeJS.Signals | 'exit', () => void][] = [
    ['exit', discard],
    ['SIGHUP', () => process.exit(129)],
    ['SIGINT', () => process.exit(130)],
    ['SIGTERM', () => process.exit(143)],
  ];
  for (const [event, handler] of handlers) process.once(event, handler);
  return () => {
    for (const [event, handler] of handlers) process.off(event, handler);
  };
}

function print(result: ReplayResult, asJson: boolean): void {
  const { warnings } = result.stats;
  for (const warning of warnings.slice(0, WARNINGS_LISTED_MAX))
    console.error(`warning: ${warning}`);
  const more = warnings.length - WARNINGS_LISTED_MAX;
  if (more > 0) console.error(`warning: and ${more} more`);
  console.log(asJson ? jsonOf(result) : replayText(result));
}
