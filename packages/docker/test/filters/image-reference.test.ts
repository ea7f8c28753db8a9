import { describe, expect, it } from 'vitest';
import { imageTest } from '../../src/filters/image-reference.ts';

const ID = 'ab12'.repeat(16);
const DIGEST = `sha256:${'cd34'.repeat(16)}`;

describe('a filter on image', () => {
  it.each<[wanted: string, image: string]>([
    // As Docker writes it.
    ['app', 'app'],
    ['app', 'app:1'],
    ['app:1', 'app:1'],
    ['app:latest', 'app'],
    ['docker.io/library/app', 'app:1'],
    ['docker.io/app:1', 'app:1'],
    ['index.docker.io/library/app', 'app'],
    ['library/app', 'app'],
    ['app', 'docker.io/library/app:1'],
    ['team/app', 'docker.io/team/app:1'],
    ['registry:5000/app', 'registry:5000/app:1'],
    ['registry:5000/app:latest', 'registry:5000/app'],
    // As Podman writes it.
    ['app:1', 'localhost/app:1'],
    ['app:1', 'docker.io/library/app:1'],
    ['app', 'localhost/app:latest'],
    ['team/app:1', 'localhost/team/app:1'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app', 'localhost:5000/app:1'],
    // Digests.
    ['app', `app@${DIGEST}`],
    ['app', `app:1@${DIGEST}`],
    ['app:1', `app:1@${DIGEST}`],
    [`app@${DIGEST}`, `docker.io/library/app:1@${DIGEST}`],
    [`app:1@${DIGEST}`, `app@${DIGEST}`],
    [`registry:5000/app@${DIGEST}`, `registry:5000/app@${DIGEST}`],
    // IDs.
    [ID, `sha256:${ID}`],
    [`sha256:${ID}`, ID],
    [ID.slice(0, 12), `sha256:${ID}`],
    [`sha256:${ID}`, ID.slice(0, 12)],
  ])('for %s selects %s', (wanted, image) => {
    expect(imageTest(wanted)(image)).toBe(true);
  });

  it.each<[wanted: string, image: string]>([
    ['app:1', 'app'],
    ['app:1', 'app:10'],
    ['app:1', 'localhost/app:2'],
    ['app', 'apple'],
    ['app', 'team/app'],
    ['app', 'registry:5000/app'],
    ['app', 'quay.io/library/app'],
    ['registry', 'registry:5000/app'],
    ['localhost/app', 'app'],
    ['localhost/app', 'docker.io/library/app'],
    ['docker.io/library/app', 'localhost/app'],
    ['app:latest', `app@${DIGEST}`],
    [`app@${DIGEST}`, `app@sha256:${'0'.repeat(64)}`],
    [`app@${DIGEST}`, 'app:1'],
    ['sha256', `sha256:${ID}`],
    [ID.slice(0, 11), `sha256:${ID}`],
    ['app', ''],
  ])('for %s does not select %s', (wanted, image) => {
    expect(imageTest(wanted)(image)).toBe(false);
  });

  it.each(['@', ':', '/', 'a', 'a/', '@/', 'a@', ':a@'])(
    'takes linear time for an image that repeats %j',
    (part) => {
      const image = `${part.repeat(2_000_000 / part.length)}/x`;
      const test = imageTest('nginx');
      const start = performance.now();
      expect(test(image)).toBe(false);
      expect(performance.now() - start).toBeLessThan(1000); // quadratic: hours
    },
  );
});
