import { expect, test } from 'vitest';
import { Action, forceReload, formatEvent, isForceReload } from '../src/index.ts';
import { event } from './support/event.ts';

test('an event reads as its action and its actor', () => {
  expect(formatEvent(event('web', Action.ContainerStart))).toBe('started web');
  expect(formatEvent(event('routes.yml', Action.FileWritten))).toBe('written routes.yml');
});

test('a blank at the end of a name is a part of it', () => {
  expect(formatEvent(event('routes.yml ', Action.FileWritten))).toBe('written routes.yml ');
});

test('without an actor it reads as its action', () => {
  expect(formatEvent(forceReload('docker', 'local', 'gap', 0))).toBe('force-reloaded');
});

test.each([
  ['a line break', 'a\nstarted b', 'died a\\u000astarted b'],
  ['a terminal escape', '\u001b[31mred', 'died \\u001b[31mred'],
  ['a carriage return', 'a\rb', 'died a\\u000db'],
  ['DEL and C1', 'a\u007f\u009bb', 'died a\\u007f\\u009bb'],
  ['a line separator', 'a\u2028b', 'died a\\u2028b'],
  ['a bidirectional override', 'exe.\u202etxt', 'died exe.\\u202etxt'],
  ['a bidirectional isolate', '\u2066a\u2069', 'died \\u2066a\\u2069'],
])('%s in a name is escaped', (_, name, text) => {
  expect(formatEvent(event(name, Action.ContainerDie))).toBe(text);
});

test('a name is cut to 1024 characters, more than a file system allows', () => {
  expect(formatEvent(event('x'.repeat(1024), Action.ContainerDie))).toBe(`died ${'x'.repeat(1024)}`);
  expect(formatEvent(event('x'.repeat(5_000_000), Action.ContainerDie))).toHaveLength('died '.length + 1024);
});

test('letters of any language, blanks and emoji are left alone', () => {
  const name = 'Überraschung für 王小明 🐳';
  expect(formatEvent(event(name, Action.FileCreated))).toBe(`created ${name}`);
});

test('a ForceReload has a reason, a source, no actor, and is told apart', () => {
  const reload = forceReload('file', '/etc/app', 'rescan', 1234);
  expect(reload).toEqual({
    type: 'file',
    action: 4096,
    actorName: '',
    actorId: '',
    actorAttributes: {},
    time: 1234,
    source: '/etc/app',
    reason: 'rescan',
  });
  expect(isForceReload(reload)).toBe(true);
  for (const action of [Action.ContainerStart, Action.ContainerRename])
    expect(isForceReload(event('web', action))).toBe(false);
});
