import { describe, expect, test } from 'vitest';
import { describeDetails, describeSummary } from '../../src/containers/describe-container.ts';

const ID = '2f934fa8bc7f0a0b6a35d5f5a1b8b0c9f1f0b7b6d5e4c3b2a190807060504030';

/** As Docker 20.10 writes it. */
const summary = {
  Id: ID,
  Names: ['/db/alias', '/web'],
  Image: 'nginx:1',
  Created: 1_795_875_870,
  Ports: [
    { IP: '::', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { IP: '0.0.0.0', PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
    { PrivatePort: 443, Type: 'tcp' },
  ],
  Labels: { tier: 'front' },
  State: 'running',
  Status: 'Up 3 seconds (healthy)',
  HostConfig: { NetworkMode: 'default' },
  NetworkSettings: {
    Networks: {
      front: { IPAddress: '172.17.0.2', GlobalIPv6Address: '' },
      back: { IPAddress: '172.18.0.2', GlobalIPv6Address: '2001:db8::2' },
    },
  },
};
const details = {
  Id: ID,
  Name: '/web',
  Created: '2026-11-28T14:24:30.794921748Z',
  State: { Status: 'running', ExitCode: 0, Health: { Status: 'healthy' } },
  Image: 'sha256:1234',
  HostConfig: { NetworkMode: 'default' },
  Config: { Image: 'nginx:1', Labels: { tier: 'front' } },
  NetworkSettings: {
    Ports: {
      '443/tcp': null,
      '80/tcp': [
        { HostIp: '0.0.0.0', HostPort: '8080' },
        { HostIp: '::', HostPort: '8080' },
      ],
    },
    Networks: summary.NetworkSettings.Networks,
  },
};
const described = {
  id: ID,
  name: 'web',
  image: 'nginx:1',
  labels: { tier: 'front' },
  state: 'running',
  health: 'healthy',
  networks: [
    { name: 'back', ipv4: '172.18.0.2', ipv6: '2001:db8::2' },
    { name: 'front', ipv4: '172.17.0.2', ipv6: undefined },
  ],
  ports: [
    { private: 80, protocol: 'tcp', public: 8080, ip: '0.0.0.0' },
    { private: 80, protocol: 'tcp', public: 8080, ip: '::' },
    { private: 443, protocol: 'tcp', public: undefined, ip: undefined },
  ],
  networkMode: 'bridge',
  networkContainer: undefined,
  createdAt: 1_795_875_870_000,
  exitCode: undefined,
  isBeingRemoved: false,
};

test('a list and an inspect describe the same container in the same way', () => {
  expect(describeSummary(summary)).toEqual(described);
  expect(describeDetails(details)).toEqual(described);
});

test('the name is never the alias of a link', () => {
  expect(describeSummary({ ...summary, Names: ['/web', '/db/alias'] })?.name).toBe('web');
  expect(describeSummary({ ...summary, Names: ['web'] })?.name).toBe('web');
});

test.each([
  ['created', 'created'],
  ['configured', 'created'],
  ['initialized', 'created'],
  ['Running', 'running'],
  ['stopping', 'running'],
  ['paused', 'paused'],
  ['restarting', 'restarting'],
  ['exited', 'exited'],
  ['stopped', 'exited'],
  ['removing', 'dead'],
  ['dead', 'dead'],
  ['constructor', 'dead'],
])('the state "%s" is %s', (word, state) => {
  expect(describeSummary({ ...summary, State: word })?.state).toBe(state);
  expect(describeDetails({ ...details, State: { Status: word } })?.state).toBe(state);
});

describe('a container that has ended', () => {
  const ended = { ...summary, State: 'exited', Status: 'Exited (137) 2 seconds ago' };
  const inspected = {
    ...details,
    State: { Status: 'exited', ExitCode: 137, Health: { Status: 'unhealthy' } },
  };

  test('has an exit code, and neither health, ports nor addresses', () => {
    for (const container of [describeSummary(ended), describeDetails(inspected)])
      expect(container).toMatchObject({
        exitCode: 137,
        health: 'none',
        ports: [],
        networks: [
          { name: 'back', ipv4: undefined, ipv6: undefined },
          { name: 'front', ipv4: undefined, ipv6: undefined },
        ],
      });
  });

  test('that restarts has the exit code, too', () => {
    expect(
      describeSummary({ ...ended, State: 'restarting', Status: 'Restarting (1) 3 seconds ago' })?.exitCode,
    ).toBe(1);
  });
});

test.each([
  ['Up 3 seconds', undefined],
  ['Up 3 seconds (health: starting)', 'starting'],
  ['Up 3 seconds (unhealthy)', 'unhealthy'],
  ['Up 3 seconds (constructor)', undefined],
])('the status "%s" has the health %s', (Status, health) => {
  expect(describeSummary({ ...summary, Status })?.health).toBe(health);
});

test('a health of its own in a list comes first, as newer engines write it', () => {
  expect(
    describeSummary({ ...summary, Status: 'Up 3 seconds', Health: { Status: 'starting' } })?.health,
  ).toBe('starting');
});

test('a shared network has the container whose it is', () => {
  const HostConfig = { NetworkMode: `container:${ID}` };
  const shared = { networkMode: 'container', networkContainer: ID };
  expect(describeSummary({ ...summary, HostConfig })).toMatchObject(shared);
  expect(describeDetails({ ...details, HostConfig })).toMatchObject(shared);
});

test('Podman leaves out what it does not know', () => {
  const podmans = {
    ...summary,
    HostConfig: null,
    NetworkSettings: { Networks: null },
    Ports: null,
    Labels: null,
  };
  expect(describeSummary(podmans)).toMatchObject({
    networkMode: '',
    networks: undefined,
    ports: [],
    labels: {},
  });
});

const odd = [undefined, null, 0, 'text', true, [], [[]], {}, { a: null }, Number.NaN, -1, '\u0000'];

test.each(Object.keys(summary).filter((field) => field !== 'Id'))(
  'an odd %s in a list costs only itself',
  (field) => {
    for (const value of odd) {
      const found = describeSummary({ ...summary, [field]: value });
      expect(found?.id).toBe(ID);
      expect(Object.keys(found ?? {}).sort()).toEqual(Object.keys(described).sort());
    }
  },
);

test.each(Object.keys(details).filter((field) => field !== 'Id'))(
  'an odd %s in an inspect costs only itself',
  (field) => {
    for (const value of odd) expect(describeDetails({ ...details, [field]: value })?.id).toBe(ID);
  },
);

test('odd ports, networks and labels are left out, and cost no other', () => {
  const found = describeSummary({
    ...summary,
    Ports: [null, 5, { PrivatePort: 70_000 }, { PrivatePort: 'x' }, { PrivatePort: 80 }],
    Labels: { good: 'yes', bad: 5 },
    NetworkSettings: { Networks: { front: null, back: 7 } },
  });
  expect(found?.ports).toEqual([{ private: 80, protocol: 'tcp', public: undefined, ip: undefined }]);
  expect(found?.labels).toEqual({ good: 'yes' });
  expect(found?.networks?.map(({ name }) => name)).toEqual(['back', 'front']);
});

test('what has no ID is no container', () => {
  for (const value of odd) {
    expect(describeSummary(value)).toBeUndefined();
    expect(describeDetails({ ...details, Id: value })?.id).toBe(
      typeof value === 'string' ? value : undefined,
    );
  }
});
