import { FakeEngine } from '@watcher/testing/engine';
import { expect, it } from 'vitest';
import { DockerWatcher } from '../../src/index.ts';
import { eventually } from '../support/eventually.ts';
import { Recorder } from '../support/recorder.ts';

it('a thousand watchers lose nothing, and one dead engine delays none of them', {
  timeout: 60_000,
}, async () => {
  await using stack = new AsyncDisposableStack();
  const engines = await Promise.all(Array.from({ length: 20 }, () => FakeEngine.start()));
  for (const engine of engines) stack.use(engine);
  const [dead, ...alive] = engines as [FakeEngine, ...FakeEngine[]];
  dead.faults.blackHole();

  const watches = engines.flatMap((engine) =>
    Array.from({ length: 50 }, () => ({
      engine,
      watch: stack.use(new Recorder(new DockerWatcher({ host: engine.host, timeout: 600_000 }).events())),
    })),
  );
  const living = watches.filter(({ engine }) => engine !== dead);
  await Promise.all(living.map(({ watch }) => watch.stream.ready));

  const names = Array.from({ length: 20 }, (_, n) => `web-${n}`);
  for (const engine of alive) for (const name of names) await engine.start(await engine.create({ name }));
  await eventually(
    'every event',
    () => living.every(({ watch }) => watch.lines.length === names.length),
    30_000,
  );
  for (const { watch } of living) expect(watch.take()).toEqual(names.map((name) => `started ${name}`));
});
