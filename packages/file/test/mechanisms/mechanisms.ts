/** Something that the watcher relies on, and how to take it away. */
export interface Mechanism {
  readonly name: string;
  /** Relative to src. */
  readonly file: string;
  /** A piece of it, and what is there instead when the mechanism is off. */
  readonly on: string;
  readonly off: string;
  /** Where the tests are that have to notice, relative to test. */
  readonly tests: readonly string[];
}

const PICTURE = 'picture/';
const FILE = 'faults/file';
const DIRECTORY = 'faults/directory';
const LIMITS = 'faults/limits';

export const mechanisms: readonly Mechanism[] = [
  {
    name: 'a file is left alone for the settle time before it is looked at',
    file: 'picture/settle.ts',
    on: 'now + this.#times.quiet',
    off: 'now',
    tests: ['streams', 'tools'],
  },
  {
    name: 'a hint that comes during a look puts it off',
    file: 'picture/settle.ts',
    on: 'doubt.hints !== hintsBefore',
    off: 'false',
    tests: [PICTURE],
  },
  {
    name: 'what the poll saw has to be the same after the settle time',
    file: 'picture/settle.ts',
    on: 'if (changed || ',
    off: 'if (',
    tests: [PICTURE],
  },
  {
    name: 'an empty or much shorter file is given time to be filled',
    file: 'picture/settle.ts',
    on: 'return looksHalfWritten(found.state, known) && now < filledBy ? filledBy : undefined;',
    off: 'return undefined;',
    tests: ['tools'],
  },
  {
    name: 'a file that never falls quiet is told at the bound',
    file: 'picture/settle.ts',
    on: 'Math.max(now, doubt.since + this.#times.bound)',
    off: 'Number.POSITIVE_INFINITY',
    tests: [PICTURE, FILE],
  },
  {
    name: 'a file that is gone is given time to come back',
    file: 'picture/settle.ts',
    on: 'return now < overBy ? overBy : undefined;',
    off: 'return undefined;',
    tests: [PICTURE, 'tools', FILE],
  },
  {
    name: 'contents are compared, not times',
    file: 'picture/difference.ts',
    on: 'return before.hash !== now.hash;',
    off: 'return !sameStat(before, now);',
    tests: ['tools'],
  },
  {
    name: 'a file is the same after it was read as before',
    file: 'system/snapshot.ts',
    on: 'hash !== undefined && sameStat(before, after)',
    off: 'hash !== undefined || after',
    tests: ['system/snapshot'],
  },
  {
    name: 'what is torn is looked at again',
    file: 'picture/difference.ts',
    on: "if (before.content === 'torn' || now.content === 'torn') return true;",
    off: '',
    tests: [PICTURE],
  },
  {
    name: 'a file is known by its birth time too, since inodes are used again',
    file: 'system/snapshot.ts',
    on: ' || a.birthtimeNs !== b.birthtimeNs) return false;',
    off: ') return false;',
    tests: [FILE],
  },
  {
    name: 'without birth times, the content speaks for a rename',
    file: 'picture/difference.ts',
    on: '(was.birthtimeNs !== 0n || was.hash === now?.hash)',
    off: 'true',
    tests: [PICTURE, 'faults/coarse-times'],
  },
  {
    name: 'the content of a young file is read again, since its times may hide a write',
    file: 'picture/picture.ts',
    on: 'return until !== undefined;',
    off: 'return false;',
    tests: ['faults/coarse-times'],
  },
  {
    name: 'an old name is looked at when its file is found under a new one',
    file: 'picture/renames.ts',
    on: '  await addOldNames(found, search);\n',
    off: '',
    tests: ['streams'],
  },
  {
    name: 'a name that is gone waits for its new one to settle',
    file: 'picture/renames.ts',
    on: '  await followLost(found, moves, search);\n',
    off: '',
    tests: [FILE, 'streams'],
  },
  {
    name: 'a symlink is looked at when what it leads through is hinted',
    file: 'observation/observation.ts',
    on: 'for (const link of this.#picture.linksThrough(name)) this.#doubts.hint(link, now);',
    off: '',
    tests: [FILE],
  },
  {
    name: 'the system gives notice',
    file: 'system/hints.ts',
    on: "if (typeof name === 'string') sink.hint(name);",
    off: "if (typeof name === 'string') return;",
    tests: ['ordinary', FILE],
  },
  {
    name: 'the poll',
    file: 'observation/observation.ts',
    on: 'this.#settings.pollInterval !== undefined || ',
    off: '',
    tests: [FILE],
  },
  {
    name: 'a long burst of hints is followed by a look at everything',
    file: 'observation/observation.ts',
    on: 'if (++this.#burst % LONG_BURST === 0) this.#tickSoon();',
    off: '',
    tests: [LIMITS],
  },
  {
    name: 'the watch is moved when the path leads to another directory',
    file: 'system/anchor.ts',
    on: 'if (this.#hold?.path === path && this.#hold.identity === identity) return true;',
    off: 'if (this.#hold?.path === path) return true;',
    tests: [DIRECTORY],
  },
  {
    name: 'everything is looked at when the watch was moved',
    file: 'observation/observation.ts',
    on: 'if (this.#suspect && (await this.#checkAnchor())) await this.#scan(signal);',
    off: 'if (this.#suspect) await this.#checkAnchor();',
    tests: [DIRECTORY],
  },
  {
    name: 'a directory that is missing is noticed from the one above',
    file: 'system/anchor.ts',
    on: 'await this.#watchAbove()',
    off: 'true',
    tests: [DIRECTORY],
  },
  {
    name: 'the directory that a path leads to is looked up at every poll',
    file: 'observation/observation.ts',
    on: 'await this.#checkAnchor();\n    await this.#scan(signal);',
    off: 'await this.#scan(signal);',
    tests: [DIRECTORY],
  },
  {
    name: 'the watch stands before the first look',
    file: 'observation/observation.ts',
    on: `if (this.#suspect && (await this.#checkAnchor())) await this.#scan(signal);
        await this.#cover(signal);`,
    off: `await this.#cover(signal);
        if (this.#suspect && (await this.#checkAnchor())) {}`,
    tests: [DIRECTORY],
  },
  {
    name: 'what cannot be told is not taken for absence',
    file: 'system/faults.ts',
    on: 'return ABSENCE.has(codeOf(error));',
    off: "return ABSENCE.has(codeOf(error)) || codeOf(error) === 'EACCES';",
    tests: [DIRECTORY],
  },
  {
    name: 'a file that may be read at last is told',
    file: 'picture/difference.ts',
    on: "if (before.content === 'unread') return true;",
    off: "if (before.content === 'unread') return false;",
    tests: [FILE],
  },
  {
    name: 'a pipe in the place of a file is opened without waiting for its writer',
    file: 'system/snapshot.ts',
    on: 'constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)',
    off: 'constants.O_RDONLY',
    tests: [FILE],
  },
  {
    name: 'a stream is ready only when what is being saved has settled',
    file: 'observation/observation.ts',
    on: 'if (doubts.some(({ settled }) => !settled)) continue;',
    off: '',
    tests: ['streams'],
  },
  {
    name: 'a stream that lags keeps the latest state of each path',
    file: 'observation/shared-directory.ts',
    on: '      coalesce: latestOfEachPath(),\n',
    off: '',
    tests: ['streams'],
  },
  {
    name: 'all streams of a directory share one observation',
    file: 'observation/shared-directory.ts',
    on: 'if (!this.#observation) {',
    off: '{',
    tests: ['sharing'],
  },
  {
    name: 'all ConfigFileWatchers of one base path share one directory',
    file: 'config-file-watcher.ts',
    on: 'shared.get(path) ??',
    off: '',
    tests: ['sharing'],
  },
  {
    name: 'a directory that nobody watches is forgotten',
    file: 'config-file-watcher.ts',
    on: 'else shared.delete(path);',
    off: '',
    tests: ['sharing'],
  },
  {
    name: 'a file asked for by name is not hidden',
    file: 'observation/seats.ts',
    on: 'return this.#ofOne.has(name) || ',
    off: 'return (this.#ofOne.has(name) && this.isShown(name)) || ',
    tests: ['ordinary'],
  },
  {
    name: 'a path that leaves the directory is refused',
    file: 'directory-watcher.ts',
    on: 'if (isPlainName(name)) return name;',
    off: 'return name;',
    tests: ['ordinary'],
  },
  {
    name: 'a fault is told once',
    file: 'system/faults.ts',
    on: 'if (before && codeOf(before.error) === codeOf(error)) return;',
    off: '',
    tests: ['system/faults'],
  },
];
