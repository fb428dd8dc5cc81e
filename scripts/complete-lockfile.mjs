/**
 * Lists in package-lock.json the binaries of other platforms that the registry at hand could not describe.
 *
 * npm leaves out what it cannot fetch, and `npm ci` of npm 11 then refuses the lockfile as incomplete. The missing
 * entries follow from what is known: the exact version stands in the package that asks for them, the platform in
 * their name. They carry no checksum, so nothing is installed unverified where the lockfile was complete before: on the
 * platforms that have an entry with one, these are never fetched.
 *
 * Run it after `npm install` when test/arch says that the lockfile is incomplete.
 */
import { writeFileSync } from 'node:fs';
import { inRoot, main, readJson } from './lib/project.mjs';

const SYSTEMS = 'aix android darwin freebsd linux netbsd openbsd openharmony sunos win32'.split(
  ' ',
);
const PROCESSORS = 'arm arm64 ia32 loong64 mips64el ppc64 riscv64 s390x x64'.split(' ');

main(() => {
  const path = inRoot('package-lock.json');
  const lock = readJson(path);
  const added = [];
  for (const [owner, name, version, dev] of absentOptionals(lock.packages)) {
    lock.packages[`node_modules/${name}`] = entryFor(owner, name, version, dev);
    added.push(name);
  }
  const { '': root, ...rest } = lock.packages;
  const sorted = Object.entries(rest).sort(([a], [b]) => a.localeCompare(b, 'en'));
  lock.packages = { '': root, ...Object.fromEntries(sorted) };
  if (added.length > 0) writeFileSync(path, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${added.length} entries added`);
});

function* absentOptionals(packages) {
  for (const [location, { optionalDependencies, dev }] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(optionalDependencies ?? {})) {
      const nested = `${location}/node_modules/${name}`;
      if (nested in packages || `node_modules/${name}` in packages) continue;
      if (location !== '') yield [location, name, version, dev];
    }
  }
}

function entryFor(owner, name, version, dev) {
  if (!/^\d+\.\d+\.\d+$/.test(version)) {
    throw new Error(`${owner} asks for ${name} ${version}: expected an exact version`);
  }
  const parts = name.split('/').at(-1).split('-');
  const os = parts.find((part) => SYSTEMS.includes(part));
  const cpu = parts.find((part) => PROCESSORS.includes(part));
  if (os === undefined || cpu === undefined) {
    throw new Error(`${name}: expected a system and a processor in the name`);
  }
  return {
    version,
    cpu: [cpu],
    ...(dev === true ? { dev } : {}),
    ...(os === 'linux' ? libcOf(parts) : {}),
    optional: true,
    os: [os],
  };
}

function libcOf(parts) {
  if (parts.includes('musl')) return { libc: ['musl'] };
  return parts.includes('gnu') ? { libc: ['glibc'] } : {};
}
