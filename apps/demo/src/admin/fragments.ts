import { html } from 'hono/html';
import type { Monitor } from '../monitor/monitor.ts';
import type { SourceMonitor } from '../monitor/source-monitor.ts';
import type { TimelineEntry, TimelineKind } from '../monitor/timeline.ts';
import { isProxied } from '../proxy/is-proxied.ts';
import type { ProxyStats } from '../proxy/proxy-server.ts';
import type { Entry, RouteRegistry } from '../routes/registry.ts';
import { target } from '../routes/route.ts';
import { sparkline } from './sparkline.ts';

export interface Shown {
  readonly registry: RouteRegistry;
  readonly monitor: Monitor;
  readonly proxy: { readonly port: number; readonly stats: ProxyStats };
}

type Html = ReturnType<typeof html>;

/** The rows of a page: a browser is slow with more. */
const MAX_ROWS = 500;

/** The parts of the page that change, by the ID of the element that each replaces. */
export function renderFragments(shown: Shown): ReadonlyMap<string, string> {
  const parts = {
    summary: summary(shown),
    sources: sources(shown),
    routes: routes(shown),
    timeline: timeline(shown),
  };
  return new Map(Object.entries(parts).map(([id, part]) => [id, String(part)]));
}

function summary({ registry, monitor, proxy }: Shown): Html {
  const count = registry.entries.length;
  const all = [...monitor.sources.values()];
  const away = all.filter(({ state }) => state !== 'current').map(({ name }) => name);
  const state = away.length === 0 ? 'all sources up to date' : `${away.join(', ')} not up to date`;
  return html`<p id="summary" role="status">${plural(count, 'route')}, ${state}<span class="muted"> · ${plural(proxy.stats.failed, 'failed request')}</span></p>`;
}

function sources({ monitor }: Shown): Html {
  return html`<ul id="sources" class="cards">${[...monitor.sources.values()].map(sourceCard)}</ul>`;
}

function sourceCard(source: SourceMonitor): Html {
  const { name, place, state, since, lastError, events, flushes, received, gaps, overflows } = source;
  return html`<li id="source-${name}">
<h3>${name}</h3> <span class="badge ${state}">${STATES[state]}</span>
<p class="place">${place}</p>
<p class="muted">since ${time(since)}</p>
<dl>
<div><dt>events</dt><dd>${received}</dd></div>
<div><dt>gaps</dt><dd>${gaps}</dd></div>
<div><dt>overflows</dt><dd>${overflows}</dd></div>
</dl>
<div class="charts">
<div>${sparkline(events.perSecond, `Events of ${name} per second, in the last minute`)}<span class="muted">events</span></div>
<div>${sparkline(flushes.perSecond, `Batches of ${name} per second, in the last minute`)}<span class="muted">batches</span></div>
</div>
${lastError === undefined ? '' : html`<p class="fault"><strong>Last error</strong> ${lastError}</p>`}
</li>`;
}

const STATES = { connecting: 'connecting', current: 'up to date', away: 'away, retrying' } as const;

function routes({ registry, monitor, proxy }: Shown): Html {
  const { entries } = registry;
  const rest = entries.length - MAX_ROWS;
  // The roles keep it a table for screen readers where a narrow screen shows it as blocks.
  return html`<div id="routes">
<table role="table" aria-labelledby="routes-heading">
<thead role="rowgroup"><tr role="row">
${['Alias', 'Upstream', 'Provider', 'Since', 'Health', 'Source'].map((name) => html`<th role="columnheader" scope="col">${name}</th>`)}
</tr></thead>
<tbody role="rowgroup">
${entries.slice(0, MAX_ROWS).map((entry) => routeRow(entry, monitor.sources.get(entry.provider), proxy.port))}
</tbody>
</table>
${entries.length === 0 ? html`<p class="muted">No routes yet. Start a container, or write one into the routes file.</p>` : ''}
${rest > 0 ? html`<p class="muted">and ${rest} more</p>` : ''}
</div>`;
}

function routeRow({ route, provider, since }: Entry, source: SourceMonitor | undefined, port: number): Html {
  const { alias, origin, health } = route;
  const state = source?.state ?? 'connecting';
  const url = `http://${alias.includes('.') ? alias : `${alias}.localhost`}:${port}/`;
  return html`<tr role="row" id="route-${alias}">
<th role="rowheader" scope="row">${isProxied(route) ? html`<a href="${url}">${alias}</a>` : alias}</th>
<td role="cell" class="upstream">${target(route)}</td>
<td role="cell">${origin}<span class="muted"> · ${provider}</span></td>
<td role="cell">${time(since)}</td>
<td role="cell"><span class="badge ${health ?? 'unchecked'}">${health ?? 'not checked'}</span></td>
<td role="cell"><span class="badge ${state}">${STATES[state]}</span></td>
</tr>`;
}

function timeline({ monitor }: Shown): Html {
  return html`<ol id="timeline">${monitor.timeline.entries.map(timelineItem)}</ol>`;
}

function timelineItem({ id, at, kind, source, text }: TimelineEntry): Html {
  return html`<li id="entry-${id}">${time(at)} <span class="badge ${kind}">${KINDS[kind]}</span> <span class="muted">${source}</span> <span class="text">${text}</span></li>`;
}

const KINDS: Record<TimelineKind, string> = {
  events: 'events',
  reload: 'reload',
  change: 'route',
  state: 'source',
  error: 'error',
  story: 'story',
};

/** The machine that shows it is the machine that runs it, so its own time zone is right. */
function time(milliseconds: number): Html {
  const date = new Date(milliseconds);
  return html`<time datetime="${date.toISOString()}">${date.toLocaleTimeString('en-GB')}</time>`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
