import { performance } from 'node:perf_hooks';

/**
 * Tells whether the event loop was so busy that notifications may have been lost. The system drops them when its queue
 * is full, and does not say so. The queue holds 16384 by default, and to take as many out keeps the loop busy for
 * longer than this.
 */
export class LoopLoad {
  #since = performance.eventLoopUtilization();

  /** Whether the loop was busy for long since the last `reset`. */
  get isHigh(): boolean {
    return performance.eventLoopUtilization(this.#since).active > BUSY_MS;
  }

  reset(): void {
    this.#since = performance.eventLoopUtilization();
  }
}

const BUSY_MS = 50;
