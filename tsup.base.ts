import { defineConfig, type Options } from 'tsup';

/** The one way a package is built: ESM and CommonJS for the Node that `engines` names, types for both. */
export const library = (options: Options = {}) =>
  defineConfig({
    entry: ['src/index.ts'],
    format: ['esm', 'cjs'],
    target: 'node22',
    platform: 'node',
    dts: true,
    sourcemap: false,
    clean: true,
    ...options,
  });
