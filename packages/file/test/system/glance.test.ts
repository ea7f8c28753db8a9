import { expect, test } from 'vitest';
import { FileSystem } from '../../src/fs/file-system.ts';
import { glance } from '../../src/system/glance.ts';

test.each([true, false])('throws what its callback throws (through the pool: %s)', async (isLink) => {
  const looking = glance(
    '/nowhere',
    ['a', 'b'],
    () => isLink,
    new FileSystem(),
    () => {
      throw new Error('over what it shows');
    },
  );
  await expect(looking).rejects.toThrow('over what it shows');
});
