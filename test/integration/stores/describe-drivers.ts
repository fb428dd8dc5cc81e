import { afterEach, describe, it } from 'vitest';
import type { SqliteDriver } from '../../../src/adapters/stores/sqlite/driver.js';
import { type DriverName, knownDrivers } from './drivers.js';
import { SqliteHarness } from './sqlite-harness.js';

export interface DriverSuite {
  readonly name: DriverName;
  readonly driver: SqliteDriver;
  /** A fresh folder, removed after the test. */
  harness(): SqliteHarness;
}

/** Declares the same tests on each driver; one that cannot be loaded is skipped with the reason. */
export async function describeDrivers(
  title: string,
  declare: (suite: DriverSuite) => void,
): Promise<void> {
  for (const { name, driver, reason } of await knownDrivers()) {
    describe(`${title} on ${name}`, () => {
      if (driver === null) {
        it.skip(`cannot run here: ${reason}`);
        return;
      }
      const harnesses: SqliteHarness[] = [];
      afterEach(async () => {
        for (const harness of harnesses.splice(0)) await harness.cleanup();
      });
      declare({
        name,
        driver,
        harness() {
          const harness = new SqliteHarness(driver);
          harnesses.push(harness);
          return harness;
        },
      });
    });
  }
}
