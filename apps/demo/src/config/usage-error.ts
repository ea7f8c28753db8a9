/** A mistake on the command line or in the environment. Its message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
