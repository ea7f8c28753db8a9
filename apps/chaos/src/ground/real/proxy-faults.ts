/** What a proxy does to what goes through it, until it is told to stop. */
export interface ProxyFaults {
  /** Nothing gets through in either direction, and new connections are taken and left. */
  blackHole: boolean;
  /** Event streams bring nothing. */
  silence: boolean;
  /** An event stream is answered with 200 at once, and asked for at the engine so many milliseconds later. */
  lateSubscription: number | undefined;
  /** Event streams are cut when they are so many milliseconds old. */
  cutAfter: number | undefined;
}

export const none: ProxyFaults = {
  blackHole: false,
  silence: false,
  lateSubscription: undefined,
  cutAfter: undefined,
};
