import { EventEmitter } from 'eventemitter3';
import type { MonitorEvent, MonitorEventMap, MonitorEventName } from '../model/monitor-event.js';

/** What a listener gets; it may be asynchronous. */
export type MonitorListener<Name extends MonitorEventName> = (
  payload: MonitorEventMap[Name],
) => unknown;

/** Told when a listener threw or rejected. */
export type ListenerFault = (event: MonitorEventName, error: unknown) => void;

type AnyListener = (payload: never) => unknown;

/**
 * Typed events whose listeners cannot harm each other or the monitor.
 *
 * A listener that throws, or whose promise rejects, is reported; the others still get the event. A listener that hangs
 * holds nobody up, because nobody waits for it. Listeners that are added or removed while an event is being told do
 * not change who hears it.
 */
export class IsolatedEmitter {
  readonly #emitter = new EventEmitter();
  readonly #wrapped = new Map<MonitorEventName, Map<AnyListener, (payload: unknown) => void>>();
  readonly #onFault: ListenerFault;

  constructor(onFault: ListenerFault) {
    this.#onFault = onFault;
  }

  on<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): void {
    this.#add(name, listener, false);
  }

  once<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): void {
    this.#add(name, listener, true);
  }

  off<Name extends MonitorEventName>(name: Name, listener: MonitorListener<Name>): void {
    const guarded = this.#wrapped.get(name)?.get(listener as AnyListener);
    if (guarded === undefined) return;
    this.#wrapped.get(name)?.delete(listener as AnyListener);
    this.#emitter.off(name, guarded);
  }

  emit({ name, payload }: MonitorEvent): void {
    this.#emitter.emit(name, payload);
  }

  #add<Name extends MonitorEventName>(
    name: Name,
    listener: MonitorListener<Name>,
    once: boolean,
  ): void {
    let ofName = this.#wrapped.get(name);
    if (ofName === undefined) {
      ofName = new Map();
      this.#wrapped.set(name, ofName);
    }
    /** The same listener counts once, as with DOM events. */
    if (ofName.has(listener as AnyListener)) return;
    const guarded = (payload: unknown): void => {
      if (once) this.off(name, listener);
      this.#call(name, listener as AnyListener, payload);
    };
    ofName.set(listener as AnyListener, guarded);
    this.#emitter.on(name, guarded);
  }

  #call(name: MonitorEventName, listener: AnyListener, payload: unknown): void {
    try {
      const result = listener(payload as never);
      if (isThenable(result))
        result.then(undefined, (error: unknown) => this.#onFault(name, error));
    } catch (error) {
      this.#onFault(name, error);
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | null | undefined)?.then === 'function';
}
