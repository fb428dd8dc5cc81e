import { Command } from 'commander';
import { replay } from './replay.js';
import { type ReplayArguments, replayOptionsFrom } from './replay-options.js';

const NOTES = `
Recordings: trades (ts_us,recv_us,id,side,price,qty), bars (ts_ms,open,high,low,close,volume), quote bars
(ts_ms,bid_open,…,ask_size), Binance's aggTrades and kline archives, and book-ticker frames as JSON lines.

Entries: [{ "id": "a", "symbol": "BTCUSDT", "side": "LONG", "quantity": "0.01", "row": 0 }]

Example:
  $ position-monitor replay --ticks BTCUSDT-aggTrades-2024-08-08.csv.gz --config config.json --entries entries.json

Exit code: 0 done, 2 bad input.`;

export function replayCommand(): Command {
  return new Command('replay')
    .description('Runs the monitor over recorded prices against the paper exchange.')
    .requiredOption('--ticks <file>', 'recorded prices: .csv, .csv.gz, .jsonl or .jsonl.gz')
    .requiredOption('--config <file>', 'configuration with instruments, or a settings file')
    .requiredOption('--entries <file>', 'entries to make, as JSON')
    .option('--store <path>', 'keep the SQLite store here (default: a temporary one)')
    .option('--bars <mode>', 'how a bar is judged: path (open, low, high, close) or close')
    .option('--bar-ms <ms>', 'length of a bar (default: the most common distance of rows)')
    .option('--fees <percent>', 'fees of the notional: one number, or maker,taker')
    .option('--slippage-bps <bps>', 'how much worse than the price market orders fill')
    .option('--latency-ms <ms>', 'round trip of a request to the exchange')
    .option(
      '--report <file>',
      'write a report to look at: one HTML file with charts and every exit',
    )
    .option('--json', 'print one JSON object')
    .addHelpText('after', NOTES)
    .action((given: ReplayArguments) => replay(replayOptionsFrom(given)));
}
