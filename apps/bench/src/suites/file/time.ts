/** Milliseconds on the system's monotonic clock, which is one for all processes. */
export function now(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
