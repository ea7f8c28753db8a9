import { readFileSync } from 'node:fs';

/** One line of the system's list of mounts. */
export interface Mount {
  /** Given anew to each mount, and again to a later one. */
  readonly id: string;
  readonly parent: string;
  /** Of the file system, as `major:minor`. */
  readonly device: string;
  /** What is mounted, inside its file system. */
  readonly root: string;
  /** The path that it is mounted at. */
  readonly point: string;
  /** The file system's type, such as `ext4` or `fuse.sshfs`. */
  readonly type: string;
  /** Tells one mount from another, whatever its options are. */
  readonly identity: string;
}

/** The mounts of this process. It never touches what is mounted, so that no lookup waits for a file system. */
export class MountTable {
  readonly #mounts: readonly Mount[];
  /** By the mount below and the path in it. */
  readonly #children = new Map<string, Mount>();
  /** Mount points directly in a directory, by the directory's path. */
  readonly #namesIn = new Map<string, Set<string>>();
  readonly #root: Mount | undefined;

  constructor(text: string) {
    this.#mounts = text.split('\n').flatMap((line) => parseMount(line) ?? []);
    const ids = new Set(this.#mounts.map(({ id }) => id));
    for (const mount of this.#mounts) {
      const { parent, point } = mount;
      if (ids.has(parent) && parent !== mount.id) this.#children.set(`${parent} ${point}`, mount);
      const end = point.lastIndexOf('/');
      const directory = point.slice(0, end) || '/';
      const names = this.#namesIn.get(directory) ?? new Set();
      this.#namesIn.set(directory, names.add(point.slice(end + 1)));
    }
    const root = this.#mounts.find((mount) => mount.point === '/' && !this.#isChild(mount));
    this.#root = root && this.#topmost(root, '/');
  }

  /** What is mounted at `/`; undefined where the list does not say, as in a chroot. */
  get root(): Mount | undefined {
    return this.#root;
  }

  /** The mount on top at `path`, which lies in `below` and has no symbolic links; undefined when none is. */
  mountedAt(path: string, below: Mount): Mount | undefined {
    const mount = this.#children.get(`${below.id} ${path}`);
    return mount && this.#topmost(mount, path);
  }

  /** The names directly in a directory that something is mounted at. `directory` has no symbolic links. */
  mountPointsIn(directory: string): ReadonlySet<string> {
    return this.#namesIn.get(directory) ?? NO_NAMES;
  }

  #topmost(mount: Mount, path: string): Mount {
    const above = this.#children.get(`${mount.id} ${path}`);
    return above ? this.#topmost(above, path) : mount;
  }

  #isChild(mount: Mount): boolean {
    return this.#children.get(`${mount.parent} ${mount.point}`) === mount;
  }
}

/** The mounts as they are now; undefined where the system does not list them: Linux does. */
export function readMountTable(): MountTable | undefined {
  const now = performance.now();
  if (now - readAt < FRESH_MS) return table;
  readAt = now;
  let latest: string | undefined;
  try {
    latest = readFileSync('/proc/self/mountinfo', 'utf8');
  } catch {
    // another system, or no /proc
  }
  if (latest !== text) table = latest === undefined ? undefined : new MountTable(latest);
  text = latest;
  return table;
}

/** Several directories that are looked at together read the list once. */
const FRESH_MS = 20;
let readAt = Number.NEGATIVE_INFINITY;
let text: string | undefined;
let table: MountTable | undefined;

const NO_NAMES: ReadonlySet<string> = new Set();

/** See proc_pid_mountinfo(5): optional fields of any number come before a lone dash. */
function parseMount(line: string): Mount | undefined {
  const fields = line.split(' ');
  const [id, parent, device, root, point] = fields;
  const type = fields[fields.indexOf('-', 6) + 1];
  if (!id || !parent || !device || !root || !point || !type) return undefined;
  const identity = [id, parent, device, root, type].join(' ');
  return { id, parent, device, root: unescapeOctal(root), point: unescapeOctal(point), type, identity };
}

/** Blanks and backslashes are written as octal numbers. */
function unescapeOctal(field: string): string {
  return field.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}
