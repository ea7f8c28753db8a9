/** One step of a round. Plain data: a script can be printed and read. */
export type Step = EngineStep | PathStep | ProcessStep | DriverStep;

/** What happens at the engine. */
export type EngineStep =
  | { readonly do: ContainerOperation; readonly slot: number }
  /** Kills a running container and starts it again, so many times. */
  | { readonly do: 'churn'; readonly slot: number; readonly times: number }
  /** Events that no filter selects. */
  | { readonly do: 'noise'; readonly events: number }
  /** Events of one and the same nanosecond. */
  | { readonly do: 'twins'; readonly slot: number; readonly events: number }
  /** An event whose time lies `ms` before the engine's clock, and so maybe before that of its predecessor. */
  | { readonly do: 'disorder'; readonly slot: number; readonly ms: number }
  /** The engine's clock goes ahead, as if that much time had passed. */
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'set back'; readonly ms: number }
  /** The daemon is killed; it is back with the next `restart`, or the next `quiet`. */
  | { readonly do: 'crash' | 'restart' }
  /** The daemon stands still, its connections open, until the next `thaw` or `quiet`. */
  | { readonly do: 'freeze' | 'thaw' };

export type ContainerOperation =
  | 'create'
  | 'start'
  | 'stop'
  | 'kill'
  | 'exit'
  | 'pause'
  | 'unpause'
  | 'rename'
  | 'remove';

/** What happens between the engine and the watcher. Until the next `lift` or `quiet`, unless it is over at once. */
export type PathStep =
  /** Over at once. */
  | { readonly do: 'reset' | 'end streams' | 'cut streams' | 'garbage line' | 'huge line' }
  | { readonly do: 'refuse' | 'black hole' | 'silence' | 'no headers' | 'endless refusal' | 'cut requests' }
  | { readonly do: 'late headers' | 'late subscription'; readonly ms: number }
  | { readonly do: 'status'; readonly status: number }
  /** Every stream is answered with 200 and ended. */
  | { readonly do: 'empty streams' }
  | { readonly do: 'cut after bytes'; readonly bytes: number }
  /** Every stream is cut when it is that old, those that are open counting from now. */
  | { readonly do: 'cut after time'; readonly ms: number }
  | { readonly do: 'split bytes' }
  /** One stream, open or to come, brings nothing ever again. Not even a `quiet` ends this. */
  | { readonly do: 'deaf' }
  | { readonly do: 'lift' };

/** What happens to the watching process and its consumer. */
export type ProcessStep =
  /** It begins to watch. */
  | { readonly do: 'watch' }
  /** It is stopped (SIGSTOP), and continued. */
  | { readonly do: 'stop process' | 'continue process' }
  /** The consumer takes nothing out of its stream, and goes on. */
  | { readonly do: 'pause reading' | 'resume reading' };

/** What the driver of the round itself does. */
export type DriverStep =
  /** Waits for what has to come, and otherwise no longer than a liveness check takes. */
  | { readonly do: 'await ready' }
  /** The consumer is told something more. */
  | { readonly do: 'await word' }
  /** The engine is asked so many times more. */
  | { readonly do: 'await requests'; readonly count: number }
  | { readonly do: 'await turns'; readonly count: number }
  | { readonly do: 'await ms'; readonly ms: number }
  /** Everything is in order again, and so has to be what the consumer knows. */
  | { readonly do: 'quiet' };
