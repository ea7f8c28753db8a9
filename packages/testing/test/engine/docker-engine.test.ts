import { describe } from 'vitest';
import { DockerEngine } from '../../src/engine/index.ts';
import { dockerBehaviour } from './engine-behaviour.ts';
import { skipsFor } from './skips.ts';

describe.skipIf(skipsFor('Docker Engine', DockerEngine.unavailable()))('a real Docker Engine', () => {
  dockerBehaviour(() => DockerEngine.start());
});
