import { expect, test } from 'vitest';
import { isMountPoint } from '../../src/system/mount-point.ts';
import { playground } from '../support/playground.ts';

test.runIf(process.platform === 'linux')(
  'what is mounted is a mount point, and nothing else is',
  async () => {
    await using place = await playground();
    expect(await isMountPoint('/proc')).toBe(true);
    expect(await isMountPoint('/proc/self')).toBe(false);
    expect(await isMountPoint(place.path)).toBe(false);
    expect(await isMountPoint(place.at('nothing'))).toBe(false);
  },
);
