/**
 * Checks the packages as their users get them: packed, looked at by publint and are-the-types-wrong, installed by
 * npm into empty projects, loaded as ESM and as CommonJS on this Node and on the oldest that they are for, used there,
 * and compiled against.
 */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = join(import.meta.dirname, '..');
const bin = join(root, 'node_modules/.bin');

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly engines: { readonly node: string };
  readonly exports: Readonly<Record<string, unknown>>;
}

interface Packed {
  readonly manifest: Manifest;
  readonly tarball: string;
  /** What it can be imported as: `@watcher/core`, `@watcher/testing/clock`. */
  readonly entries: readonly string[];
}

const beforeImport = `const listeners = String(process.eventNames());`;

const afterImport = `
  if (String(process.eventNames()) !== listeners) throw new Error('its import leaves a listener: ' + process.eventNames());
  if (Object.keys(m).length === 0) throw new Error('it exports nothing');
  const left = process.getActiveResourcesInfo().filter((name) => /Timeout|Immediate|TCP|UDP|TLS|FSEvent|Process/.test(name));
  if (left.length > 0) throw new Error('its import leaves something running: ' + left);`;

/** What costs more to load than all of ours is loaded when it is needed. */
const afterRequire = `
  const heavy = Object.keys(require.cache).filter((file) => /node_modules.(dockerode|chokidar)/.test(file));
  if (heavy.length > 0) throw new Error('its import loads ' + heavy[0]);`;

interface LazyLibrary {
  readonly entry: string;
  readonly library: string;
  /** An expression that opens a stream, given the imported package as `m`. */
  readonly open: string;
}

/** Libraries that load when a stream opens, and not with the import. */
const LAZY_LIBRARIES: readonly LazyLibrary[] = [
  { entry: '@watcher/file', library: 'chokidar', open: "new m.DirectoryWatcher('.').events()" },
];

const withLoadHook = ({ library }: LazyLibrary) => `
  const loaded = [];
  registerHooks({
    load(url, context, next) {
      if (url.includes('/node_modules/${library}/')) loaded.push(url);
      return next(url, context);
    },
  });`;

const openLazily = ({ library, open }: LazyLibrary) => `
  if (loaded.length > 0) throw new Error('its import loads ' + loaded[0]);
  const stream = ${open};
  await stream.ready.catch(() => {});
  await stream.close();
  if (loaded.length === 0) throw new Error('an open stream has not loaded ${library}');`;

const folder = mkdtempSync(join(tmpdir(), 'check-packages-'));
try {
  const packages = readdirSync(join(root, 'packages')).map((name) => pack(join(root, 'packages', name)));
  for (const packed of packages) {
    checkFiles(packed);
    await lint(packed);
    run(join(bin, 'attw'), [packed.tarball, '--no-emoji', '--format', 'ascii'], folder);
    console.log(`ok ${packed.manifest.name}`);
  }
  checkAsUser(packages);
  console.log(`${packages.length} packages are as their users need them.`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function pack(directory: string): Packed {
  const manifest: Manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const out = run('pnpm', ['pack', '--json', '--pack-destination', folder], directory);
  const tarball: string = JSON.parse(out.slice(out.indexOf('{'))).filename;
  const entries = Object.keys(manifest.exports)
    .filter((path) => path !== './package.json')
    .map((path) => manifest.name + path.slice(1));
  return { manifest, tarball, entries };
}

/** Nothing but what is built, and what is to be read. */
function checkFiles({ manifest, tarball }: Packed): void {
  const files = run('tar', ['-tzf', tarball], folder).trim().split('\n');
  const expected =
    /^package\/(dist\/[\w.-]+\.(js|cjs|d\.ts|d\.cts)|package\.json|README\.md|CHANGELOG\.md|LICENSE)$/;
  const others = files.filter((file) => !expected.test(file));
  const missing = ['README.md', 'LICENSE', 'package.json'].filter(
    (file) => !files.includes(`package/${file}`),
  );
  if (others.length > 0 || missing.length > 0) {
    throw new Error(`${manifest.name} packs too much (${others}) or lacks ${missing}.`);
  }
}

async function lint({ manifest, tarball }: Packed): Promise<void> {
  const { messages, pkg } = await publint({
    pack: { tarball: Uint8Array.from(readFileSync(tarball)).buffer },
    strict: true,
  });
  if (messages.length === 0) return;
  throw new Error(
    `publint on ${manifest.name}: ${messages.map((message) => formatMessage(message, pkg)).join('; ')}`,
  );
}

/** In an empty project: without types for Node or dockerode, without a newer `lib` than ES2022. */
function checkAsUser(packages: readonly Packed[]): void {
  const project = mkdtempSync(join(folder, 'user-'));
  writeFileSync(join(project, 'package.json'), '{ "name": "user", "private": true }');
  const tarballs = packages.map(({ tarball }) => tarball);
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...tarballs], project);

  const oldest = oldestNode(packages);
  for (const entry of packages.flatMap(({ entries }) => entries)) {
    const required = `${beforeImport} const m = require('${entry}'); ${afterImport} ${afterRequire}`;
    const imported = `${beforeImport} const m = await import('${entry}'); ${afterImport}`;
    for (const node of ['node', oldest]) {
      run(node, ['-e', required], project);
      run(node, ['--input-type=module', '-e', imported], project);
    }
  }
  for (const lazy of LAZY_LIBRARIES) {
    const imported = `import { registerHooks } from 'node:module'; ${withLoadHook(lazy)}
      const m = await import('${lazy.entry}'); ${openLazily(lazy)}`;
    const required = `const { registerHooks } = require('node:module'); ${withLoadHook(lazy)}
      const m = require('${lazy.entry}'); (async () => { ${openLazily(lazy)} })();`;
    for (const node of ['node', oldest]) {
      run(node, ['--input-type=module', '-e', imported], project);
      run(node, ['-e', required], project);
    }
  }
  copyFileSync(join(import.meta.dirname, 'use-packages.mjs'), join(project, 'use-packages.mjs'));
  run(oldest, ['use-packages.mjs'], project);

  copyFileSync(join(import.meta.dirname, 'use-dockerode.mjs'), join(project, 'use-dockerode.mjs'));
  for (const kind of ['import', 'require'])
    for (const node of ['node', oldest]) run(node, ['use-dockerode.mjs', kind], project);

  copyFileSync(join(import.meta.dirname, 'use-client.mjs'), join(project, 'use-client.mjs'));
  run(oldest, ['--disallow-code-generation-from-strings', 'use-client.mjs'], project);

  // Dockerode is CommonJS: an ESM bundle that holds it does not run.
  const bundle = [
    '--bundle',
    '--platform=node',
    '--format=esm',
    '--external:dockerode',
    '--outfile=bundle.mjs',
  ];
  run(join(bin, 'esbuild'), ['use-packages.mjs', ...bundle], project);
  run(oldest, ['bundle.mjs'], project);

  // The fakes are for tests on Node, and speak of its types; the rest asks for none.
  const bare = packages.filter(({ manifest }) => manifest.name !== '@watcher/testing');
  compile(project, 'bare', bare, []);
  copyFileSync(join(import.meta.dirname, 'use-types.mts'), join(project, 'use-types.mts'));
  compile(project, 'types', bare, [], ['use-types.mts']);
  run('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '@types/node@24'], project);
  compile(project, 'node', packages, ['node']);
}

/** The path of the oldest Node that the packages say they are for, as npm has it. */
function oldestNode(packages: readonly Packed[]): string {
  const [version, ...others] = new Set(
    packages.map(({ manifest }) => manifest.engines.node.replace('>=', '')),
  );
  if (version === undefined || others.length > 0)
    throw new Error(`"engines" differ: ${[version, ...others]}`);
  const project = mkdtempSync(join(folder, 'node-'));
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  writeFileSync(join(project, 'package.json'), '{ "name": "oldest", "private": true }');
  run('npm', ['install', '--no-audit', '--no-fund', `${name}@${version}`], project);
  const node = join(project, 'node_modules', name, 'bin', 'node');
  const found = run(node, ['--version'], project).trim();
  if (found !== `v${version}`) throw new Error(`${name}@${version} is Node ${found}.`);
  return node;
}

function compile(
  project: string,
  name: string,
  packages: readonly Packed[],
  types: readonly string[],
  others: readonly string[] = [],
): void {
  const imports = packages
    .flatMap(({ entries }) => entries)
    .map((entry, n) => `import * as m${n} from '${entry}';\nexport const v${n}: object = m${n};\n`)
    .join('');
  const files = [`${name}.mts`, `${name}.cts`];
  for (const file of files) writeFileSync(join(project, file), imports);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    skipLibCheck: false,
    lib: ['ES2022'],
    types,
    module: 'node20',
  };
  writeFileSync(
    join(project, `${name}.json`),
    JSON.stringify({ compilerOptions, files: [...files, ...others] }),
  );
  run(join(bin, 'tsc'), ['-p', `${name}.json`], project);
}

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')}\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
