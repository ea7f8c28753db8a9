import { z } from 'zod';
import { schemes } from './route.ts';

/** A route as a person writes it, in labels or in a file: everything may be left out. */
export interface Target {
  readonly scheme?: (typeof schemes)[number] | undefined;
  readonly host?: string | undefined;
  readonly port?: Port | undefined;
}

export interface Port {
  readonly port: number;
  readonly listen?: number;
}

/** A host name, an IPv4 or an IPv6 address: text that a URL reads as the same host. */
const host = z
  .string({ error: expected('a host name or an address') })
  .trim()
  .max(253, { error: expected('at most 253 characters') })
  .regex(/^(?:[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?|[0-9a-f]*:[0-9a-f:.]*)$/i, {
    error: expected('a host name or an address, without scheme or port'),
  })
  .toLowerCase();

/** `8080`, or `2222:22`: the port to listen on, then the target's. A number or text, since labels are text. */
const port = z
  .union([z.number(), z.string()], { error: expected('a port') })
  .transform((given, context): Port => {
    const [, listen, port] = /^\s*(?:(\d{1,5}):)?(\d{1,5})\s*$/.exec(String(given)) ?? [];
    const ports = [Number(port), ...(listen === undefined ? [] : [Number(listen)])];
    if (!ports.every((one) => one >= 1 && one <= 65_535)) {
      const message = `expected a port from 1 to 65535, or listen:port, got ${shown(given)}`;
      context.issues.push({ code: 'custom', message, input: given });
      return z.NEVER;
    }
    return listen === undefined ? { port: Number(port) } : { port: Number(port), listen: Number(listen) };
  });

/** Only tcp and udp are told apart by the port they come in on. */
function listensOnlyAsStream({ scheme, port }: Target): boolean {
  return port?.listen === undefined || scheme === undefined || scheme === 'tcp' || scheme === 'udp';
}

export const targetSchema = z
  .strictObject(
    {
      scheme: z.enum(schemes, { error: expected(`one of ${schemes.join(', ')}`) }).optional(),
      host: host.optional(),
      port: port.optional(),
    },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `unknown ${issue.keys.slice(0, 3).map(shown).join(', ')}: expected scheme, host or port`
          : expected('scheme, host and port')(issue),
    },
  )
  .refine(listensOnlyAsStream, {
    path: ['port'],
    error: 'a port to listen on is for the schemes tcp and udp',
  });

/** The name of a route: short, or a whole domain name. Case does not matter. */
export const aliasSchema = z
  .string()
  .trim()
  .max(253, { error: 'an alias has at most 253 characters' })
  .regex(/^[a-z0-9_][a-z0-9_.-]*$/i, {
    error: (issue) => `expected an alias of letters, digits, ".", "-" and "_", got ${shown(issue.input)}`,
  })
  .toLowerCase();

function expected(what: string): (issue: { readonly input?: unknown }) => string {
  return ({ input }) => `expected ${what}, got ${shown(input)}`;
}

/** Returns a value for an error message: short, and quoted if it is text. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 60 ? `${value.slice(0, 57)}...` : value);
}
