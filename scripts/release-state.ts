/** The state of the tree, as far as it decides whether a release may start. */
export interface ReleaseState {
  /** The lines of `git status --porcelain`. */
  readonly uncommitted: readonly string[];
  /** Changesets that `pnpm changeset version` has not consumed yet. */
  readonly changesets: readonly string[];
  readonly manifests: readonly {
    readonly name: string;
    readonly version: string;
    readonly private?: boolean;
  }[];
}

/** Returns each reason against a release, with the remedy; empty if there is none. */
export function reasonsAgainstRelease({ uncommitted, changesets, manifests }: ReleaseState): string[] {
  const unversioned = manifests.filter((manifest) => !manifest.private && manifest.version === '0.0.0');
  return [
    ...(uncommitted.length > 0
      ? [`The work tree has ${uncommitted.length} uncommitted changes. Commit or remove them.`]
      : []),
    ...(changesets.length > 0
      ? [
          `${changesets.length} changesets have no version yet. Run "pnpm changeset version" and commit the result.`,
        ]
      : []),
    ...unversioned.map(({ name }) => `${name} is still 0.0.0. Describe it with "pnpm changeset".`),
  ];
}
