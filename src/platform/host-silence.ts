import type { Clock } from '../ports/clock.js';
import { SystemClock } from './system-clock.js';

/** Until when nothing may be sent to a host, monotonic ms. */
export interface HostSilence {
  until: number;
}

/** By clock: monotonic times of two clocks cannot be compared, but for those of the system, which are one. */
const SILENCES = new WeakMap<object, Map<string, HostSilence>>();

/**
 * The silence that an exchange asked this process for.
 *
 * A ban is of the address, not of the object that met it: account requests and price requests to one host share it.
 */
export function hostSilence(clock: Clock, url: string): HostSilence {
  const time = clock instanceof SystemClock ? SystemClock : clock;
  let hosts = SILENCES.get(time);
  if (hosts === undefined) {
    hosts = new Map();
    SILENCES.set(time, hosts);
  }
  const { host } = new URL(url);
  let silence = hosts.get(host);
  if (silence === undefined) {
    silence = { until: Number.NEGATIVE_INFINITY };
    hosts.set(host, silence);
  }
  return silence;
}

/** Lengthens the silence; never shortens it. */
export function silenceHost(clock: Clock, url: string, forMs: number): void {
  const silence = hostSilence(clock, url);
  silence.until = Math.max(silence.until, clock.monotonic() + forMs);
}
