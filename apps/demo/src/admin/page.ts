import { html, raw } from 'hono/html';

/** Renders the whole page: it is complete without its script, which only keeps it current. */
export function renderPage(fragments: ReadonlyMap<string, string>, proxyUrl: string): string {
  const part = (id: string) => raw(fragments.get(id) ?? '');
  return String(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Routes</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/page.css">
<script type="module" src="/page.js"></script>
</head>
<body>
<a class="skip" href="#routes-heading">Skip to the routes</a>
<header>
<h1>Route provider</h1>
${part('summary')}
<p class="muted">Proxy at <a href="${proxyUrl}">${proxyUrl}</a> <span id="connection" hidden>· not connected; this is the last known state</span></p>
<noscript><p class="muted">Reload the page to update it.</p></noscript>
</header>
<main>
<section aria-labelledby="routes-heading">
<h2 id="routes-heading" tabindex="-1">Routes</h2>
${part('routes')}
</section>
<section aria-labelledby="sources-heading">
<h2 id="sources-heading">Sources</h2>
${part('sources')}
</section>
<section aria-labelledby="timeline-heading">
<h2 id="timeline-heading">Timeline</h2>
<div class="scroll" tabindex="0" role="region" aria-label="Latest events">
${part('timeline')}
</div>
</section>
</main>
</body>
</html>
`);
}
