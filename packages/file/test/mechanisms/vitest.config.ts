import { fileURLToPath } from 'node:url';
import { mergeConfig } from 'vitest/config';
import root from '../../../../vitest.config.ts';
import { mechanisms } from './mechanisms.ts';

/** The test suite with one mechanism switched off: the one whose name is in WATCHER_MECHANISM. */
const source = fileURLToPath(new URL('../../src/', import.meta.url));
const mechanism = mechanisms.find(({ name }) => name === process.env['WATCHER_MECHANISM']);
if (!mechanism) throw new Error('WATCHER_MECHANISM names no mechanism');
const { file, on, off } = mechanism;

export default mergeConfig(root, {
  root: fileURLToPath(new URL('../../../../', import.meta.url)),
  // Which mechanism is off is not a part of what the cache goes by.
  test: { fsModuleCache: false },
  plugins: [
    {
      name: 'without-a-mechanism',
      enforce: 'pre',
      transform(code: string, id: string) {
        if (id !== source + file) return undefined;
        if (code.split(on).length !== 2) throw new Error(`${file} does not hold once: ${on}`);
        return code.replace(on, () => off);
      },
    },
  ],
});
