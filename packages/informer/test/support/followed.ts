import { ManualClock } from '@watcher/testing/clock';
import { onTestFinished } from 'vitest';
import { Informer, type InformerOptions } from '../../src/index.ts';
import { type Item, TestSource } from './test-source.ts';

export interface Followed {
  readonly clock: ManualClock;
  readonly source: TestSource;
  readonly informer: Informer<Item>;
  /** What subscribers were called with: `added web 1`. */
  readonly calls: string[];
  readonly states: string[];
  /** Codes of the errors reported. */
  readonly errors: string[];
  readonly messages: string[];
}

/** An informer on a held clock that follows a source of the test's own; closed when the test is over. */
export function follow(
  items: Readonly<Record<string, number>> = {},
  {
    prepare = (source) => source,
    ...options
  }: InformerOptions & { readonly prepare?: (source: TestSource) => TestSource } = {},
): Followed {
  const clock = new ManualClock();
  const source = prepare(new TestSource(clock, items));
  const errors: string[] = [];
  const messages: string[] = [];
  const informer = new Informer<Item>(source, {
    clock,
    resyncInterval: 0,
    onError: ({ code, message }) => {
      errors.push(code);
      messages.push(message);
    },
    ...options,
  });
  onTestFinished(() => informer.close());
  const calls: string[] = [];
  const states: string[] = [];
  informer.subscribe({
    added: ({ name, value }) => calls.push(`added ${name} ${value}`),
    updated: (before, after) => calls.push(`updated ${after.name} ${before.value} ${after.value}`),
    removed: ({ name, value }) => calls.push(`removed ${name} ${value}`),
    state: (state) => states.push(state),
  });
  return { clock, source, informer, calls, states, errors, messages };
}

/** The store as plain values. */
export function values(informer: Informer<Item>): Record<string, number> {
  return Object.fromEntries([...informer.store].map(([key, { value }]) => [key, value]));
}
