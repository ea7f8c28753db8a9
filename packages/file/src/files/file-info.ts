/** One file as it was read last. */
export interface FileInfo<V = undefined> {
  /** Relative to the directory. */
  readonly name: string;
  /** Text, or bytes with `as: 'bytes'`. Undefined where the file cannot be used; `problem` has the reason. */
  readonly content: string | Uint8Array | undefined;
  /** The result of `parse` for the latest content that it took: a faulty edit keeps the value before it. */
  readonly value: V | undefined;
  /** Why `content` is missing, or `value` older than it; undefined if everything is in order. */
  readonly problem: string | undefined;
  /** Whether the file is gone, and kept by `keepMissing`. */
  readonly isMissing: boolean;
}
