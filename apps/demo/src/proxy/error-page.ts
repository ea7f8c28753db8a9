import type { IncomingMessage } from 'node:http';
import { html } from 'hono/html';
import type { Entry } from '../routes/registry.ts';
import { isProxied } from './is-proxied.ts';

/** The proxy's own answer, in the place of an upstream's. */
export interface ErrorPage {
  readonly status: 404 | 501 | 502 | 503 | 508;
  readonly title: string;
  readonly text: string;
  /** The routes that there are, to choose from. */
  readonly entries?: readonly Entry[];
}

/** The most routes that a page lists. */
const MAX_LISTED = 500;

export interface RenderedPage {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Renders a page for a browser, and lines of text for everything else. */
export function renderErrorPage(page: ErrorPage, request: IncomingMessage): RenderedPage {
  const port = request.socket.localPort ?? 80;
  const routes = (page.entries ?? []).filter(({ route }) => isProxied(route)).slice(0, MAX_LISTED);
  const links = routes.map(({ route: { alias } }) => ({ alias, url: `http://${nameOf(alias)}:${port}/` }));
  const isBrowser = request.headers.accept?.includes('text/html') ?? false;
  return {
    status: page.status,
    headers: {
      'content-type': `${isBrowser ? 'text/html' : 'text/plain'}; charset=utf-8`,
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      ...(page.status === 503 && { 'retry-after': '1' }),
    },
    body: isBrowser ? asHtml(page, links) : asText(page, links),
  };
}

interface Link {
  readonly alias: string;
  readonly url: string;
}

/** Browsers resolve every name below `localhost` to this machine. A domain name needs a DNS record. */
function nameOf(alias: string): string {
  return alias.includes('.') ? alias : `${alias}.localhost`;
}

function asText({ status, title, text }: ErrorPage, links: readonly Link[]): string {
  const routes = links.map(({ alias, url }) => `  ${alias.padEnd(20)} ${url}`);
  return `${[`${status} ${title}`, text, ...(routes.length > 0 ? ['Routes:', ...routes] : [])].join('\n')}\n`;
}

function asHtml({ status, title, text }: ErrorPage, links: readonly Link[]): string {
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${status} ${title}</title>
<style>
  :root { color-scheme: light dark; font: 1rem/1.5 system-ui, sans-serif; }
  body { max-width: 40rem; margin: 12vh auto; padding: 0 1.25rem; }
  h1 { font-size: 1.5rem; margin: 0; }
  p { margin: .25rem 0 1.5rem; }
  ul { list-style: none; margin: 0; padding: 0; border-top: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
  a { display: block; padding: .6rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); }
</style>
</head>
<body>
<main>
<h1>${title}</h1>
<p>${text}</p>
${links.length > 0 ? html`<h2>Routes</h2><ul>${links.map(({ alias, url }) => html`<li><a href="${url}">${alias}</a></li>`)}</ul>` : ''}
</main>
</body>
</html>
`);
}
