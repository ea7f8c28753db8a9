import { describe } from 'vitest';
import { FakeEngine, PodmanEngine } from '../../src/engine/index.ts';
import { podmanBehaviour } from './podman-behaviour.ts';
import { skipsFor } from './skips.ts';

describe.skipIf(skipsFor('Podman', PodmanEngine.unavailable()))('a real Podman', () => {
  podmanBehaviour(() => PodmanEngine.start());
});

describe('the fake engine in the dialect of Podman 4.3', () => {
  podmanBehaviour(() => FakeEngine.start({ dialect: 'podman-4.3' }));
});
