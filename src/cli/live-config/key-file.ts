import { inputFileError } from '../input-file-error.js';
import { KEY_NAMES, type KeyName } from './key-names.js';
import { readPrivateFile } from './private-file.js';

const FORM =
  'JSON such as { "apiKey": …, "apiSecret": … }, or lines such as POSITION_MONITOR_API_KEY=…';

/**
 * Reads a key file: a JSON object, or `KEY=VALUE` lines. Names may carry the prefix `POSITION_MONITOR_`.
 *
 * Messages name the file, the line and the name, never a value.
 *
 * @throws ValidationError `INPUT_FILE_INVALID` also when others than its owner may read it
 */
export async function readKeyFile(file: string): Promise<ReadonlyMap<KeyName, string>> {
  const text = await readPrivateFile(file);
  const pairs = text.trimStart().startsWith('{') ? jsonPairs(file, text) : linePairs(file, text);
  const keys = new Map<KeyName, string>();
  for (const { name, value, line } of pairs) {
    const key = keyNameOf(name);
    if (key === null) {
      throw inputFileError(file, line, {
        expected: `one of ${KEY_NAMES.join(', ')}`,
        received: 'another name',
      });
    }
    if (keys.has(key)) {
      throw inputFileError(file, line, { expected: `${key} once`, received: 'it twice' });
    }
    if (value === '') {
      throw inputFileError(file, line, { expected: `a value of ${key}`, received: 'nothing' });
    }
    keys.set(key, value);
  }
  if (keys.size === 0) {
    throw inputFileError(file, null, { expected: FORM, received: 'no key' });
  }
  return keys;
}

interface Pair {
  readonly name: string;
  readonly value: string;
  readonly line: number | null;
}

/** The parser's own message is dropped: it quotes the text. */
function jsonPairs(file: string, text: string): readonly Pair[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw inputFileError(file, null, { expected: FORM, received: 'malformed JSON' });
  }
  return Object.entries(parsed as object).map(([name, value]) => {
    if (typeof value === 'string') return { name, value: value.trim(), line: null };
    throw inputFileError(file, null, {
      expected: 'texts as values',
      received: value === null ? 'null' : `a ${typeof value}`,
    });
  });
}

function linePairs(file: string, text: string): readonly Pair[] {
  return text.split(/\r?\n/).flatMap((row, index) => {
    const content = row.trim();
    if (content === '' || content.startsWith('#')) return [];
    const at = content.indexOf('=');
    if (at < 1) {
      throw inputFileError(file, index + 1, { expected: FORM, received: 'another line' });
    }
    const name = content.slice(0, at).replace(/^export\s+/, '');
    const value = content
      .slice(at + 1)
      .trim()
      .replace(/^(["'])(.*)\1$/, '$2');
    return [{ name, value, line: index + 1 }];
  });
}

/** `apiKey`, `api_key`, `API_KEY` and `POSITION_MONITOR_API_KEY` are one name. */
function keyNameOf(name: string): KeyName | null {
  const spelled = name
    .trim()
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toUpperCase()
    .replace(/^POSITION_MONITOR_/, '');
  return KEY_NAMES.find((known) => known === spelled) ?? null;
}
