import { describe, expect, it } from 'vitest';
import { findRoute } from '../../src/proxy/find-route.ts';
import { route } from '../routes/support.ts';

const routes = new Map([route('app'), route('app.example.com', { port: 81 })].map((one) => [one.alias, one]));

describe('the route of a request', () => {
  it.each<[string | undefined, string | undefined]>([
    ['app', 'app'],
    ['app.localhost:8880', 'app'],
    ['APP.anything.example', 'app'],
    ['app.example.com', 'app.example.com'],
    ['app.example.com.:80', 'app.example.com'],
    ['other.example.com', undefined],
    ['127.0.0.1:8880', undefined],
    ['[::1]:8880', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('with the Host %j is %j', (host, alias) => {
    expect(findRoute(host, routes)?.alias).toBe(alias);
  });
});
