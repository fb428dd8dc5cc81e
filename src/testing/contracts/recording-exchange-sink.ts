import type {
  ExchangeSink,
  FillReport,
  OrderStatusReport,
  PositionStatusReport,
} from '../../ports/exchange-adapter.js';

/** Keeps everything that an adapter pushes, in order. */
export class RecordingExchangeSink implements ExchangeSink {
  readonly orders: OrderStatusReport[] = [];
  readonly fills: FillReport[] = [];
  readonly positions: PositionStatusReport[] = [];
  readonly connections: ('connected' | 'disconnected')[] = [];
  readonly gaps: string[] = [];
  /** Kinds of events in the order of their coming; connection states by their own name. */
  readonly sequence: string[] = [];

  order(report: OrderStatusReport): void {
    this.orders.push(report);
    this.sequence.push(`order:${report.status}`);
  }

  fill(report: FillReport): void {
    this.fills.push(report);
    this.sequence.push('fill');
  }

  position(report: PositionStatusReport): void {
    this.positions.push(report);
    this.sequence.push('position');
  }

  connection(state: 'connected' | 'disconnected'): void {
    this.connections.push(state);
    this.sequence.push(state);
  }

  gap(reason: string): void {
    this.gaps.push(reason);
    this.sequence.push('gap');
  }

  /** Trades of one order as the stream told them. */
  fillsOf(clientOrderId: string): readonly FillReport[] {
    return this.fills.filter((fill) => fill.clientOrderId === clientOrderId);
  }

  ordersOf(clientOrderId: string): readonly OrderStatusReport[] {
    return this.orders.filter((order) => order.clientOrderId === clientOrderId);
  }
}
