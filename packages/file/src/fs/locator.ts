import { lstatSync, readlinkSync } from 'node:fs';
import { posix } from 'node:path';
import type { Mount, MountTable } from './mount-table.ts';

/** Where a path leads, as far as that shows without a question to a file system that may not answer. */
export interface Place {
  /** Without symbolic links, up to the first file system that is not local. */
  readonly path: string;
  /** Undefined where the system lists no mounts. */
  readonly mount: Mount | undefined;
  /** Whether a call there waits for nobody: neither for a server nor for another process. */
  readonly isLocal: boolean;
  /** Whether the file system gives each change of a content another `ctime`. */
  readonly hasReliableTimes: boolean;
}

/**
 * Finds out which file system a path leads to, before anything there is touched. It resolves symbolic links itself,
 * one name at a time, and stops at a file system that may not answer. What it found stays true for one pass: take a
 * new one for the next.
 */
export class Locator {
  readonly #table: MountTable | undefined;
  readonly #known = new Map<string, Place>();

  constructor(table: MountTable | undefined) {
    this.#table = table;
  }

  locate(path: string): Place {
    const root = this.#table?.root;
    return root ? this.#resolve(path, placeOf('/', root), 0) : { ...UNKNOWN, path };
  }

  /** Names in the directory at `place` that something is mounted at. */
  mountPointsIn({ path }: Place): ReadonlySet<string> {
    return this.#table?.mountPointsIn(path) ?? NO_NAMES;
  }

  #resolve(path: string, root: Place, links: number): Place {
    if (path === '/' || path === '') return root;
    const known = this.#known.get(path);
    if (known) return known;
    const cut = path.lastIndexOf('/');
    const parent = this.#resolve(path.slice(0, cut), root, links);
    const place = this.#step(parent, path.slice(cut + 1), root, links);
    this.#known.set(path, place);
    return place;
  }

  #step(parent: Place, name: string, root: Place, links: number): Place {
    if (!parent.isLocal || name === '' || name === '.') return parent;
    if (name === '..') return this.#resolve(posix.dirname(parent.path), root, links);
    const path = posix.join(parent.path, name);
    const mount = parent.mount && this.#table?.mountedAt(path, parent.mount);
    if (mount) return placeOf(path, mount);
    const target = targetOf(path);
    if (target === undefined || links >= MAX_LINKS) return { ...parent, path };
    const next = target.startsWith('/') ? target : `${parent.path}/${target}`;
    return this.#resolve(next, root, links + 1);
  }
}

/** The system gives up after as many symbolic links. */
const MAX_LINKS = 40;
const NO_NAMES: ReadonlySet<string> = new Set();

/** Of what is not known to answer, no answer is expected. */
const UNKNOWN = { mount: undefined, isLocal: false, hasReliableTimes: false };

function placeOf(path: string, mount: Mount): Place {
  return { path, mount, isLocal: LOCAL.has(mount.type), hasReliableTimes: RELIABLE_TIMES.has(mount.type) };
}

function targetOf(path: string): string | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    return undefined;
  }
}

/** The kernel stamps each change, by a clock of its own. */
const RELIABLE_TIMES = new Set([
  'ext2',
  'ext3',
  'ext4',
  'xfs',
  'btrfs',
  'f2fs',
  'tmpfs',
  'ramfs',
  'rootfs',
  'overlay',
  'zfs',
  'bcachefs',
]);

/**
 * The rest of what answers by itself, with times that anybody sets, or that nobody keeps. Not what the kernel makes up
 * as it is read: some of that waits.
 */
const LOCAL = new Set([
  ...RELIABLE_TIMES,
  'vfat',
  'msdos',
  'exfat',
  'ntfs3',
  'iso9660',
  'udf',
  'squashfs',
  'erofs',
]);
