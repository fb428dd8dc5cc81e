/**
 * Installs the browser that the tests of the pages look with: the distribution's own chromium, by apt-get.
 *
 *   npm run install-browser
 *
 * Nothing else is downloaded. Where that is not possible it says why, and what to do; the tests then skip themselves.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { main, run } from './lib/project.mjs';

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

main(() => {
  const found = BROWSERS.find((path) => existsSync(path));
  if (found !== undefined) {
    console.log(`${found} is there`);
    return;
  }
  const byHand = 'Install chromium by the means of your system so that it is at /usr/bin/chromium';
  if (process.platform !== 'linux' || !hasAptGet()) {
    throw new Error(`There is no apt-get here. ${byHand}.`);
  }
  if (process.getuid?.() !== 0) {
    throw new Error(
      `Only root may install packages. ${byHand}, e.g. sudo apt-get install chromium.`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update'], { env, timeoutMs: 300_000 });
  run('apt-get', ['install', '--yes', '--no-install-recommends', 'chromium'], {
    env,
    timeoutMs: 900_000,
  });
  if (!existsSync(BROWSERS[0])) throw new Error(`apt-get brought no ${BROWSERS[0]}. ${byHand}.`);
  console.log(`${BROWSERS[0]} is installed`);
});

function hasAptGet() {
  return spawnSync('apt-get', ['--version'], { stdio: 'ignore' }).status === 0;
}
