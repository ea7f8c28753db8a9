import { describe, expect, it } from 'vitest';
import { containersOf } from '../../src/engine/containers-of.ts';

const running = { Id: 'a', Names: ['/web'], State: 'running', Created: 1 };

const only = (answer: unknown) => containersOf(answer).containers[0];

describe('the list of an engine', () => {
  it('has name, image, labels, networks, ports, mounts and health of each running container', () => {
    const answer = [
      {
        ...running,
        Image: 'nginx:1',
        Labels: { a: 'b' },
        Status: 'Up 3 minutes (healthy)',
        Ports: [
          { PrivatePort: 80, PublicPort: 8080, Type: 'tcp' },
          { PrivatePort: 53, Type: 'udp' },
        ],
        NetworkSettings: {
          Networks: { z: { IPAddress: '10.0.0.9' }, none: { IPAddress: '' }, b: { IPAddress: '10.0.0.2' } },
        },
        Mounts: [{ Destination: '/data' }],
      },
    ];
    expect(containersOf(answer)).toEqual({
      containers: [
        {
          name: 'web',
          image: 'nginx:1',
          labels: { a: 'b' },
          networks: [
            { name: 'b', address: '10.0.0.2' },
            { name: 'none', address: undefined },
            { name: 'z', address: '10.0.0.9' },
          ],
          usesHostNetwork: false,
          ports: [
            { private: 80, public: 8080, type: 'tcp' },
            { private: 53, public: undefined, type: 'udp' },
          ],
          mounts: ['/data'],
          health: 'healthy',
        },
      ],
      problems: [],
    });
  });

  it('may have null, or nothing, for empty values', () => {
    const empty = {
      name: 'web',
      image: '',
      labels: {},
      networks: [],
      usesHostNetwork: false,
      ports: [],
      mounts: [],
    };
    expect(only([running])).toEqual(empty);
    const nothing = { Labels: null, Ports: null, NetworkSettings: null, HostConfig: null, Mounts: null };
    expect(only([{ ...running, ...nothing, Created: null, Status: null }])).toEqual(empty);
  });

  it('is put in order: the oldest first, and of one age by ID', () => {
    const answer = [
      { ...running, Id: '0', Created: 3, Names: ['/third'] },
      { ...running, Id: '2', Created: 2, Names: ['/second'] },
      { ...running, Id: '1', Created: 2, Names: ['/first'] },
    ];
    expect(containersOf(answer).containers.map(({ name }) => name)).toEqual(['first', 'second', 'third']);
  });

  it.each(['paused', 'exited', 'created', 'restarting'])('leaves out a container that is %s', (State) => {
    expect(containersOf([{ ...running, State }]).containers).toEqual([]);
  });

  it.each([[{ message: 'no' }], ['text'], [null]])('is refused if it is something else: %j', (answer) => {
    expect(() => containersOf(answer)).toThrow(/^not the answer of a container engine: /);
  });

  it('loses an odd entry, and no other', () => {
    const { containers, problems } = containersOf([{ ...running, Id: 'b', Names: null }, running, 'text']);
    expect(containers).toMatchObject([{ name: 'web' }]);
    expect(problems).toEqual([expect.stringMatching(/oddly/), expect.stringMatching(/oddly/)]);
  });
});

describe('a container', () => {
  it('is called by its name, not by the names of links', () => {
    expect(only([{ ...running, Names: ['/app/db', '/db'] }])?.name).toBe('db');
  });

  it('has an IPv6 address where it has no IPv4 one', () => {
    const Networks = { v6: { IPAddress: '', GlobalIPv6Address: 'fd00::2' } };
    expect(only([{ ...running, NetworkSettings: { Networks } }])?.networks).toEqual([
      { name: 'v6', address: 'fd00::2' },
    ]);
  });

  it.each([
    ['Up 3 minutes (healthy)', 'healthy'],
    ['Up 3 minutes (unhealthy)', 'unhealthy'],
    ['Up 2 seconds (health: starting)', 'starting'],
    ['Up 3 minutes', undefined],
    ['Up 3 minutes (Paused)', undefined],
  ])('has the health that its status says: %s', (Status, health) => {
    expect(only([{ ...running, Status }])?.health).toBe(health);
  });

  it('knows that it uses the network of the machine', () => {
    expect(only([{ ...running, HostConfig: { NetworkMode: 'host' } }])?.usesHostNetwork).toBe(true);
  });
});

describe('a container in the network of another one', () => {
  const vpn = {
    ...running,
    Id: 'v',
    Names: ['/vpn'],
    Ports: [{ PrivatePort: 9000, PublicPort: 19_000, Type: 'tcp' }],
    NetworkSettings: { Networks: { bridge: { IPAddress: '172.17.0.2' } } },
  };
  const via = (reference: string, more: object = {}) => ({
    ...running,
    HostConfig: { NetworkMode: `container:${reference}` },
    ...more,
  });
  const named = (answer: unknown[], name: string) =>
    containersOf(answer).containers.find((container) => container.name === name);

  it.each(['v', 'vpn'])('has its address and its ports, by ID or name: %s', (reference) => {
    expect(named([vpn, via(reference)], 'web')).toMatchObject({
      networks: [{ name: 'bridge', address: '172.17.0.2' }],
      ports: [{ private: 9000, public: 19_000 }],
    });
  });

  it('exposes its own ports, published by the other', () => {
    const Ports = [
      { PrivatePort: 9000, Type: 'tcp' },
      { PrivatePort: 81, Type: 'tcp' },
    ];
    expect(named([vpn, via('v', { Ports })], 'web')?.ports).toEqual([
      { private: 9000, public: 19_000, type: 'tcp' },
      { private: 81, public: undefined, type: 'tcp' },
    ]);
  });

  it('is found through a chain, and a circle ends', () => {
    const middle = via('v', { Id: 'm', Names: ['/middle'] });
    expect(named([vpn, middle, via('m')], 'web')?.networks).toMatchObject([{ address: '172.17.0.2' }]);
    expect(named([via('web')], 'web')?.networks).toEqual([]);
  });

  it('has no address where the other one is gone', () => {
    expect(named([via('gone')], 'web')?.networks).toEqual([]);
  });
});
