import { Action } from '@watcher/events';
import { describe, expect, it } from 'vitest';
import type { EngineMessage } from '../../src/events/message.ts';
import {
  checkFilters,
  DockerFilter,
  type DockerFilters,
  defaultFilters,
  dockerFilter,
  dockerFilterContainerNameId,
  dockerFilters,
} from '../../src/filters/docker-filter.ts';
import { createSelector } from '../../src/filters/selector.ts';

const ID = 'f005570e329875e9492773786855aa6bc2f137685f531899e8596e5b96605b2c';

function container(action: string, attributes: Record<string, string> = {}): EngineMessage {
  return {
    type: 'container',
    action,
    id: ID,
    attributes: { image: 'registry:5000/app/web:1.2', name: 'web', ...attributes },
    scope: 'local',
    time: 0,
  };
}

const connect: EngineMessage = {
  type: 'network',
  action: 'connect',
  id: 'ab'.repeat(32),
  attributes: { container: ID, name: 'front' },
  scope: 'local',
  time: 0,
};

const select = (filters: DockerFilters, message: EngineMessage) => createSelector(filters)(message);

describe('the default filters', () => {
  it.each([
    ['start', Action.ContainerStart],
    ['die', Action.ContainerDie],
    ['destroy', Action.ContainerDestroy],
    ['create', undefined],
    ['stop', undefined],
    ['kill', undefined],
    ['pause', undefined],
    ['oom', undefined],
    ['exec_start: sh', undefined],
  ])('of a container\'s "%s" select %s', (action, selected) => {
    expect(select(defaultFilters, container(action))).toBe(selected);
  });

  it('do not take the destruction of a volume for that of a container', () => {
    expect(select(defaultFilters, { ...container('destroy'), type: 'volume' })).toBeUndefined();
  });
});

describe('a filter on', () => {
  it.each<[string, DockerFilters, EngineMessage, boolean]>([
    ['nothing selects every event of ours', {}, container('rename'), true],
    ['nothing selects no event of others', {}, container('exec_start: sh'), false],
    ['type', { type: ['network'] }, connect, true],
    ['type', { type: ['network'] }, container('start'), false],
    ['event, by any of its values', { event: ['start', 'die'] }, container('die'), true],
    ['event', { event: ['start', 'die'] }, container('stop'), false],
    [
      'health_status selects both outcomes',
      { event: ['health_status'] },
      container('health_status: healthy'),
      true,
    ],
    [
      'health_status leaves the others exact',
      { event: ['health_status', 'start'] },
      container('started'),
      false,
    ],
    [
      'one health status',
      { event: ['health_status: healthy'] },
      container('health_status: unhealthy'),
      false,
    ],
    ['container, by name', { container: ['web'] }, container('start'), true],
    ['container, exactly', { container: ['web'] }, container('start', { name: 'web-2' }), false],
    ['container, by ID', { container: [ID] }, container('start'), true],
    ['container, by the ID as the CLI shows it', { container: [ID.slice(0, 12)] }, container('start'), true],
    ['container, not by less of the ID', { container: [ID.slice(0, 11)] }, container('start'), false],
    [
      'container, by the name that it gives up',
      { container: ['old'] },
      { ...container('rename'), formerName: 'old' },
      true,
    ],
    [
      'container, not by what another one gives up',
      { container: ['old'] },
      { ...container('rename', { oldName: '/old' }), formerName: 'older' },
      false,
    ],
    [
      'container, of a rename whose former name is not certain',
      { container: ['old'] },
      container('rename'),
      true,
    ],
    [
      'container, by a name that it gave up before',
      { container: ['old'] },
      container('start', { oldName: '/old' }),
      false,
    ],
    ["container, by a network event's container", { container: [ID] }, connect, true],
    ['image', { image: ['registry:5000/app/web:1.2'] }, container('start'), true],
    ['image, without the tag', { image: ['registry:5000/app/web'] }, container('start'), true],
    ['image, of another tag', { image: ['registry:5000/app/web:1'] }, container('start'), false],
    ['image, by part', { image: ['web'] }, container('start'), false],
    ['label, by key', { label: ['tier'] }, container('start', { tier: '' }), true],
    ['label, by value', { label: ['tier=a=b'] }, container('start', { tier: 'a=b' }), true],
    ['label, of another value', { label: ['tier=a'] }, container('start', { tier: 'ab' }), false],
    ['label, by all of its values', { label: ['tier', 'zone'] }, container('start', { tier: 'x' }), false],
    ['label, not of an inherited name', { label: ['toString'] }, container('start'), false],
    ['network, by name', { network: ['front'] }, connect, true],
    ['network, exactly', { network: ['fron'] }, connect, false],
    ['network selects no container', { network: ['web'] }, container('start'), false],
    ['scope', { scope: ['local'] }, container('start'), true],
    ['scope', { scope: ['local'] }, { ...container('start'), scope: 'swarm' }, false],
    ['several terms, by all of them', { event: ['start'], container: ['db'] }, container('start'), false],
  ])('%s', (_, filters, message, selected) => {
    expect(select(filters, message) !== undefined).toBe(selected);
  });
});

describe('dockerFilters', () => {
  it('puts values of the same term together', () => {
    expect(dockerFilters(DockerFilter.Start, DockerFilter.Die, dockerFilterContainerNameId('web'))).toEqual({
      event: ['start', 'die'],
      container: ['web'],
    });
  });
});

describe('a filter that no event can meet', () => {
  const filter = dockerFilter as (term: string, ...values: string[]) => DockerFilter;
  const check = checkFilters as (filters: object) => void;

  it.each<[string, () => unknown, RegExp]>([
    [
      'a misspelt term',
      () => filter('typ', 'container'),
      /"filters": expected one of the terms type, .*"typ"/,
    ],
    ['a misspelt action', () => filter('event', 'started'), /"filters.event": expected one of .*"started"/],
    ['an action that is not mapped', () => filter('event', 'exec_start'), /"exec_start"/],
    ['a type that has none of our events', () => filter('type', 'volume'), /"filters.type"/],
    ['no value', () => filter('event'), /"filters.event": expected at least one value/],
    ['an empty value', () => filter('container', ''), /"filters.container"/],
    ['a value outside of an array', () => check({ event: 'start' }), /"filters.event": expected an array/],
    ['the scope of a swarm', () => filter('scope', 'swarm'), /"filters.scope": expected "local"/],
    ['a misspelt term, by hand', () => check({ events: ['start'] }), /"events"/],
    ['an array in place of terms', () => check([]), /"filters": expected an object, got "an array"/],
    [
      'an action that the type does not have',
      () => createSelector({ type: ['network'], event: ['start'] }),
      /"filters": expected an "event" that the "type" has/,
    ],
    [
      'a network of containers',
      () => createSelector({ type: ['container'], network: ['front'] }),
      /"filters.network"/,
    ],
    [
      'a network of actions of containers',
      () => createSelector({ event: ['die'], network: ['front'] }),
      /network/,
    ],
  ])('is an error: %s', (_, make, message) => {
    expect(make).toThrow(
      expect.objectContaining({ code: 'INVALID_OPTION', message: expect.stringMatching(message) }),
    );
  });

  it('is none for a term that was left undefined', () => {
    expect(() => check({ type: undefined, event: ['start'] })).not.toThrow();
  });

  it('does not compile', () => {
    // @ts-expect-error a misspelt term
    expect(() => dockerFilter('typ', 'container')).toThrow();
    // @ts-expect-error a misspelt action
    expect(() => dockerFilter('event', 'started')).toThrow();
    // @ts-expect-error an action that is not mapped
    expect(() => dockerFilter('event', 'exec_start')).toThrow();
    // @ts-expect-error a type that has none of our events
    expect(() => dockerFilter('type', 'volume')).toThrow();
    // @ts-expect-error the scope of a swarm
    expect(() => dockerFilter('scope', 'swarm')).toThrow();
    // @ts-expect-error a misspelt action, by hand
    expect(() => checkFilters({ event: ['started'] })).toThrow();
  });
});
