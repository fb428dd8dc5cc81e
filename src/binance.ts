export {
  type ApiKeyCredentials,
  type BinanceExchangeOptions,
  createBinanceExchange,
} from './adapters/exchanges/binance-dialect/create-binance-exchange.js';
export type { DialectOptions } from './adapters/exchanges/binance-dialect/exchange-options.js';
export type {
  HttpRequest,
  HttpResult,
  HttpTransport,
} from './adapters/exchanges/binance-dialect/http-transport.js';
export { createBinanceFeed } from './adapters/feeds/binance-dialect/binance-feed.js';
export type { DialectFeedOptions } from './adapters/feeds/binance-dialect/feed-options.js';
export type { CreateWebSocket, WebSocketLike } from './platform/sockets/web-socket-like.js';
