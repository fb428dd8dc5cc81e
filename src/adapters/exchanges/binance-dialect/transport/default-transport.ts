import type { Clock } from '../../../../ports/clock.js';
import type { HttpTransport } from '../http-transport.js';
import { createFetchTransport } from './fetch-transport.js';
import { nodeBuiltin } from './node-builtin.js';
import { createNodeTransport } from './node-transport.js';

/** Node's own client where there is one, `fetch` elsewhere. */
export function createDefaultTransport(clock: Clock): HttpTransport {
  return nodeBuiltin('node:https') === null
    ? createFetchTransport({ clock })
    : createNodeTransport({ clock });
}
