import { EngineError } from '../test-engine.ts';

/** The values of one filter key; several are alternatives. */
type Values = ReadonlySet<string>;

/** The `filters` parameter of the Engine API, and the three ways in which the engine compares with it. */
export class FilterArgs {
  readonly #fields: ReadonlyMap<string, Values>;

  private constructor(fields: ReadonlyMap<string, Values>) {
    this.#fields = fields;
  }

  /**
   * Reads `{"key":["value"]}`, or `{"key":{"value":true}}`, which is what the engine's own client sends.
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
    const fields = Object.entries(given).map(([key, values]) => [key, valuesOf(values, json)] as const);
    return new FilterArgs(new Map(fields));
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

  /** Whether nothing is asked of `key`, or one of its values is `text`. */
  exact(key: string, text: string): boolean {
    const values = this.values(key);
    return values.size === 0 || values.has(text);
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

const NONE: Values = new Set();

function valuesOf(values: unknown, json: string): Values {
  if (Array.isArray(values)) return new Set(values.map(String));
  if (isRecord(values)) return new Set(Object.keys(values));
  throw new EngineError(500, `invalid filter: ${json}`);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function some(values: Values, test: (value: string) => boolean): boolean {
  for (const value of values) if (test(value)) return true;
  return false;
}

function found(pattern: string, text: string): boolean {
  try {
    return new RegExp(pattern).test(text);
  } catch {
    return false;
  }
}
