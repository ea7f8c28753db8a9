// operate.mjs DIRECTORY SEED COUNT REPEATS LINKS: does COUNT random things to the files of a directory, some at once, some
// after a pause. Without REPEATS no file ever gets a content that it had before,
// and without LINKS none gets a second name.
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const [directory, seed, count, repeats, links] = [
  process.argv[2],
  +process.argv[3],
  +process.argv[4],
  process.argv[5] === 'true',
  process.argv[6] === 'true',
];
const random = generator(seed);
const pick = (list) => list[Math.floor(random() * list.length)];
const names = ['a.yml', 'b.yml', 'c.yml', 'd.yml', '.hidden', 'e.yml'];
const path = (name) => join(directory, name);
const had = new Set();
let version = 0;

const content = () => `${seed}.${++version} ${'x'.repeat(Math.floor(random() ** 3 * 5000))}`;
const read = (name) => {
  try {
    return readFileSync(path(name), 'utf8');
  } catch {
    return undefined;
  }
};
/** Whether a name may get this content. */
const mayGet = (name, text) => repeats || !had.has(`${name} ${text}`);
const exists = (name) => read(name) !== undefined;

const operations = {
  write: (name) => writeFileSync(path(name), content()),
  append: (name) => appendFileSync(path(name), ` and ${++version}`),
  truncate: (name) => {
    if (!exists(name)) return;
    truncateSync(path(name));
    if (random() < 0.5) pause(random() * 700);
    if (!repeats || random() < 0.5) writeFileSync(path(name), content());
  },
  pieces: (name) => {
    writeFileSync(path(name), `${seed}.${++version} `);
    for (let i = 0; i < 4; i++) {
      pause(random() * 20);
      appendFileSync(path(name), `piece ${i} `);
    }
  },
  replace: (name) => {
    writeFileSync(path('.tmp'), content());
    renameSync(path('.tmp'), path(name));
  },
  replaceVisibly: (name) => {
    writeFileSync(path('tmp.yml'), content());
    if (random() < 0.3) pause(random() * 120);
    renameSync(path('tmp.yml'), path(name));
  },
  rename: (name) => {
    const to = pick(names);
    const text = read(name);
    if (to !== name && text !== undefined && mayGet(to, text)) renameSync(path(name), path(to));
  },
  remove: (name) => rmSync(path(name), { recursive: true, force: true }),
  remake: (name) => {
    rmSync(path(name), { recursive: true, force: true });
    pause(random() * 10);
    writeFileSync(path(name), content());
  },
  link: (name) => {
    const to = pick(names);
    const text = read(name);
    if (!links || to === name || text === undefined || !mayGet(to, text)) return;
    rmSync(path(to), { recursive: true, force: true });
    linkSync(path(name), path(to));
  },
  symlink: (name) => {
    const to = pick(names);
    const text = read(name);
    if (to === name || text === undefined || !mayGet(to, text)) return;
    rmSync(path(to), { recursive: true, force: true });
    symlinkSync(name, path(to));
  },
  touch: (name) => exists(name) && utimesSync(path(name), new Date(), new Date(2_000_000_000_000 * random())),
  chmod: (name) => exists(name) && chmodSync(path(name), random() < 0.5 ? 0o600 : 0o644),
  directory: (name) => {
    rmSync(path(name), { recursive: true, force: true });
    mkdirSync(path(name));
    writeFileSync(path(join(name, 'inner')), 'x');
  },
  same: (name) => repeats && exists(name) && writeFileSync(path(name), read(name)),
};

for (let i = 0; i < count; i++) {
  try {
    operations[pick(Object.keys(operations))](pick(names));
  } catch (error) {
    // What the last operation left may not allow for this one: a directory, a dangling link.
    if (!['EISDIR', 'ENOENT', 'ENOTDIR', 'EEXIST', 'ELOOP', 'ENOTEMPTY', 'EPERM'].includes(error.code))
      throw error;
  }
  for (const name of names) had.add(`${name} ${read(name)}`);
  if (random() < 0.4) pause(random() ** 2 * 200);
}

function pause(milliseconds) {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

function generator(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
