/** How often this process shows that it runs, in milliseconds. */
const BEAT = 10;

/** Less than this is nothing, in milliseconds: a machine with more to do than processors. */
const TOLERABLE = 50;

/** Tells, in milliseconds, each time this process comes to run later than it should. Returns its undo. */
export function watchLateness(late: (ms: number) => void): () => void {
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    const lateness = now - last - BEAT;
    last = now;
    if (lateness > TOLERABLE) late(lateness);
  }, BEAT);
  timer.unref();
  return () => clearInterval(timer);
}
