import { expect, test } from 'vitest';
import { follow, values } from './support/followed.ts';

test('a resync corrects a difference that no event announced, and reports it once', async () => {
  const { clock, source, informer, errors, messages } = follow({ web: 1, db: 1 }, { resyncInterval: 60_000 });
  await clock.advance(3000);
  source.change('web', 2, { lost: true });
  await clock.advance(66_000);
  expect(values(informer)).toEqual({ web: 2, db: 1 });
  await clock.advance(3000);
  expect(errors).toEqual(['EVENTS_MISSED']);
  expect(messages[0]).toBe(
    'Events of "test" are missing: a list shows changes of "web" that no event announced. The store is corrected. ' +
      'Check that the source emits events; until it does, changes show after resyncInterval.',
  );
  source.change('web', 3, { lost: true });
  await clock.advance(70_000);
  expect(values(informer)['web']).toBe(3);
  expect(errors).toHaveLength(1);
});

test('it is reported again when events had come in between', async () => {
  const { clock, source, errors } = follow({ web: 1 }, { resyncInterval: 60_000 });
  await clock.advance(3000);
  source.change('web', 2, { lost: true });
  await clock.advance(70_000);
  source.change('web', 3);
  await clock.advance(70_000); // a resync without a difference
  source.change('web', 4, { lost: true });
  await clock.advance(70_000);
  expect(errors).toEqual(['EVENTS_MISSED', 'EVENTS_MISSED']);
});

test('an event that arrives after the list that shows its change is not missing', async () => {
  const { clock, source, errors } = follow({ web: 1 }, { resyncInterval: 60_000 });
  await clock.advance(3000);
  source.hold = 'lists';
  await clock.advance(66_000);
  source.change('web', 2, { lost: true });
  source.held[0]?.answer();
  await clock.advance(2500);
  source.emit('web', 2);
  await clock.advance(10_000);
  expect(errors).toEqual([]);
});

test('a difference that a gap explains is not missing', async () => {
  const { clock, source, errors } = follow({ web: 1 }, { resyncInterval: 60_000 });
  await clock.advance(3000);
  source.hold = 'lists';
  await clock.advance(66_000);
  source.change('web', 2, { lost: true });
  source.reload('gap');
  source.hold = false;
  source.held[0]?.answer();
  await clock.advance(10_000);
  expect(errors).toEqual([]);
});

test('it comes within a tenth of its interval, and never with 0', async () => {
  const { clock, source } = follow({}, { resyncInterval: 10_000, reconcile: 0 });
  await clock.advance(1);
  expect(source.lists).toHaveLength(2);
  await clock.advance(8998);
  expect(source.lists).toHaveLength(2);
  await clock.advance(2002);
  expect(source.lists).toHaveLength(3);
  const off = follow({}, { resyncInterval: 0 });
  await off.clock.advance(10_000_000);
  expect(off.source.lists).toHaveLength(2); // the first, and the one that verifies it
});

test('a list verifies the one after a gap at the end of the reconcile window, also without resyncs', async () => {
  const { clock, source, informer } = follow({ web: 1 }, { resyncInterval: 0 });
  await clock.advance(10_000);
  source.change('web', 2, { lost: true, lag: 60 });
  source.reload('gap');
  await clock.advance(2999);
  expect(informer.store.get('web')?.value).toBe(1);
  await clock.advance(1);
  expect(informer.store.get('web')?.value).toBe(2);
});

test('a list for another reason postpones it', async () => {
  const { clock, source } = follow({}, { resyncInterval: 10_000 });
  await clock.advance(3000);
  expect(source.lists).toHaveLength(2);
  await clock.advance(8000);
  source.reload('rescan');
  await clock.advance(8000);
  expect(source.lists).toHaveLength(3);
});

test('it keeps the informer current, and makes it stale only where it fails', async () => {
  const { clock, source, states } = follow({ web: 1 }, { resyncInterval: 10_000 });
  await clock.advance(14_001);
  source.fails = true;
  await clock.advance(11_001);
  source.fails = false;
  await clock.advance(10_000);
  expect(states).toEqual(['current', 'stale', 'current']);
});

test.each(['start', 'gap'])(
  'the list after a %s is verified at the end of the reconcile window',
  async (when) => {
    const { clock, source, informer, errors } = follow({ web: 1 }, { resyncInterval: 60_000 });
    if (when === 'gap') {
      await clock.advance(10_000);
      source.change('web', 2, { lost: true, lag: 2900 });
      source.reload('gap');
    } else source.change('web', 2, { lost: true, lag: 2900 });
    await clock.advance(3000);
    expect(values(informer)).toEqual({ web: 2 });
    await clock.advance(10_000);
    expect(errors).toEqual([]);
  },
);
