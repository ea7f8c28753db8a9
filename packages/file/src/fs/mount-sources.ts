import { stat } from 'node:fs/promises';
import { ReplacedSource } from '../system/faults.ts';
import { pathOf } from '../system/snapshot.ts';
import type { FileSystem } from './file-system.ts';
import type { Mount } from './mount-table.ts';

/** What was found about the source of one mount. */
export interface MountFinding {
  readonly path: string;
  /** The file that is mounted alone; undefined: the directory. */
  readonly name: string | undefined;
  /** Undefined: the mount shows what its source shows. */
  readonly error: ReplacedSource | undefined;
}

/** A mount as it was first seen. */
interface Baseline {
  readonly root: string;
  /** What is mounted. A later mount may get the number of an earlier one. */
  readonly identity: string | undefined;
}

/**
 * Finds out when the source of a mount is replaced: a bind mount keeps the file or the directory that was there when
 * it was made. The system lists the source of each mount by its present name, and marks one that is deleted.
 */
export class MountSources {
  readonly #directory: string;
  readonly #fileSystem: FileSystem;
  /** The mounts that matter, by number and mount point. */
  #baselines = new Map<string, Baseline>();
  /** What the last check reported, by path. */
  #findings = new Map<string, MountFinding>();

  constructor(directory: string, fileSystem: FileSystem) {
    this.#directory = directory;
    this.#fileSystem = fileSystem;
  }

  /**
   * Looks at the mount that the directory is in, and at the files that are mounted alone.
   *
   * @param names files that may be mounted alone: those directly in the directory, and symlinks
   */
  async check(names: Iterable<string>): Promise<readonly MountFinding[]> {
    const findings = new Map<string, MountFinding>();
    const baselines = new Map<string, Baseline>();
    const note = async (path: string, name: string | undefined, mount: Mount) => {
      // The root of a file system is not replaced.
      if (mount.root === '/') return;
      const key = `${mount.id} ${mount.point}`;
      const baseline = await this.#baselineOf(mount, this.#baselines.get(key));
      baselines.set(key, baseline);
      findings.set(path, { path, name, error: errorOf(name, baseline, mount) });
    };
    const above = this.#fileSystem.locate(this.#directory).mount;
    if (above) await note(this.#directory, undefined, above);
    for (const name of names) {
      const path = pathOf(this.#directory, name);
      const place = this.#fileSystem.locate(path);
      // Not a file in a mounted directory: the mount of that is one of a directory.
      if (place.mount && place.mount !== above && place.mount.point === place.path) {
        await note(path, name, place.mount);
      }
    }
    // What is no longer mounted is no longer replaced.
    for (const [path, { name }] of this.#findings) {
      if (!findings.has(path)) findings.set(path, { path, name, error: undefined });
    }
    const reported = [...findings].filter(([, { error }]) => error);
    this.#findings = new Map(reported);
    this.#baselines = baselines;
    return [...findings.values()];
  }

  /** Keeps the baseline while the same thing is mounted; another thing is another mount of the same number. */
  async #baselineOf({ root, point }: Mount, known: Baseline | undefined): Promise<Baseline> {
    const place = this.#fileSystem.locate(point);
    const found = await this.#fileSystem
      .call(place, () => stat(point, { bigint: true }))
      .catch(() => undefined);
    const identity = found && `${found.dev}:${found.ino}`;
    return known && (identity === undefined || known.identity === identity) ? known : { root, identity };
  }
}

/** How the system marks a source that is deleted: no name has a slash. */
const DELETED = '//deleted';

function errorOf(name: string | undefined, { root }: Baseline, mount: Mount): ReplacedSource | undefined {
  const isDeleted = mount.root.endsWith(DELETED);
  if (!isDeleted && mount.root === root) return undefined;
  const source = root.endsWith(DELETED) ? root.slice(0, -DELETED.length) : root;
  return new ReplacedSource({
    isFile: name !== undefined,
    point: mount.point,
    source,
    movedTo: isDeleted ? undefined : mount.root,
  });
}
