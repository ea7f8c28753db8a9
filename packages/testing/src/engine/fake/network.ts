export interface Network {
  readonly id: string;
  readonly name: string;
  /** Its driver: `null` for the one network of containers without any. */
  readonly type: string;
}
