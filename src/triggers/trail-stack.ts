import { invariant } from '../errors/invariant.js';
import { type Decimal, decimal } from '../model/decimal.js';
import type { PositionSide } from '../model/side.js';
import type { ArmedTrail } from './armed-trail.js';
import { TrailGroup, TrailMember } from './trail-group.js';

/** A trail that a price is at or past, and its level. */
export interface TrailHit {
  readonly trail: ArmedTrail;
  readonly level: Decimal;
  /** Best price that the level is of. */
  readonly peak: Decimal;
}

/**
 * All trails of one side on one price stream, as a stack of groups with one best price each: the worst on top.
 *
 * A better price than the top's merges the groups that it passes into one, and a group never splits: trails with one
 * best price have it in common for ever. So a tick that hits nothing touches the top alone, whatever is beneath it.
 *
 * Inside, prices that are numbers are told in favour of the position: as they are for a LONG, negated for a SHORT. A
 * trail is then raised by higher prices and hit by lower ones.
 */
export class TrailStack {
  readonly #sign: 1 | -1;
  /** Best prices fall from the bottom to the top. Groups that lost their last member may linger above `#settled`. */
  readonly #groups: TrailGroup[] = [];
  /** So many groups from the bottom know their `nearest`. */
  #settled = 0;
  /** No level lies above this. The highest bound of all groups while all of them are settled. */
  #nearest = Number.NEGATIVE_INFINITY;
  #size = 0;
  /** Largest tick size since the stack was last empty. */
  #tickSize = Number.NEGATIVE_INFINITY;
  /** There were several: then a smaller callback does not always mean a tighter level. */
  #isMixed = false;

  constructor(side: PositionSide) {
    this.#sign = side === 'LONG' ? 1 : -1;
  }

  get size(): number {
    return this.#size;
  }

  /** Hit by this price at the earliest; without any trail, by none. */
  get nearest(): number {
    return this.#sign * this.#nearest;
  }

  /** Whether `nearest` is as near as it can be told in numbers. Trails that left do not loosen it by themselves. */
  get isSettled(): boolean {
    return this.#settled === this.#groups.length;
  }

  /** Raised by a better price than this; without any trail, by none. */
  get worstPeak(): number {
    const groups = this.#groups;
    const depth = groups.length - 1;
    return this.#sign * (depth < 0 ? Number.POSITIVE_INFINITY : (groups[depth] as TrailGroup).key);
  }

  add(trail: ArmedTrail, peak: Decimal): TrailMember {
    const member = new TrailMember(trail);
    invariant(peak.gt(0), 'the best price of a trail is above zero');
    invariant(Number.isFinite(member.reach), 'a trail has a callback');
    invariant(
      trail.tickSize > 0 && trail.tickSize < Number.POSITIVE_INFINITY,
      'a trail has a tick',
    );
    if (this.#size > 0 && trail.tickSize !== this.#tickSize) this.#isMixed = true;
    this.#tickSize = Math.max(this.#tickSize, trail.tickSize);
    const key = this.#keyOf(peak);
    const exact = this.#decimalOf(key).eq(peak) ? null : peak;
    const depth = this.#depthOf(key);
    let group = this.#groups[depth];
    if (group === undefined || !group.hasPeak(key, exact)) {
      group = new TrailGroup(key, exact);
      this.#groups.splice(depth, 0, group);
    }
    group.add(member);
    this.#size += 1;
    const bound = this.#boundAt(key, member.reach);
    if (bound > group.bound) {
      group.bound = bound;
      this.#unsettleFrom(depth, bound);
    }
    return member;
  }

  remove(member: TrailMember): void {
    const { group } = member;
    if (group === null) return;
    this.#part(group, member, this.#peakOf(group));
    if (this.#size === 0) {
      this.#clear();
      return;
    }
    const bound = this.#boundAt(group.key, group.reach);
    if (bound >= group.bound) return;
    group.bound = bound;
    this.#settled = Math.min(this.#settled, this.#depthOf(group.key));
    if (this.#groups.length > 2 * this.#size) this.settle();
  }

  /** Best price of a trail since it was armed; of one that left, when it did. */
  peakOf({ group, peakAtEnd }: TrailMember): Decimal {
    const peak = group === null ? peakAtEnd : this.#peakOf(group);
    invariant(peak !== null, 'a trail has a best price');
    return peak;
  }

  /** Whether no trail would be hit by the price that raises it. Numbers alone: `false` may be wrong, `true` never is. */
  canRaiseTo(price: number): boolean {
    const key = this.#sign * price;
    let reach = Number.POSITIVE_INFINITY;
    for (let depth = this.#groups.length - 1; depth >= 0; depth -= 1) {
      const group = this.#groups[depth] as TrailGroup;
      if (group.key >= key) break;
      reach = Math.min(reach, group.reach);
    }
    return this.#boundAt(key, reach) < key;
  }

  /** Makes the price the best one of every trail whose best price is worse. */
  raiseTo(price: number): void {
    const key = this.#sign * price;
    const groups = this.#groups;
    let depth = groups.length;
    let raised: TrailGroup | null = null;
    while (depth > 0) {
      const group = groups[depth - 1] as TrailGroup;
      if (group.key >= key) break;
      raised = raised === null ? group : merged(raised, group);
      depth -= 1;
    }
    if (raised === null) return;
    raised.key = key;
    raised.exact = null;
    raised.bound = this.#boundAt(key, raised.reach);
    groups[depth] = raised;
    if (groups.length > depth + 1) groups.length = depth + 1;
    this.#unsettleFrom(depth, raised.bound);
  }

  /** Removes and returns every trail that the price is at or past. Raises nothing. */
  take(price: Decimal): TrailHit[] {
    const hits: TrailHit[] = [];
    if (this.#size === 0) return hits;
    const number = this.#sign * Number(price);
    this.settle();
    for (let depth = this.#groups.length - 1; depth >= 0; depth -= 1) {
      const group = this.#groups[depth] as TrailGroup;
      if (group.nearest < number) break;
      if (group.bound < number) continue;
      this.#takeFrom(group, price, number, hits);
      this.#settled = depth;
    }
    if (this.#size === 0) this.#clear();
    return hits;
  }

  /** Drops empty groups and finds the nearest level again, from the lowest group that changed. */
  settle(): void {
    const groups = this.#groups;
    let kept = this.#settled;
    let nearest = kept === 0 ? Number.NEGATIVE_INFINITY : (groups[kept - 1] as TrailGroup).nearest;
    for (let depth = kept; depth < groups.length; depth += 1) {
      const group = groups[depth] as TrailGroup;
      if (group.size === 0) continue;
      nearest = Math.max(nearest, group.bound);
      group.nearest = nearest;
      groups[kept] = group;
      kept += 1;
    }
    if (kept < groups.length) groups.length = kept;
    this.#settled = kept;
    this.#nearest = nearest;
  }

  #takeFrom(group: TrailGroup, price: Decimal, number: number, hits: TrailHit[]): void {
    const peak = this.#peakOf(group);
    const spared: TrailMember[] = [];
    let bound = Number.NEGATIVE_INFINITY;
    for (let first = group.first; first !== undefined; first = group.first) {
      const boundOfRest = this.#boundAt(group.key, first.reach);
      if (boundOfRest < number) {
        bound = Math.max(bound, boundOfRest);
        break;
      }
      const level = first.trail.levelAt(peak);
      if (this.#sign === 1 ? price.lte(level) : price.gte(level)) {
        this.#part(group, first, peak);
        hits.push({ trail: first.trail, level, peak });
        continue;
      }
      /** The exact level serves from now on: a price that stays within a tick of it is not looked at again and again. */
      bound = Math.max(bound, this.#sign * Number(level));
      if (!this.#isMixed) break;
      group.remove(first);
      spared.push(first);
    }
    for (const member of spared) group.add(member);
    group.bound = bound;
  }

  #part(group: TrailGroup, member: TrailMember, peak: Decimal): void {
    group.remove(member);
    member.peakAtEnd = peak;
    this.#size -= 1;
  }

  #clear(): void {
    this.#groups.length = 0;
    this.#settled = 0;
    this.#nearest = Number.NEGATIVE_INFINITY;
    this.#tickSize = Number.NEGATIVE_INFINITY;
    this.#isMixed = false;
  }

  /** A group has a bound that is new or higher. */
  #unsettleFrom(depth: number, bound: number): void {
    this.#nearest = Math.max(this.#nearest, bound);
    this.#settled = Math.min(this.#settled, depth);
  }

  /** Highest level that a best price and a reach allow, with one tick for the rounding. */
  #boundAt(key: number, reach: number): number {
    return key - Math.abs(key) * reach + this.#tickSize;
  }

  /** First group from the bottom whose key is not above this one. */
  #depthOf(key: number): number {
    let low = 0;
    let high = this.#groups.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#groups[middle] as TrailGroup).key > key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #peakOf(group: TrailGroup): Decimal {
    return group.exact ?? this.#decimalOf(group.key);
  }

  #decimalOf(key: number): Decimal {
    return decimal(this.#sign * key);
  }

  #keyOf(peak: Decimal): number {
    const price = Number(peak);
    const rounding = decimal(price).cmp(peak);
    if (rounding !== this.#sign) return this.#sign * price;
    return this.#sign * neighbour(price, this.#sign === 1 ? -1n : 1n);
  }
}

/** Puts the smaller group into the larger one: so a trail moves a logarithmic number of times in its life. */
function merged(a: TrailGroup, b: TrailGroup): TrailGroup {
  const isSmaller = a.size < b.size;
  const large = isSmaller ? b : a;
  large.absorb(isSmaller ? a : b);
  return large;
}

const bits = new BigInt64Array(1);
const double = new Float64Array(bits.buffer);

/** The double next to a positive one. */
function neighbour(price: number, step: 1n | -1n): number {
  double[0] = price;
  bits[0] = (bits[0] as bigint) + step;
  return double[0] as number;
}
