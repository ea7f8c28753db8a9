import { describe, expect, it } from 'vitest';
import { logChanges } from '../../src/output/change-log.ts';
import type { Applied } from '../../src/routes/registry.ts';
import { listeningLogger } from '../provider/support.ts';
import { route } from '../routes/support.ts';

const nothing: Applied = { added: [], updated: [], removed: [], conflicts: [] };
const web = route('app', { port: 81, origin: 'container web' });

describe('the log of changes', () => {
  it.each<[string, Partial<Applied>, string]>([
    ['a route that is new', { added: [web] }, 'info: added app: http://localhost:81 (container web)'],
    ['a route that is gone', { removed: [web] }, 'info: removed app'],
    [
      'a route that is another one',
      { updated: [{ before: web, after: { ...web, port: 82 } }] },
      'info: updated app: http://localhost:81 is now http://localhost:82 (container web)',
    ],
    [
      'a route that somebody else defines now',
      { updated: [{ before: web, after: { ...web, origin: 'routes.yml' } }] },
      'info: updated app: http://localhost:81 (container web) is now http://localhost:81 (routes.yml)',
    ],
    [
      'a conflict',
      { conflicts: [{ winner: { ...web, origin: 'routes.yml' }, loser: web }] },
      'warn: app of container web is not served: the alias is taken by routes.yml',
    ],
  ])('has one line for %s', (_, applied, line) => {
    const { logger, lines } = listeningLogger();
    logChanges(logger, { ...nothing, ...applied });
    expect(lines).toEqual([line]);
  });
});
