import { readFile, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { FakeEngine } from '@watcher/testing/engine';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Demo } from '../end-to-end/demo-process.ts';
import { browserUnavailable, startBrowser } from './browser.ts';

const missing = browserUnavailable();

if (missing !== undefined) {
  const required = process.env['WATCHER_REQUIRE_TOOLS'] === '1';
  if (!required) console.warn(`SKIPPED: the page in a browser: ${missing}.`);
  it.skipIf(!required)(`needs a browser: ${missing}`, () => {
    expect.fail(`WATCHER_REQUIRE_TOOLS=1, and no browser can be started here: ${missing}.`);
  });
}

const soon = { timeout: 60_000 };

describe.skipIf(missing !== undefined)('the page in a browser', { timeout: 180_000 }, () => {
  let engine: FakeEngine;
  let demo: Demo;
  let url: string;
  let browser: Awaited<ReturnType<typeof startBrowser>>;
  let page: Page;
  const complaints: string[] = [];
  const foreign: string[] = [];

  beforeAll(async () => {
    engine = await FakeEngine.start();
    await engine.start(
      await engine.create({ name: 'web', labels: { 'proxy.*': '{host: 127.0.0.1, port: 81}' } }),
    );
    demo = await Demo.start({ args: ['--host', engine.host], routes: 'wiki:\n  port: 82\n' });
    ({ page: url } = await demo.addresses());
    browser = await startBrowser({ viewport: { width: 1280, height: 900 } });
    page = browser.pages()[0] ?? (await browser.newPage());
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      if (!request.url().startsWith(url) && !request.url().startsWith('data:')) foreign.push(request.url());
    });
    await page.goto(url);
  }, 120_000);

  afterAll(async () => {
    await browser?.[Symbol.asyncDispose]();
    await demo?.[Symbol.asyncDispose]();
    await engine?.[Symbol.asyncDispose]();
  });

  /** The rows of the table, as they are read: alias, upstream, and the state of the source. */
  const rows = async () => {
    const cells = await page
      .getByRole('row')
      .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
    return cells.slice(1).map(([alias, upstream, , , , source]) => `${alias} ${upstream} ${source}`);
  };

  it('follows a start, an edit, an outage and a return, without being loaded again', async () => {
    const [web, wiki] = ['web http://127.0.0.1:81 up to date', 'wiki http://localhost:82 up to date'];
    await expect.poll(rows, soon).toEqual([web, wiki]);
    await page.evaluate(() => Object.assign(globalThis, { isFirst: true }));

    const id = await engine.create({ name: 'api', labels: { 'proxy.*': '{host: 127.0.0.1, port: 83}' } });
    await engine.start(id);
    await expect.poll(rows, soon).toEqual(['api http://127.0.0.1:83 up to date', web, wiki]);

    await writeFile(demo.routesFile, 'wiki:\n  port: 84\n');
    await expect.poll(rows, soon).toContain('wiki http://localhost:84 up to date');

    await engine.crash();
    await expect.poll(rows, soon).toContain('web http://127.0.0.1:81 away, retrying');
    expect(await page.getByRole('status').textContent()).toContain('docker not up to date');
    await engine.restart();
    await engine.start('web');
    await expect.poll(rows, soon).toEqual([web, 'wiki http://localhost:84 up to date']);

    await expect
      .poll(() => page.locator('#timeline').textContent(), soon)
      .toMatch(/reload: (gap|reconnected)/);
    expect(await page.evaluate(() => 'isFirst' in globalThis)).toBe(true);
    expect({ complaints, foreign }).toEqual({ complaints: [], foreign: [] });
  });

  it('keeps the focus while it is updated', async () => {
    const link = page.getByRole('link', { name: 'web', exact: true });
    await link.focus();
    await writeFile(demo.routesFile, 'about:\n  port: 85\nwiki:\n  port: 84\n');
    await expect.poll(rows, soon).toContain('about http://localhost:85 up to date');
    expect(await page.evaluate('document.activeElement.textContent')).toBe('web');
  });

  it('has the table without JavaScript', async () => {
    await using plain = await startBrowser({ javaScriptEnabled: false });
    const page = plain.pages()[0] ?? (await plain.newPage());
    await page.goto(url);
    expect(await page.getByRole('rowheader', { name: 'web' }).isVisible()).toBe(true);
    expect(await page.locator('noscript p').isVisible()).toBe(true);
  });

  it.each([
    ['a phone', 375, 'light'],
    ['a phone', 375, 'dark'],
    ['a desktop', 1280, 'light'],
    ['a desktop', 1280, 'dark'],
  ] as const)('is accessible, and fits: on %s of %i pixels, %s', async (_, width, colorScheme) => {
    const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    await page.evaluate(axe); // by the debugger's protocol, which the page's policy does not concern
    const violations = await page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
      };
      return (await axe.run()).violations.map(
        ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`,
      );
    });
    expect(violations).toEqual([]);
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
  });
});
