/** A mistake of whoever started the demo. Its message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
