import type { Watcher, WatcherEvent } from '@watcher/core';

/** How a watcher is put to the contract: what makes one, on a source of its own, for each case. */
export interface ContractHarness<E extends WatcherEvent = WatcherEvent> {
  /** Makes a fresh watcher on a fresh source. The suite disposes it. */
  begin(): Promise<ContractSubject<E>>;
  /**
   * Makes a watcher whose fault no retry can mend, such as an unreadable key. Without it, the cases about a stream
   * that fails are left out.
   */
  beginBroken?(): Promise<ContractSubject<E>>;
  /** Whether its subjects can `disturb`. Without it, the cases about transient errors are left out. */
  readonly disturbs?: boolean;
  /** How long, in milliseconds, anything that is to happen may take. Default: 10000. */
  readonly timeout?: number;
}

export interface ContractSubject<E extends WatcherEvent = WatcherEvent> extends AsyncDisposable {
  readonly watcher: Watcher<E>;
  /** The `type` and `source` of its events. */
  readonly type: string;
  readonly source: string;
  /**
   * Causes a change of the actor of this number, each time that of a number not used before, and resolves to the
   * event that tells of it. Other events may come of it too.
   */
  change(actor: number): Promise<ExpectedEvent>;
  /** Makes the source fail and recover, with at least one transient error. Only with the harness's `disturbs`. */
  disturb?(): Promise<void>;
  /** The source's clock, in milliseconds since the epoch. Default: `Date.now`. */
  now?(): number;
}

/** What is known of an event before it comes. */
export interface ExpectedEvent {
  readonly action: number;
  readonly actorName: string;
  /** Default: any. */
  readonly actorId?: string;
}

/** One sentence of the contract, and its trial: rejects when the watcher does not keep it. */
export interface ContractCase {
  readonly name: string;
  run(): Promise<void>;
}
