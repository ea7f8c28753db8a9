import { describe, expect, it } from 'vitest';
import { harmlessLogger, type Logger } from '../src/index.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

describe('a harmless logger', () => {
  it.each(LEVELS)('hands on what it is given, as the logger it was made of: %s', (level) => {
    const written: unknown[] = [];
    class Own {
      readonly prefix = 'own';
      [level](...line: unknown[]): void {
        written.push(this.prefix, ...line);
      }
    }
    const logger = harmlessLogger(new Own() as unknown as Logger);
    logger[level]({ source: 'local' }, 'opened');
    logger[level]('closed');
    expect(written).toEqual(['own', { source: 'local' }, 'opened', 'own', 'closed']);
  });

  it.each(LEVELS)('throws nothing of what the logger throws: %s', (level) => {
    const fail = () => {
      throw new Error('disk full');
    };
    const logger = harmlessLogger({ debug: fail, info: fail, warn: fail, error: fail });
    expect(() => logger[level]('opened')).not.toThrow();
  });

  it.each(LEVELS)('leaves no rejection unhandled: %s', async (level) => {
    const unhandled: unknown[] = [];
    const note = (reason: unknown) => unhandled.push(reason);
    process.on('unhandledRejection', note);
    const fail = () => Promise.reject(new Error('disk full'));
    harmlessLogger({ debug: fail, info: fail, warn: fail, error: fail })[level]('opened');
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it('does not mind a method that is not there', () => {
    expect(() => harmlessLogger({} as Logger).info('opened')).not.toThrow();
  });
});
