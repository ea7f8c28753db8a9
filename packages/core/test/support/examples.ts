import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format } from 'node:util';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';

/** What examples take as given: the declaration it has for the type checker, and its value when they run. */
export interface Given {
  /** TypeScript, as in `declare const watcher: import('@watcher/core').Watcher`. */
  readonly declaration: string;
  /** Made anew for each example; left out for a type. */
  readonly value?: () => unknown;
}

export interface ExampleOptions {
  /** By name. Only what an example uses, and does not declare or import itself, is given to it. */
  readonly given?: Readonly<Record<string, Given>>;
  /** Called as an example logs a line: it has shown what it is there to show. */
  readonly onLog?: () => void;
  /** False where they go on for ever, or act on what a test has no business with. Default true. */
  readonly runs?: boolean;
}

/**
 * Tests every example of a package: the `ts` blocks of its README.md and of the docstrings in `src`. Each is
 * type-checked as a module of its own under the strict options of this tree, then run. Where it has comments
 * that begin with `// => `, what it logs must be those lines. A docstring's example need not import its own
 * package.
 *
 * @example
 * ```ts
 * testExamples(new URL('..', import.meta.url), {
 *   given: {
 *     watcher: {
 *       declaration: "declare const watcher: import('@watcher/core').Watcher",
 *       value: () => new FakeWatcher(),
 *     },
 *   },
 * });
 * ```
 */
export function testExamples(
  packageDirectory: URL,
  { given = {}, onLog, runs = true }: ExampleOptions = {},
): void {
  const directory = fileURLToPath(packageDirectory);
  const examples = examplesOf(directory);
  describe('the examples', () => {
    test('are there', () => expect(examples).not.toEqual([]));

    test('are right by their types', { timeout: 120_000 }, () => {
      expect(typeErrors(examples, directory, given)).toEqual([]);
    });

    if (!runs) return;
    test.each(examples)('run: $name', async ({ code }) => {
      const logged = await run(code, { directory, given, onLog });
      const promised = [...code.matchAll(/\/\/ => (.*)$/gm)].map(([, line]) => line);
      if (promised.length > 0) expect(logged).toEqual(promised);
    });
  });
}

interface Example {
  /** Where it stands: `README.md:12`. */
  readonly name: string;
  readonly code: string;
}

function examplesOf(directory: string): Example[] {
  const src = join(directory, 'src');
  const sources = (existsSync(src) ? readdirSync(src, { recursive: true, withFileTypes: true }) : [])
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const blocks = (path: string) =>
    blocksOf(readFileSync(path, 'utf8')).map(({ line, code }) => ({
      name: `${relative(directory, path)}:${line}`,
      code,
    }));
  const own = sources
    .flatMap(blocks)
    .map(({ name, code }) => ({ name, code: ownImports(code, directory) + code }));
  return [...blocks(join(directory, 'README.md')), ...own];
}

/** The imports, on the line of what follows, of all that an example uses of the package that it belongs to. */
function ownImports(code: string, directory: string): string {
  const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8'));
  const { name, exports } = manifest as { name: string; exports: object };
  return Object.keys(exports)
    .map((path) => ({ path: path.slice(1), index: join(directory, 'src', path, 'index.ts') }))
    .filter(({ index }) => existsSync(index))
    .map(({ path, index }) => {
      const names = exportsOf(index).filter((it) => uses(code, it.replace('type ', '')));
      return names.length > 0 ? `import { ${names.join(', ')} } from '${name}${path}'; ` : '';
    })
    .join('');
}

function exportsOf(index: string): string[] {
  const lists = readFileSync(index, 'utf8').matchAll(/export (type )?\{([^}]*)\}/g);
  return [...lists].flatMap(([, type = '', list = '']) =>
    list.split(',').flatMap((it) => (it.trim() ? type + it.trim() : [])),
  );
}

/** The `ts` blocks of a text, out of Markdown or out of a docstring. */
function blocksOf(text: string): { line: number; code: string }[] {
  return [...text.matchAll(/^( *\* ?)?```ts\n([\s\S]*?)^ *(?:\* ?)?```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    code: match[1] ? (match[2] ?? '').replaceAll(/^ *\* ?/gm, '') : (match[2] ?? ''),
  }));
}

/** The names among those given that an example uses and neither imports nor declares. */
function needed(code: string, given: Readonly<Record<string, Given>>): [string, Given][] {
  return Object.entries(given).filter(([name]) => uses(code, name));
}

function uses(code: string, name: string): boolean {
  const declared = `(?:const|let|using|class|function|type|interface)\\s+${name}\\b`;
  const imported = `import\\b[^;]*\\b${name}\\b[^;]*from`;
  return new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`\\b${declared}|\\b${imported}`).test(code);
}

function typeErrors(
  examples: readonly Example[],
  directory: string,
  given: Readonly<Record<string, Given>>,
): string[] {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  const base = ts.readConfigFile(join(root, 'tsconfig.base.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(base.config, ts.sys, root);
  const files = new Map(
    examples.map(({ code, name }, i) => {
      const declarations = needed(code, given).map(([, { declaration }]) => declaration);
      // At the end, so that lines are counted as in the example.
      return [
        join(directory, `example-${i}.ts`),
        { name, text: `${code}\n${declarations.join('\n')}\nexport {};\n` },
      ];
    }),
  );
  const checked: ts.CompilerOptions = {
    ...options,
    noUnusedLocals: false,
    noUnusedParameters: false,
    typeRoots: [join(root, 'node_modules', '@types')],
    // On the sources, as the tests run.
    paths: {
      '@watcher/testing/*': [join(root, 'packages/testing/src/*/index.ts')],
      '@watcher/*': [join(root, 'packages/*/src/index.ts')],
    },
  };
  const host = ts.createCompilerHost(checked);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path)?.text ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) => {
    const text = files.get(path)?.text;
    return text === undefined
      ? getSourceFile(path, version, ...rest)
      : ts.createSourceFile(path, text, version);
  };
  const program = ts.createProgram([...files.keys()], checked, host);
  return [...files].flatMap(([path, { name }]) => {
    const file = program.getSourceFile(path);
    const found = [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
    return found.map(({ messageText, start = 0 }) => {
      const line = (file?.getLineAndCharacterOfPosition(start).line ?? 0) + 1;
      return `${name}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
    });
  });
}

/** Runs an example and gives the lines that it logged. */
async function run(
  code: string,
  {
    directory,
    given,
    onLog = () => {},
  }: { directory: string; given: Readonly<Record<string, Given>>; onLog: (() => void) | undefined },
): Promise<string[]> {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: {
      module: ts.ModuleKind.CommonJS,
      target: ts.ScriptTarget.ES2022,
      esModuleInterop: true,
    },
  });
  const modules = new Map<string, unknown>();
  for (const { fileName } of ts.preProcessFile(code, true, true).importedFiles)
    modules.set(fileName, { __esModule: true, ...(await importFrom(directory, fileName)) });
  const logged: string[] = [];
  const log = (...values: unknown[]) => {
    logged.push(...format(...values).split('\n'));
    onLog();
  };
  const scope: [string, unknown][] = [
    ['require', (name: string) => modules.get(name)],
    ['exports', {}],
    ['console', { ...console, log, info: log, warn: log, error: log, debug: log }],
    ...needed(code, given).flatMap(([name, { value }]): [string, unknown][] =>
      value ? [[name, value()]] : [],
    ),
  ];
  const AsyncFunction = (async () => {}).constructor as FunctionConstructor;
  await AsyncFunction(...scope.map(([name]) => name), outputText)(...scope.map(([, value]) => value));
  return logged;
}

/** Imports as a file in `directory` would; packages of this tree by their sources. */
async function importFrom(directory: string, name: string): Promise<object> {
  if (name.startsWith('@watcher/') || name.startsWith('node:')) return (await import(name)) as object;
  const path = createRequire(join(directory, 'package.json')).resolve(name);
  return (await import(pathToFileURL(path).href)) as object;
}
