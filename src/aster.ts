export {
  type AsterExchangeOptions,
  createAsterExchange,
} from './adapters/exchanges/binance-dialect/create-aster-exchange.js';
export type { ApiKeyCredentials } from './adapters/exchanges/binance-dialect/create-binance-exchange.js';
export type { DialectOptions } from './adapters/exchanges/binance-dialect/exchange-options.js';
export type {
  HttpRequest,
  HttpResult,
  HttpTransport,
} from './adapters/exchanges/binance-dialect/http-transport.js';
export type { Eip712SignerOptions } from './adapters/exchanges/binance-dialect/signing/eip712-signer.js';
export type { SigningMessage } from './adapters/exchanges/binance-dialect/signing/signing-message.js';
export { createAsterFeed } from './adapters/feeds/binance-dialect/aster-feed.js';
export type { DialectFeedOptions } from './adapters/feeds/binance-dialect/feed-options.js';
export type { CreateWebSocket, WebSocketLike } from './platform/sockets/web-socket-like.js';
