import { EngineError } from '../test-engine.ts';

/** The values of one filter key, each with whether it is wanted; several are alternatives. */
type Values = ReadonlyMap<string, boolean>;

/** The `filters` parameter of the Engine API, and the three ways in which the engine compares with it. */
export class FilterArgs {
  readonly #fields: ReadonlyMap<string, Values>;

  private constructor(fields: ReadonlyMap<string, Values>) {
    this.#fields = fields;
  }

  /**
   * Reads `{"key":["value"]}`, or `{"key":{"value":true}}`, which is what the engine's own client sends, but no
   * mixture of them.
   *
   * @throws {EngineError} for anything else
   */
  static parse(json: string | null): FilterArgs {
    if (!json) return new FilterArgs(new Map());
    let given: unknown;
    try {
      given = JSON.parse(json);
    } catch (cause) {
      throw new EngineError(500, `invalid character '${json[0]}' looking for beginning of value`, { cause });
    }
    if (given === null) return new FilterArgs(new Map());
    if (!isRecord(given)) throw new EngineError(500, `invalid filter: ${json}`);
    const fields = Object.entries(given).filter(([, values]) => values !== null);
    const isReadable =
      fields.every(([, values]) => isList(values)) || fields.every(([, values]) => isChoice(values));
    if (!isReadable) throw new EngineError(500, `invalid filter: ${json}`);
    return new FilterArgs(new Map(fields.map(([key, values]) => [key, valuesOf(values)])));
  }

  get size(): number {
    return this.#fields.size;
  }

  keys(): string[] {
    return [...this.#fields.keys()];
  }

  values(key: string): Values {
    return this.#fields.get(key) ?? NONE;
  }

  /**
   * Whether nothing is asked of `key`, or one of its values is `text` and wanted. This is the one comparison for which
   * it matters whether a value is wanted.
   */
  exact(key: string, text: string): boolean {
    const values = this.values(key);
    return values.size === 0 || values.get(text) === true;
  }

  /** Whether nothing is asked of `key`, or `text` begins with one of its values. */
  prefix(key: string, text: string): boolean {
    const values = this.values(key);
    return values.size === 0 || some(values, (value) => text.startsWith(value));
  }

  /** Whether nothing is asked of `key`, or one of its values, as a regular expression, is found in `text`. */
  pattern(key: string, text: string): boolean {
    const values = this.values(key);
    return values.size === 0 || some(values, (value) => value === text || found(value, text));
  }

  /** Whether every `name` or `name=value` asked of `key` is among `labels`. */
  labels(key: string, labels: Readonly<Record<string, string>>): boolean {
    return !some(this.values(key), (wanted) => {
      const [name = '', ...rest] = wanted.split('=');
      if (!Object.hasOwn(labels, name)) return true;
      return rest.length > 0 && labels[name] !== rest.join('=');
    });
  }
}

const NONE: Values = new Map();

function valuesOf(values: unknown): Values {
  if (isList(values)) return new Map(values.map((value) => [value, true]));
  return new Map(isChoice(values) ? Object.entries(values) : []);
}

function isList(values: unknown): values is string[] {
  return Array.isArray(values) && values.every((value) => typeof value === 'string');
}

function isChoice(values: unknown): values is Record<string, boolean> {
  return isRecord(values) && Object.values(values).every((wanted) => typeof wanted === 'boolean');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function some(values: Values, test: (value: string) => boolean): boolean {
  for (const value of values.keys()) if (test(value)) return true;
  return false;
}

function found(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}
