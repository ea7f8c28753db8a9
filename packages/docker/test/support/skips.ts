/**
 * Whether tests of a real engine are to be skipped, which is said aloud, since a run without them proves less. With
 * WATCHER_REQUIRE_DOCKER=1 it is a failure instead.
 */
export function skipsFor(engine: string, reason: string | undefined): boolean {
  if (reason === undefined) return false;
  const said = `The tests of a real ${engine} cannot run here: ${reason}.`;
  const { WATCHER_REQUIRE_DOCKER: required } = process.env;
  if (required === '1') throw new Error(said);
  process.stderr.write(`\nSKIPPED: ${said}\n\n`);
  return true;
}
