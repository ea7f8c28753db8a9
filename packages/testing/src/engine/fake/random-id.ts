import { randomBytes } from 'node:crypto';

/** An ID of the engine's kind: 64 hexadecimal digits. */
export function randomId(): string {
  return randomBytes(32).toString('hex');
}
