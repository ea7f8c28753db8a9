import { parse } from 'yaml';
import type { Container } from './container.ts';
import { aliasSchema, shown } from './schema.ts';

export type Report = (label: string, message: string) => void;

/** Each property's value, and the label that it is from. */
export type Properties = Map<string, { readonly label: string; readonly value: unknown }>;

/** The most aliases of one container, so that no container can fill the table. */
export const MAX_ALIASES = 100;

/** The characters of a label whose value is YAML. */
const MAX_YAML = 4096;

const PROPERTIES = ['port', 'host', 'scheme'];

/** Labels directly below `proxy.` that name no alias. */
const RESERVED = new Set(
  (
    'aliases exclude network ports protos protocols schemes hosts idle_timeout wake_timeout stop_method ' +
    'stop_timeout stop_signal start_endpoint depends_on no_loading_page'
  ).split(' '),
);

/**
 * Reads the labels of a container into properties by alias.
 *
 * - `proxy.aliases` lists the aliases; the default is the container's name
 * - `proxy.<alias>.port`, or `proxy.<alias>` with a mapping in YAML, also makes an alias that is not in the list
 * - `#1` or `$1` in the place of an alias is the first of the list, and `*` is every one. `*` wins over the name,
 *   and the name over the index.
 */
export function propertiesByAlias({ name, labels }: Container, report: Report): Map<string, Properties> {
  const listed = listedAliases(labels['proxy.aliases'], name, report);
  const byAlias = new Map<string, Properties>(listed.map((alias) => [alias, new Map()]));
  const byIndex = new Map<string, Properties>();
  const everywhere: Properties = new Map();
  let ignored = 0;

  /** Where a label's properties go. Undefined for a label that is not about a route, or not a valid one. */
  const propertiesOf = (subject: string, label: string): Properties | undefined => {
    if (subject === '*') return everywhere;
    if (/^[#$]/.test(subject)) {
      const alias = /^.\d{1,4}$/.test(subject) ? listed[Number(subject.slice(1)) - 1] : undefined;
      if (alias !== undefined) return entry(byIndex, alias);
      report(label, `${subject} is not in the list of aliases, which has ${listed.length}`);
      return undefined;
    }
    const alias = subject.toLowerCase();
    // A dot in a name that is not listed is a property of GoDoxy's that is not read here.
    if (!byAlias.has(alias) && (alias.includes('.') || !isAlias(alias, label, report))) return undefined;
    if (byAlias.has(alias) || byAlias.size < MAX_ALIASES) return entry(byAlias, alias);
    ignored++;
    return undefined;
  };

  // Mappings come first: a separate label wins over the same property in a mapping.
  const read = Object.keys(labels)
    .filter((label) => label.startsWith('proxy.'))
    .sort()
    .map((label) => ({ label, ...splitLabel(label, byAlias) }));
  for (const { label, subject, property } of read) {
    if (property !== undefined || RESERVED.has(subject)) continue;
    const mapping = mappingIn(labels[label] ?? '', label, report);
    if (!mapping) continue;
    const properties = propertiesOf(subject, label);
    for (const [key, value] of Object.entries(mapping)) {
      if (PROPERTIES.includes(key)) properties?.set(key, { label, value });
    }
  }
  for (const { label, subject, property } of read) {
    if (property === undefined || !PROPERTIES.includes(property)) continue;
    propertiesOf(subject, label)?.set(property, { label, value: labels[label] });
  }
  if (ignored > 0) report('proxy', `more than ${MAX_ALIASES} aliases; the others are ignored`);

  for (const [alias, properties] of byAlias)
    byAlias.set(alias, new Map([...(byIndex.get(alias) ?? []), ...properties, ...everywhere]));
  return byAlias;
}

/** `proxy.app.port` is the property `port` of `app`. A listed alias may have dots, and then no property follows. */
function splitLabel(label: string, aliases: ReadonlyMap<string, unknown>) {
  const rest = label.slice('proxy.'.length);
  const dot = rest.lastIndexOf('.');
  if (dot < 1 || aliases.has(rest.toLowerCase())) return { subject: rest };
  return { subject: rest.slice(0, dot), property: rest.slice(dot + 1) };
}

function listedAliases(label: string | undefined, name: string, report: Report): string[] {
  const given = label?.trim() ? label.split(',', MAX_ALIASES + 1) : [name];
  if (given.length > MAX_ALIASES)
    report('proxy.aliases', `more than ${MAX_ALIASES} aliases; the others are ignored`);
  const aliases = given
    .slice(0, MAX_ALIASES)
    .map((alias) => alias.trim().toLowerCase())
    .filter((alias) => alias !== '');
  return [...new Set(aliases)].filter((alias) => isAlias(alias, 'proxy.aliases', report));
}

function isAlias(alias: string, label: string, report: Report): boolean {
  const result = aliasSchema.safeParse(alias);
  for (const issue of result.error?.issues ?? []) report(label, issue.message);
  return result.success;
}

function mappingIn(value: string, label: string, report: Report): object | undefined {
  if (value.length > MAX_YAML) {
    report(label, `expected at most ${MAX_YAML} characters of YAML`);
    return undefined;
  }
  try {
    const mapping: unknown =
      parse(value.replaceAll('\t', '  '), { maxAliasCount: 0, logLevel: 'error' }) ?? {};
    if (typeof mapping === 'object' && mapping !== null && !Array.isArray(mapping)) return mapping;
    report(label, `expected a mapping of scheme, host and port in YAML, got ${shown(mapping)}`);
  } catch (error) {
    report(label, `not YAML: ${String((error as Error).message).split('\n')[0]}`);
  }
  return undefined;
}

function entry(map: Map<string, Properties>, alias: string): Properties {
  const properties = map.get(alias) ?? new Map();
  map.set(alias, properties);
  return properties;
}
