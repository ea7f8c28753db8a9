import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml';
import { impliedScheme, type Route } from './route.ts';
import { aliasSchema, type Target, targetSchema } from './schema.ts';
import { YamlReader } from './yaml-reader.ts';

/** One mistake in a file. Lines and columns count from 1. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

export interface FileRoutes {
  /** Undefined when anything is wrong: a file counts as a whole. */
  readonly routes: readonly Route[] | undefined;
  readonly problems: readonly FileProblem[];
}

/**
 * Returns the routes that a file defines: a mapping of aliases to `scheme`, `host` and `port`, each of which may be
 * left out (http, localhost, 80). Names that begin with `x-` are for anchors and are not routes.
 *
 * Takes time in proportion to the text, also with many anchors, aliases or mistakes.
 */
export function routesFromYaml(text: string, origin: string): FileRoutes {
  const lines = new LineCounter();
  const problems: FileProblem[] = [];
  const report: Report = (offset, reason) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    problems.push({ line: Math.max(line, 1), column: Math.max(col, 1), reason });
  };

  // `uniqueKeys` compares each key with each other one. Duplicates are found below.
  const options = { lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'error' } as const;
  const document = parseDocument(text, options);
  for (const { pos, message } of [...document.errors, ...document.warnings]) report(pos[0], message);
  const reader = new YamlReader(document);
  for (const { offset, reason } of reader.problems) report(offset, reason);
  if (problems.length > 0) return { routes: undefined, problems };
  const routes = routesOf(document.contents, { reader, origin, report });
  return { routes: problems.length === 0 ? routes : undefined, problems };
}

type Report = (offset: number, reason: string) => void;

interface Context {
  readonly reader: YamlReader;
  readonly origin: string;
  readonly report: Report;
}

function routesOf(contents: Node | null, context: Context): Route[] {
  const { reader, origin, report } = context;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap<Node, Node | null>(contents)) {
    report(contents.range?.[0] ?? 0, 'expected a mapping of aliases to routes');
    return [];
  }
  const routes = new Map<string, Route | undefined>();
  for (const { key, value } of contents.items) {
    const at = key.range?.[0] ?? 0;
    const name = isScalar(key) ? String(key.value) : '';
    if (name.startsWith('x-')) continue;
    const { data: alias, error } = aliasSchema.safeParse(name);
    for (const { message } of error?.issues ?? []) report(at, message);
    if (alias === undefined) continue;
    if (routes.has(alias)) report(at, `${alias}: the alias is there twice; case does not tell them apart`);
    const target = checked(alias, { at, value }, context);
    const route = target && completed(alias, target, origin);
    if (target && !route) report(at, `${alias}: a ${target.scheme} route needs a port`);
    routes.set(alias, route);
    if (reader.isExhausted) {
      report(at, `${alias}: the anchors of this file expand to too many properties`);
      break;
    }
  }
  return [...routes.values()].filter((route) => route !== undefined);
}

function checked(
  alias: string,
  { at, value }: { readonly at: number; readonly value: Node | null },
  { reader, report }: Context,
): Target | undefined {
  const { data, error } = targetSchema.safeParse(reader.shallow(reader.resolve(value)));
  for (const issue of error?.issues ?? []) {
    const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0];
    const offset = offsetOf(value, key, issue.code === 'unrecognized_keys' ? 'key' : 'value') ?? at;
    report(offset, `${[alias, ...issue.path].join('.')}: ${issue.message}`);
  }
  return data;
}

/** Returns where a property of a route is in the file; undefined when an anchor brings it. */
function offsetOf(route: Node | null, property: unknown, which: 'key' | 'value'): number | undefined {
  if (!isMap<Node, Node | null>(route)) return property === undefined ? route?.range?.[0] : undefined;
  const pair = route.items.find(({ key }) => isScalar(key) && key.value === property);
  return (which === 'value' ? (pair?.value ?? pair?.key) : pair?.key)?.range?.[0];
}

/** Fills in the properties that the file leaves open, or returns undefined when there is no port to fall back on. */
function completed(alias: string, { scheme: given, host = 'localhost', port }: Target, origin: string) {
  const scheme = given ?? impliedScheme(port?.port, port?.listen);
  if (!port && (scheme === 'tcp' || scheme === 'udp')) return undefined;
  return {
    alias,
    scheme,
    host,
    ...(port ?? { port: scheme === 'https' ? 443 : 80 }),
    origin,
  } satisfies Route;
}
