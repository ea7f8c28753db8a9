import type { Clock } from '@watcher/core';

/**
 * Tells the milliseconds since it was made. Those too for which the machine was suspended: `monotonic` stands still
 * then, on Linux, while the wall clock is set right afterwards. A wall clock set by less than {@link SUSPENSION} counts
 * for nothing.
 */
export type Stopwatch = () => number;

export function stopwatch(clock: Clock): Stopwatch {
  const monotonic = clock.monotonic();
  const wall = clock.now();
  return () => {
    const awake = clock.monotonic() - monotonic;
    const passed = clock.now() - wall;
    return passed - awake >= SUSPENSION ? passed : awake;
  };
}

/** Milliseconds. */
const SUSPENSION = 1000;
