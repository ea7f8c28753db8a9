import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  visit,
  type YAMLMap,
} from 'yaml';
import { shown } from './schema.ts';

/** The properties that one file may expand to. A file of routes has a few for each route. */
const MAX_PROPERTIES = 100_000;

/** How deep `<<` may lead. */
const MAX_MERGES = 8;

/**
 * Reads mappings of scalars out of a YAML document. The library searches the whole document for each alias; this
 * walks it once, and never builds what aliases of aliases multiply to.
 */
export class YamlReader {
  /** Mistakes that the library does not check: aliases without an anchor before them, and duplicate keys. */
  readonly problems: { readonly offset: number; readonly reason: string }[] = [];
  readonly #targets = new Map<Alias, Node>();
  #left = MAX_PROPERTIES;

  constructor(document: Document) {
    const anchors = new Map<string, Node>();
    visit(document, {
      Alias: (_, alias) => {
        const target = anchors.get(alias.source);
        if (target) this.#targets.set(alias, target);
        else this.#report(alias, `no anchor is called ${shown(alias.source)}`);
      },
      Value: (_, node) => {
        if (node.anchor) anchors.set(node.anchor, node);
        if (isMap(node)) this.#checkKeys(node);
      },
    });
  }

  /** Whether the document expands to more properties than a file of routes has. */
  get isExhausted(): boolean {
    return this.#left < 0;
  }

  /** Returns the node that an alias refers to, or the node itself. */
  resolve(node: unknown): Node | null {
    if (isAlias(node)) return this.#targets.get(node) ?? null;
    return isNode(node) ? node : null;
  }

  /** Returns a scalar's value, or a mapping with its merges. Deeper values are left empty, since no route has them. */
  shallow(node: Node | null): unknown {
    if (!isMap(node)) return emptied(node);
    return Object.fromEntries(this.#properties(node, MAX_MERGES));
  }

  #checkKeys({ items }: YAMLMap): void {
    const seen = new Set<unknown>();
    for (const { key } of items) {
      if (!isScalar(key)) continue;
      if (seen.has(key.value) && key.value !== '<<')
        this.#report(key, `keys must be unique, ${shown(key.value)} is there twice`);
      seen.add(key.value);
    }
  }

  #report(node: Node, reason: string): void {
    this.problems.push({ offset: node.range?.[0] ?? 0, reason });
  }

  /** A mapping's own properties win over merged ones, and an earlier merge over a later one. */
  #properties(node: Node | null, depth: number): Map<string, unknown> {
    const own = new Map<string, unknown>();
    const merged = new Map<string, unknown>();
    for (const { key, value } of isMap(node) ? node.items : []) {
      if (--this.#left < 0) break;
      const name = isScalar(key) ? String(key.value) : '';
      if (name !== '<<') {
        own.set(name, emptied(this.resolve(value)));
        continue;
      }
      const from = this.resolve(value);
      for (const one of isSeq(from) ? from.items : [from]) {
        if (depth === 0 || --this.#left < 0) break;
        for (const [inherited, its] of this.#properties(this.resolve(one), depth - 1)) {
          if (!merged.has(inherited)) merged.set(inherited, its);
        }
      }
    }
    return new Map([...merged, ...own]);
  }
}

function emptied(node: Node | null): unknown {
  if (isScalar(node)) return node.value;
  if (isSeq(node)) return [];
  return isMap(node) ? {} : null;
}
