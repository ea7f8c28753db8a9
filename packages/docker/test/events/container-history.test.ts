import { describe, expect, it } from 'vitest';
import { ContainerHistory, MAX_CONTAINERS } from '../../src/events/container-history.ts';
import type { EngineMessage } from '../../src/events/message.ts';

function message(action: string, attributes: Record<string, string> = {}, id = 'c1'): EngineMessage {
  return {
    type: 'container',
    action,
    id,
    attributes: { name: 'web', ...attributes },
    scope: 'local',
    time: 0,
  };
}

const both = { names: true, health: true };

describe('the name before a rename', () => {
  it('is that of an earlier message, whatever a label says', () => {
    const history = new ContainerHistory(both);
    history.complete(message('start'));
    const rename = history.complete(message('rename', { name: 'green', oldName: 'from-a-label' }));
    expect(rename).toMatchObject({ formerName: 'web', attributes: { name: 'green', oldName: '/web' } });
  });

  it('is that of the rename before', () => {
    const history = new ContainerHistory(both);
    for (const name of ['blue', 'green']) history.complete(message('rename', { name }));
    expect(history.complete(message('rename', { name: 'red' }))?.formerName).toBe('green');
  });

  it.each<[string, (history: ContainerHistory) => void]>([
    ['no message came before', () => {}],
    ['only messages of other containers came', (history) => history.complete(message('start', {}, 'c2'))],
    [
      'the same rename came before',
      (history) => history.complete(message('rename', { name: 'green', oldName: '/web' })),
    ],
    [
      'messages may have been lost since',
      (history) => {
        history.complete(message('start'));
        history.forget();
      },
    ],
    [
      'the container was destroyed since',
      (history) => {
        for (const action of ['start', 'destroy']) history.complete(message(action));
      },
    ],
    [
      'too many other containers came since',
      (history) => {
        history.complete(message('start'));
        for (let n = 0; n < MAX_CONTAINERS; n++) history.complete(message('start', {}, `other-${n}`));
      },
    ],
  ])('is not certain where %s', (_, before) => {
    const history = new ContainerHistory(both);
    before(history);
    const rename = message('rename', { name: 'green', oldName: '/web' });
    expect(history.complete(rename)).toBe(rename);
  });
});

describe('health', () => {
  const read = (history: ContainerHistory, ...actions: string[]) =>
    actions.map((action) => history.complete(message(action))?.action ?? 'repetition');

  it('is dropped where it repeats the health before', () => {
    const actions = ['healthy', 'healthy', 'unhealthy', 'unhealthy', 'healthy'].map(
      (h) => `health_status: ${h}`,
    );
    expect(read(new ContainerHistory(both), ...actions)).toEqual([
      'health_status: healthy',
      'repetition',
      'health_status: unhealthy',
      'repetition',
      'health_status: healthy',
    ]);
  });

  it('is no repetition after a health that no filter selects', () => {
    const actions = ['health_status: healthy', 'health_status: starting', 'health_status: healthy'];
    expect(read(new ContainerHistory(both), ...actions)).toEqual(actions);
  });

  it.each(['create', 'start', 'die', 'destroy'])('begins anew at %s', (action) => {
    const actions = ['health_status: healthy', action, 'health_status: healthy'];
    expect(read(new ContainerHistory(both), ...actions)).toEqual(actions);
  });

  it('is still a repetition after the events of a probe', () => {
    const actions = ['health_status: healthy', 'exec_died', 'rename', 'health_status: healthy'];
    expect(read(new ContainerHistory(both), ...actions).at(-1)).toBe('repetition');
  });

  it("is each container's own", () => {
    const history = new ContainerHistory(both);
    for (const id of ['c1', 'c2', '', ''])
      expect(history.complete(message('health_status: healthy', {}, id))).toBeDefined();
  });

  it('is delivered again where messages may have been lost', () => {
    const history = new ContainerHistory(both);
    read(history, 'health_status: healthy');
    history.forget();
    expect(read(history, 'health_status: healthy')).toEqual(['health_status: healthy']);
  });
});

describe('a history', () => {
  it('remembers a bounded number of containers', () => {
    const history = new ContainerHistory(both);
    const health = (n: number) => history.complete(message('health_status: healthy', {}, `c${n}`));
    for (let n = 0; n <= MAX_CONTAINERS; n++) health(n);
    expect([health(MAX_CONTAINERS), health(0)]).toEqual([undefined, expect.anything()]);
  });

  it('takes no messages of networks for those of containers', () => {
    const history = new ContainerHistory(both);
    const connect: EngineMessage = { ...message('connect'), type: 'network' };
    expect([history.complete(connect), history.complete(connect)]).toEqual([connect, connect]);
  });
});
