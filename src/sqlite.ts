export {
  betterSqlite3Driver,
  nodeSqliteDriver,
  type SqliteDatabase,
  type SqliteDriver,
  type SqliteStatement,
  type SqliteValue,
} from './adapters/stores/sqlite/driver.js';
export { SqliteStore, type SqliteStoreOptions } from './adapters/stores/sqlite/sqlite-store.js';
export {
  openReadOnlySqlite,
  type SqliteStoreReader,
  type StoreHeartbeat,
} from './adapters/stores/sqlite/sqlite-store-reader.js';
