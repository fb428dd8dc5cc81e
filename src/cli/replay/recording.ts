import { createReadStream, type ReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { RECORDING_CHUNK_BYTES, RECORDING_LINE_BYTES_MAX } from '../../limits.js';
import { inputFileError, unreadableFile } from '../input-file-error.js';
import { csvFormatOf } from './csv-format.js';
import { CsvRows } from './csv-rows.js';
import { JsonRows } from './json-rows.js';
import { RowBatch, type RowReader, type RowShape } from './row-batch.js';

const LINE_FEED = 10;
const KIND = /\.(csv|jsonl)(\.gz)?$/i;

/** A file of recorded prices, read as a stream: memory does not grow with its length. */
export class Recording {
  readonly file: string;
  /** Size on disk and how much of it was read, bytes. */
  readonly bytesTotal: number;
  #source: ReadStream | null = null;
  readonly #isJson: boolean;
  readonly #isPacked: boolean;
  readonly #symbol: string | null;

  private constructor(file: string, bytesTotal: number, kind: string[], symbol: string | null) {
    this.file = file;
    this.bytesTotal = bytesTotal;
    this.#isJson = kind[1]?.toLowerCase() === 'jsonl';
    this.#isPacked = kind[2] !== undefined;
    this.#symbol = symbol;
  }

  /**
   * Checks the file's name and that it is there; what is in it shows while it is read.
   *
   * @param symbol whose frames count in a recording of several symbols; `null` = of the first one
   * @throws ValidationError `INPUT_FILE_INVALID`
   */
  static async open(file: string, symbol: string | null): Promise<Recording> {
    const kind = KIND.exec(file);
    if (kind === null) {
      throw inputFileError(file, null, {
        expected: 'a recording named .csv, .csv.gz, .jsonl or .jsonl.gz',
        received: 'another name',
      });
    }
    const found = await stat(file).catch((error: unknown) => {
      throw unreadableFile(file, error);
    });
    if (found.isDirectory()) throw unreadableFile(file, { code: 'EISDIR' });
    if (found.size === 0) throw emptyFile(file);
    return new Recording(file, found.size, kind, symbol);
  }

  get bytesRead(): number {
    return this.#source?.bytesRead ?? 0;
  }

  /** What a row carries. Reads no more of the file than its first line. */
  async shape(): Promise<RowShape> {
    for await (const bytes of this.#chunks()) return this.#readerFor(bytes).shape;
    throw emptyFile(this.file);
  }

  /**
   * Every row from the beginning. The same batch comes again and again: it is good until the next one is asked for.
   *
   * @throws ValidationError `INPUT_FILE_INVALID` naming the line
   */
  async *batches(): AsyncGenerator<RowBatch, void, undefined> {
    let reader: RowReader | null = null;
    let batch: RowBatch | null = null;
    let rows = 0;
    for await (const bytes of this.#chunks()) {
      reader ??= this.#readerFor(bytes);
      batch ??= new RowBatch(reader.shape);
      reader.read(bytes, bytes.length, batch);
      rows += batch.count;
      if (batch.count > 0) yield batch;
    }
    if (reader === null) throw emptyFile(this.file);
    reader.finish(rows);
  }

  #readerFor(bytes: Uint8Array): RowReader {
    if (this.#isJson) return new JsonRows(this.file, this.#symbol);
    const line = new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(LINE_FEED)));
    return new CsvRows(csvFormatOf(line.trim(), this.file), this.file);
  }

  /** Unpacked bytes in pieces that end with a whole line. */
  async *#chunks(): AsyncGenerator<Uint8Array, void, undefined> {
    /** The beginning of a line whose end has not come. */
    let rest: Buffer = Buffer.alloc(0);
    let isFirst = true;
    for await (const chunk of this.#bytes()) {
      let bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      if (isFirst && bytes.length < 3) {
        rest = bytes;
        continue;
      }
      // Some editors put a byte order mark first.
      if (isFirst && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) {
        bytes = bytes.subarray(3);
      }
      isFirst = false;
      const end = bytes.lastIndexOf(LINE_FEED) + 1;
      rest = bytes.subarray(end);
      if (rest.length > RECORDING_LINE_BYTES_MAX) {
        throw inputFileError(this.file, null, {
          expected: `lines of at most ${RECORDING_LINE_BYTES_MAX} bytes`,
          received: 'a longer one',
          remedy: 'Is it a recording?',
        });
      }
      if (end > 0) yield bytes.subarray(0, end);
    }
    if (rest.length > 0) yield Buffer.concat([rest, Buffer.from('\n')]);
  }

  async *#bytes(): AsyncGenerator<Buffer, void, undefined> {
    const source = createReadStream(this.file, { highWaterMark: RECORDING_CHUNK_BYTES });
    this.#source = source;
    const stream: Readable = this.#isPacked ? unpacked(source) : source;
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      throw this.#unreadable(error);
    } finally {
      source.destroy();
      stream.destroy();
    }
  }

  #unreadable(error: unknown): Error {
    const { code } = error as { code?: unknown };
    if (code === 'Z_BUF_ERROR') {
      return inputFileError(this.file, null, {
        expected: 'a whole gzip file',
        received: 'one that ends in the middle',
        remedy: 'Fetch it again',
        cause: error,
      });
    }
    if (typeof code === 'string' && code.startsWith('Z_')) {
      return inputFileError(this.file, null, {
        expected: 'a gzip file',
        received: 'other or damaged data',
        cause: error,
      });
    }
    return unreadableFile(this.file, error);
  }
}

/** Errors of the file must end the unpacking as well, or it would wait for ever. */
function unpacked(source: Readable): Readable {
  const gunzip = createGunzip({ chunkSize: RECORDING_CHUNK_BYTES });
  source.on('error', (error) => gunzip.destroy(error));
  return source.pipe(gunzip);
}

function emptyFile(file: string): Error {
  return inputFileError(file, null, { expected: 'recorded prices', received: 'an empty file' });
}
