import type { Address } from '../listen.ts';
import { urlOf } from '../listen.ts';

export interface BannerFacts {
  readonly engines: readonly string[];
  readonly files: readonly string[];
  readonly proxy: Address;
  readonly page: Address;
}

/** Returns the addresses and paths for the first lines on a terminal. */
export function banner({ engines, files, proxy, page }: BannerFacts): string {
  const rows: [string, string][] = [
    ['Page', urlOf(page)],
    ['Proxy', urlOf(proxy)],
    ...engines.map((engine): [string, string] => ['Engine', engine]),
    ...files.map((file): [string, string] => ['Routes', `${file} (edit and save it)`]),
    ['Try', `curl -H 'Host: web' ${proxy.host}:${proxy.port}`],
    ['Stop', 'Ctrl-C'],
  ];
  return `\n${rows.map(([name, value]) => `  ${name.padEnd(7)} ${value}`).join('\n')}\n\n`;
}
