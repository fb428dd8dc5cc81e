/** A value that does not have the shape its place asks for. Becomes a `StoreError` where table and key are known. */
export class MalformedValue extends Error {
  override readonly name = 'MalformedValue';
}
