import { type Document, isMap, isScalar, LineCounter, type Node, parseDocument, visit } from 'yaml';
import { impliedScheme, type Route } from './route.ts';
import { aliasSchema, type Target, targetSchema } from './schema.ts';

/** One thing that is wrong with a file, and where. Lines and columns count from 1. */
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
 * The routes that a file defines: a mapping of aliases to `scheme`, `host` and `port`, each of which may be left
 * out (http, localhost, 80). Names that begin with `x-` are for anchors and are no routes.
 */
export function routesFromYaml(text: string, origin: string): FileRoutes {
  const lines = new LineCounter();
  const problems: FileProblem[] = [];
  const report = (offset: number, reason: string) => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    problems.push({ line: Math.max(line, 1), column: Math.max(col, 1), reason });
  };

  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    merge: true,
    logLevel: 'error',
  });
  for (const { pos, message } of [...document.errors, ...document.warnings]) report(pos[0], message);
  if (problems.length === 0) reportLooseAliases(document, report);
  const routes = problems.length === 0 ? routesOf(document, origin, report) : [];
  return { routes: problems.length === 0 ? routes : undefined, problems };
}

type Report = (offset: number, reason: string) => void;

/** An alias (`*name`) whose anchor is nowhere before it: found here, since reading its value would throw. */
function reportLooseAliases(document: Document, report: Report): void {
  visit(document, {
    Alias(_, alias) {
      if (!alias.resolve(document)) report(alias.range?.[0] ?? 0, `no anchor is called "${alias.source}"`);
    },
  });
}

function routesOf(document: Document, origin: string, report: Report): Route[] {
  const { contents } = document;
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap<Node, Node | null>(contents)) {
    report(contents.range?.[0] ?? 0, 'expected a mapping of aliases to routes');
    return [];
  }
  const routes = new Map<string, Route>();
  for (const { key, value } of contents.items) {
    const at = key.range?.[0] ?? 0;
    const name = isScalar(key) ? String(key.value) : '';
    if (name.startsWith('x-')) continue;
    const { data: alias, error } = aliasSchema.safeParse(name);
    for (const { message } of error?.issues ?? []) report(at, message);
    if (alias === undefined) continue;
    const target = checked(document, alias, { at, value }, report);
    const route = target && completed(alias, target, origin);
    if (target && !route) report(at, `${alias}: a ${target.scheme} route needs a port`);
    if (routes.has(alias)) report(at, `${alias}: the alias is there twice; case does not tell them apart`);
    if (route) routes.set(alias, route);
  }
  return [...routes.values()];
}

function checked(
  document: Document,
  alias: string,
  { at, value }: { readonly at: number; readonly value: Node | null },
  report: Report,
): Target | undefined {
  let given: unknown;
  try {
    given = value?.toJS(document) ?? null;
  } catch (error) {
    // Anchors inside anchors, multiplied past what the parser is ready to build.
    report(at, `${alias}: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
  const { data, error } = targetSchema.safeParse(given);
  for (const issue of error?.issues ?? []) {
    const key = issue.code === 'unrecognized_keys' ? issue.keys[0] : issue.path[0];
    const offset = offsetOf(value, key, issue.code === 'unrecognized_keys' ? 'key' : 'value') ?? at;
    report(offset, `${[alias, ...issue.path].join('.')}: ${issue.message}`);
  }
  return data;
}

/** Where a property of a route stands in the file; undefined when it came by way of an anchor. */
function offsetOf(route: Node | null, property: unknown, which: 'key' | 'value'): number | undefined {
  if (!isMap<Node, Node | null>(route)) return property === undefined ? route?.range?.[0] : undefined;
  const pair = route.items.find(({ key }) => isScalar(key) && key.value === property);
  return (which === 'value' ? (pair?.value ?? pair?.key) : pair?.key)?.range?.[0];
}

/** Fills in what the file leaves open, or undefined when there is no port to fall back on. */
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
