import { chownSync } from 'node:fs';

const NOBODY = 65_534;

/** Runs something as a user to whom permissions apply, and who owns `paths`: they mean nothing to root. */
export async function unprivileged(paths: readonly string[], act: () => Promise<void>): Promise<void> {
  if (process.geteuid?.() !== 0) return act();
  for (const path of paths) chownSync(path, NOBODY, NOBODY);
  process.seteuid?.(NOBODY);
  try {
    await act();
  } finally {
    process.seteuid?.(0);
  }
}
