import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trancheIdOf } from '../../../src/model/ids.js';
import type { OrderRole } from '../../../src/model/order.js';
import {
  clientOrderIdOf,
  isOwnClientOrderId,
  ownPrefix,
  parseClientOrderId,
  trancheTag,
} from '../../../src/orders/client-order-id.js';

const ISSUER = { instanceId: 'default', incarnation: 'a1b2' };
const TRANCHE = trancheIdOf('BTCUSDT', 'LONG', '12345', 0);

const instance = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);
const incarnation = fc.stringMatching(/^[0-9a-z]{4}$/);
const role = fc.constantFrom<OrderRole>('stop-loss', 'take-profit', 'close');
const parts = fc.record({
  role,
  slot: fc.integer({ min: 0, max: 1_295 }),
  generation: fc.integer({ min: 0, max: 1_679_615 }),
});

describe('client order ids', () => {
  it('are at most 32 lower-case letters and digits, and can be read back', () => {
    fc.assert(
      fc.property(
        instance,
        incarnation,
        fc.string({ minLength: 1, maxLength: 100 }),
        parts,
        (instanceId, letters, order, wanted) => {
          const tranche = trancheIdOf('BTCUSDT', 'SHORT', order, 0);
          const id = clientOrderIdOf({ instanceId, incarnation: letters }, tranche, wanted);
          expect(id).toMatch(/^[0-9a-z]{1,32}$/);
          expect(id.startsWith(ownPrefix(instanceId))).toBe(true);
          expect(parseClientOrderId(id, instanceId)).toEqual({
            ...wanted,
            incarnation: letters,
            trancheTag: trancheTag(tranche),
          });
        },
      ),
    );
  });

  it('are a function of what the order is for', () => {
    const id = (): string =>
      clientOrderIdOf(ISSUER, TRANCHE, { role: 'stop-loss', slot: 0, generation: 0 });
    expect(id()).toBe(id());
    /** Written down: an id that changes with a version would lose the orders of the version before. */
    expect(id()).toBe('pm6fj4jia1b2uv65h57ohps000000');
  });

  it('differ with every part', () => {
    const base = { role: 'stop-loss', slot: 0, generation: 0 } as const;
    const ids = new Set([
      clientOrderIdOf(ISSUER, TRANCHE, base),
      clientOrderIdOf(ISSUER, TRANCHE, { ...base, role: 'close' }),
      clientOrderIdOf(ISSUER, TRANCHE, { ...base, slot: 1 }),
      clientOrderIdOf(ISSUER, TRANCHE, { ...base, generation: 1 }),
      clientOrderIdOf(ISSUER, trancheIdOf('BTCUSDT', 'LONG', '12345', 1), base),
      clientOrderIdOf(ISSUER, trancheIdOf('BTCUSDT', 'SHORT', '12345', 0), base),
      clientOrderIdOf({ ...ISSUER, incarnation: 'a1b3' }, TRANCHE, base),
      clientOrderIdOf({ ...ISSUER, instanceId: 'other' }, TRANCHE, base),
    ]);
    expect(ids.size).toBe(8);
  });

  it('name the tranche without a collision among many', () => {
    const tags = new Set<string>();
    for (let order = 0; order < 50_000; order += 1)
      tags.add(trancheTag(trancheIdOf('BTCUSDT', 'LONG', `${order}`, 0)));
    expect(tags.size).toBe(50_000);
  });

  it('of another instance are foreign', () => {
    const id = clientOrderIdOf({ ...ISSUER, instanceId: 'other' }, TRANCHE, {
      role: 'close',
      slot: 0,
      generation: 0,
    });
    expect(isOwnClientOrderId(id, 'default')).toBe(false);
    expect(parseClientOrderId(id, 'default')).toBeNull();
    for (const foreign of [
      null,
      '',
      'web_123',
      ownPrefix('default'),
      `${ownPrefix('default')}${'?'.repeat(21)}`,
    ]) {
      expect(foreign === null ? null : parseClientOrderId(foreign, 'default')).toBeNull();
    }
  });

  it('refuse what does not fit', () => {
    const invalid = expect.objectContaining({ code: 'INVARIANT_BROKEN' });
    expect(() =>
      clientOrderIdOf(ISSUER, TRANCHE, { role: 'close', slot: 1_296, generation: 0 }),
    ).toThrow(invalid);
    expect(() =>
      clientOrderIdOf(ISSUER, TRANCHE, { role: 'close', slot: -1, generation: 0 }),
    ).toThrow(invalid);
    expect(() =>
      clientOrderIdOf({ ...ISSUER, incarnation: 'A1B2' }, TRANCHE, {
        role: 'close',
        slot: 0,
        generation: 0,
      }),
    ).toThrow(invalid);
  });
});
