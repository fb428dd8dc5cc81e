import { type Decimal, decimal } from '../model/decimal.js';
import type { ArmedTrail } from './armed-trail.js';

/**
 * Relative error that the preselection allows for: binary rounding, and quotients that end after 20 decimals. Far below
 * a tick, so that hardly any price is looked at in vain.
 */
const TOLERANCE = 1e-9;

/** A trail and the group in which it waits. */
export class TrailMember {
  readonly trail: ArmedTrail;
  /** Percent of the best price as a double, and what the double lacks. */
  readonly callback: number = Number.NaN;
  readonly callbackRest: number = Number.NaN;
  /** Least distance of the level from the best price, as a share of it: the callback less the tolerance. */
  readonly reach: number = Number.NaN;
  /** `null`: not armed any more. */
  group: TrailGroup | null = null;
  /** Where it stands in the heap of its group. */
  place = 0;
  /** Best price when it was taken out of the book; `null` while it is armed. */
  peakAtEnd: Decimal | null = null;

  constructor(trail: ArmedTrail) {
    const { callbackPct } = trail;
    this.trail = trail;
    this.callback = Number(callbackPct);
    this.callbackRest = Number(callbackPct.minus(decimal(this.callback)));
    this.reach = (this.callback / 100) * (1 - TOLERANCE) - TOLERANCE;
  }
}

/**
 * Trails with one best price: a heap by callback, the tightest level first.
 *
 * Prices are told in favour of the position here: as they are for a LONG, negated for a SHORT.
 */
export class TrailGroup {
  /** Largest double that is not above the best price. A price above it, and only such a price, is a better one. */
  key = Number.NaN;
  /** Best price where the key is not the whole of it, e.g. an average with 20 decimals. */
  exact: Decimal | null = null;
  /** No level of the group lies above this; minus infinity for an empty group. */
  bound = Number.NEGATIVE_INFINITY;
  /** Highest bound of this group and of all beneath it in the stack. */
  nearest = Number.NEGATIVE_INFINITY;
  readonly #members: TrailMember[] = [];

  constructor(key: number, exact: Decimal | null) {
    this.key = key;
    this.exact = exact;
  }

  get size(): number {
    return this.#members.length;
  }

  /** The member with the smallest callback. */
  get first(): TrailMember | undefined {
    return this.#members[0];
  }

  /** Reach of the first member, `Infinity` without any. */
  get reach(): number {
    return this.first?.reach ?? Number.POSITIVE_INFINITY;
  }

  hasPeak(key: number, exact: Decimal | null): boolean {
    if (this.key !== key) return false;
    return exact === null || this.exact === null ? exact === this.exact : exact.eq(this.exact);
  }

  add(member: TrailMember): void {
    member.group = this;
    this.#members.push(member);
    this.#siftUp(this.#members.length - 1, member);
  }

  remove(member: TrailMember): void {
    member.group = null;
    const last = this.#members.pop();
    if (last === undefined || last === member) return;
    const hole = member.place;
    const parent = this.#members[(hole - 1) >> 1];
    if (hole > 0 && parent !== undefined && isTighter(last, parent)) this.#siftUp(hole, last);
    else this.#siftDown(hole, last);
  }

  /** Takes all members of the other group, which is of no use any more. */
  absorb(other: TrailGroup): void {
    for (const member of other.#members) this.add(member);
  }

  #siftUp(from: number, member: TrailMember): void {
    let place = from;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const parent = this.#members[above] as TrailMember;
      if (!isTighter(member, parent)) break;
      this.#put(place, parent);
      place = above;
    }
    this.#put(place, member);
  }

  #siftDown(from: number, member: TrailMember): void {
    let place = from;
    for (;;) {
      const left = place * 2 + 1;
      let child = this.#members[left];
      if (child === undefined) break;
      const right = this.#members[left + 1];
      if (right !== undefined && isTighter(right, child)) child = right;
      if (!isTighter(child, member)) break;
      const below = child.place;
      this.#put(place, child);
      place = below;
    }
    this.#put(place, member);
  }

  #put(place: number, member: TrailMember): void {
    this.#members[place] = member;
    member.place = place;
  }
}

/** Exact: the first of a group speaks for all of it. Numbers are enough for any callback that a person writes. */
function isTighter(a: TrailMember, b: TrailMember): boolean {
  if (a.callback !== b.callback) return a.callback < b.callback;
  if (a.callbackRest !== b.callbackRest) return a.callbackRest < b.callbackRest;
  return a.callbackRest !== 0 && a.trail.callbackPct.lt(b.trail.callbackPct);
}
