import type { MonitorEventMap, PositionMonitor, ProtectionReport } from '../../src/index.js';

interface Ledger {
  entries: number;
  exits: Map<string, number>;
  pnl: number;
  fees: number;
  worst: number;
}

const USES_COLOUR = process.stdout.isTTY === true && !process.env.NO_COLOR;
const MONEY = new Intl.NumberFormat('en-US', {
  minimumFractionDigits: 2,
  maximumFractionDigits: 2,
});

/** Writes down what happens, and why: one line a happening. */
export class Story {
  readonly #ledgers = new Map<string, Ledger>();
  readonly #numbers = new Map<string, number>();
  /** How often the stop of a tranche was moved, and where it was moved to first. */
  readonly #moves = new Map<string, { count: number; stop: string | null }>();

  listen(monitor: PositionMonitor): void {
    monitor.on('protection:placed', (event) => this.#onProtected(event, monitor));
    monitor.on('fill:applied', (event) => this.#onFill(event, monitor));
    monitor.on('tranche:updated', (event) => this.#onUpdated(event));
    monitor.on('tranche:closed', (event) => this.#onClosed(event));
    monitor.on('tranche:merged', ({ time, symbol, merged }) =>
      this.line(time, symbol, 'merged', `${merged.length + 1} tranches in profit are one now`),
    );
    monitor.on('protection:failed', ({ time, symbol, reason }) =>
      this.line(time, symbol, 'ALARM', reason),
    );
  }

  entered(time: number, symbol: string, text: string): void {
    this.#ledgerOf(symbol).entries += 1;
    this.line(time, symbol, 'bot', text);
  }

  line(time: number, symbol: string, who: string, text: string): void {
    const at = new Date(time).toISOString().slice(11, 19);
    console.log(`${at}  ${symbol.padEnd(8)} ${who.padEnd(8)} ${text}`);
  }

  #onProtected(
    { time, symbol, trancheId, coverage }: MonitorEventMap['protection:placed'],
    monitor: PositionMonitor,
  ): void {
    const tranche = monitor.tranche(trancheId);
    if (tranche === undefined) return;
    if (this.#moves.has(trancheId)) return;
    const { levels, side, quantity, entryPrice, plan } = tranche;
    this.#moves.set(trancheId, { count: 0, stop: levels.stopLoss });
    const profits = levels.takeProfits.map(({ price }) => price).join(', ');
    const name = this.#numberOf(trancheId);
    const where = coverage === 'resting' ? 'at the exchange' : `covered: ${coverage}`;
    const more = [
      ...(profits === '' ? [] : [`take-profit ${profits}`]),
      ...(plan.trailingStop === null
        ? []
        : [`a trail from ${plan.trailingStop.activationPct} % on`]),
    ];
    this.line(
      time,
      symbol,
      'guarded',
      `tranche ${name}, ${side} ${quantity} from ${short(entryPrice)}: ${[`stop ${levels.stopLoss}`, ...more].join(', ')} ${where}`,
    );
  }

  /** Levels that take a part; the last exit is told with the end of the tranche. */
  #onFill(
    { time, symbol, trancheId, quantity, price, effect }: MonitorEventMap['fill:applied'],
    monitor: PositionMonitor,
  ): void {
    const tranche = trancheId === null ? undefined : monitor.tranche(trancheId);
    if (effect !== 'exit' || tranche === undefined || tranche.quantity === '0') return;
    this.line(
      time,
      symbol,
      'target',
      `tranche ${this.#numberOf(tranche.id)}: take-profit took ${quantity} at ${price}, ${tranche.quantity} is left`,
    );
  }

  /** Where a rule moved the stop: each place of breakeven, of a trail only the first one. */
  #onUpdated({ time, symbol, trancheId, tranche }: MonitorEventMap['tranche:updated']): void {
    const { stopLoss, stopRule } = tranche.levels;
    const known = this.#moves.get(trancheId);
    if (known === undefined || stopLoss === known.stop || tranche.quantity === '0') return;
    this.#moves.set(trancheId, { count: known.count + 1, stop: stopLoss });
    if (stopRule === 'trailing-stop' && known.count > 0) return;
    const follows = stopRule === 'trailing-stop' ? ' and follows the best price from now on' : '';
    this.line(
      time,
      symbol,
      'stop',
      `tranche ${this.#numberOf(trancheId)}: goes to ${stopLoss} (${stopRule})${follows}`,
    );
  }

  #onClosed(event: MonitorEventMap['tranche:closed']): void {
    const { time, symbol, side, reason, chain, realizedPnl, fees, tranche } = event;
    const net = Number(realizedPnl) - Number(fees);
    const ledger = this.#ledgerOf(symbol);
    ledger.exits.set(reason, (ledger.exits.get(reason) ?? 0) + 1);
    ledger.pnl += Number(realizedPnl);
    ledger.fees += Number(fees);
    const fill = chain.fills.at(-1);
    const order = fill?.role === 'close' ? 'market close' : `resting ${fill?.role} order`;
    const better = (Number(fill?.price) - Number(chain.level)) * (side === 'LONG' ? 1 : -1);
    const slippage = chain.level === null ? 0 : better;
    ledger.worst = Math.min(ledger.worst, slippage);
    const slipped = slippage < 0 ? `, ${short(`${-slippage}`)} worse than its level` : '';
    const { count = 0 } = this.#moves.get(tranche.id) ?? {};
    const moved = reason === 'trailing-stop' ? `, moved ${count} times` : '';
    const price = chain.tick === null ? '' : `${chain.tick.source} ${chain.tick.price} -> `;
    this.line(
      time,
      symbol,
      'EXIT',
      `tranche ${this.#numberOf(tranche.id)}: ${price}${reason} at ${chain.level}${moved} -> ${order} -> ${fill?.quantity} filled at ${short(fill?.price ?? '')}${slipped}  ${coloured(net)}`,
    );
  }

  /** The sum of it all. */
  finish(report: ProtectionReport | null, open: PositionMonitor): void {
    console.log('\nWhat it came to');
    let net = 0;
    for (const [symbol, { entries, exits, pnl, fees, worst }] of this.#ledgers) {
      const reasons = [...exits].map(([reason, count]) => `${count} ${reason}`).join(', ');
      net += pnl - fees;
      console.log(
        `  ${symbol.padEnd(8)} ${entries} entries; exits: ${reasons || 'none'}; PnL ${MONEY.format(pnl)}, fees ${MONEY.format(fees)}, worst slippage ${short(`${-worst}`)}`,
      );
    }
    console.log(`  Net of fees: ${coloured(net)} USDT`);
    const positions = open.positions();
    const unrealised = positions.reduce((sum, { unrealizedPnl }) => sum + Number(unrealizedPnl), 0);
    if (positions.length > 0)
      console.log(`  Still open: ${positions.length}, worth ${coloured(unrealised)} USDT`);
    for (const { symbol, side, quantity, tranches } of positions) {
      const covered = tranches.every(({ coverage }) => coverage === 'resting');
      console.log(
        `    ${symbol} ${side} ${quantity}: ${covered ? 'every contract under a stop that rests at the exchange' : 'NOT fully covered'}`,
      );
    }
    if (report !== null) {
      console.log(
        `  The exchange was asked: ${report.protected ? 'everything is protected' : 'there are GAPS'}`,
      );
    }
  }

  #ledgerOf(symbol: string): Ledger {
    let ledger = this.#ledgers.get(symbol);
    if (ledger === undefined) {
      ledger = { entries: 0, exits: new Map(), pnl: 0, fees: 0, worst: 0 };
      this.#ledgers.set(symbol, ledger);
    }
    return ledger;
  }

  /** Tranche ids are long; the story counts them. */
  #numberOf(trancheId: string): number {
    const number = this.#numbers.get(trancheId) ?? this.#numbers.size + 1;
    this.#numbers.set(trancheId, number);
    return number;
  }
}

function coloured(amount: number): string {
  const text = `${amount < 0 ? '' : '+'}${MONEY.format(amount)}`;
  if (!USES_COLOUR) return text;
  return `\u001b[${amount < 0 ? 31 : 32}m${text}\u001b[0m`;
}

function short(decimal: string): string {
  const value = Number(decimal);
  return `${Number(value.toPrecision(8))}`;
}
