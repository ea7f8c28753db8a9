import { expect, test } from 'vitest';
import { glance } from '../../src/system/glance.ts';

test.each([true, false])(
  'what is thrown over what a glance shows is thrown by the glance (near: %s)',
  async (near) => {
    const looking = glance(
      '/nowhere',
      ['a', 'b'],
      () => near,
      new AbortController().signal,
      () => {
        throw new Error('over what it shows');
      },
    );
    await expect(looking).rejects.toThrow('over what it shows');
  },
);
