import { describe, expect, it } from 'vitest';
import { type Host, parseHost } from '../../src/endpoint/parse-host.ts';

const parse = (text: string) => parseHost(text, (expected, given) => new Refusal(expected, given));

class Refusal extends Error {
  readonly code = '';
  readonly source = '';
  readonly retryable = false;
  readonly given: string;
  override readonly name = 'WatcherError';

  constructor(expected: string, given: string) {
    super(expected);
    this.given = given;
  }
}

function refusalOf(text: string): Refusal {
  try {
    parse(text);
  } catch (error) {
    return error as Refusal;
  }
  throw new Error(`${text} was taken`);
}

const tcp = (shown: string, parts: Partial<Host & { kind: 'tcp' }>): Host => ({
  kind: 'tcp',
  shown,
  secure: undefined,
  hostname: 'host',
  port: undefined,
  path: '',
  login: undefined,
  ...parts,
});

const ssh = (shown: string, parts: Partial<Host & { kind: 'ssh' }>): Host => ({
  kind: 'ssh',
  shown,
  hostname: 'host',
  user: undefined,
  port: undefined,
  path: '',
  ...parts,
});

const socket = (shown: string, path: string): Host => ({ kind: 'socket', shown, path });

describe('an address', () => {
  it.each<[string, Host]>([
    ['unix:///var/run/docker.sock', socket('unix:///var/run/docker.sock', '/var/run/docker.sock')],
    ['unix:///a b/@c:d.sock', socket('unix:///a b/@c:d.sock', '/a b/@c:d.sock')],
    ['npipe:////./pipe/docker_engine', socket('npipe:////./pipe/docker_engine', '//./pipe/docker_engine')],
    ['tcp://host', tcp('tcp://host', {})],
    ['tcp://host:2375', tcp('tcp://host:2375', { port: 2375 })],
    ['tcp://host:80', tcp('tcp://host:80', { port: 80 })],
    ['tcp://', tcp('tcp://localhost', { hostname: 'localhost' })],
    ['tcp://:2375', tcp('tcp://localhost:2375', { hostname: 'localhost', port: 2375 })],
    ['tcp://10.0.0.1:2376/', tcp('tcp://10.0.0.1:2376', { hostname: '10.0.0.1', port: 2376 })],
    ['tcp://[::1]:2375', tcp('tcp://[::1]:2375', { hostname: '::1', port: 2375 })],
    ['tcp://[2001:db8::1]', tcp('tcp://[2001:db8::1]', { hostname: '2001:db8::1' })],
    ['tcp://host:1/far/away/', tcp('tcp://host:1/far/away', { port: 1, path: '/far/away' })],
    ['tcp://host/%C3%BC', tcp('tcp://host/%C3%BC', { path: '/%C3%BC' })],
    ['tls://host', tcp('tls://host', { secure: true, port: 2376 })],
    ['tls://host:1/far', tcp('tls://host:1/far', { secure: true, port: 1, path: '/far' })],
    ['tls://', tcp('tls://localhost', { secure: true, hostname: 'localhost', port: 2376 })],
    ['http://host', tcp('http://host', { secure: false })],
    [
      'http://host:8080/docker',
      tcp('http://host:8080/docker', { secure: false, port: 8080, path: '/docker' }),
    ],
    ['https://host', tcp('https://host', { secure: true })],
    ['https://[::1]:8443', tcp('https://[::1]:8443', { secure: true, hostname: '::1', port: 8443 })],
    ['tcp://me:secret@host:1', tcp('tcp://host:1', { port: 1, login: 'me:secret' })],
    ['https://me:se%3Acr%40et@host', tcp('https://host', { secure: true, login: 'me:se:cr@et' })],
    ['https://token@host', tcp('https://host', { secure: true, login: 'token:' })],
    ['ssh://host', ssh('ssh://host', {})],
    ['ssh://me@host:22', ssh('ssh://host:22', { user: 'me', port: 22 })],
    ['ssh://AliasOfMine', ssh('ssh://AliasOfMine', { hostname: 'AliasOfMine' })],
    ['ssh://me@[fe80::1]:2222', ssh('ssh://[fe80::1]:2222', { user: 'me', hostname: 'fe80::1', port: 2222 })],
    [
      'ssh://host/run/user/1000/docker.sock',
      ssh('ssh://host/run/user/1000/docker.sock', { path: '/run/user/1000/docker.sock' }),
    ],
    ['ssh://DOMAIN%5Cme@host', ssh('ssh://host', { user: 'DOMAIN\\me' })],
  ])('%s is taken apart', (text, host) => {
    expect(parse(text)).toEqual(host);
  });

  it.each<[string, RegExp]>([
    ['', /unix:\/\/\/path/],
    ['docker', /unix:\/\/\/path/],
    ['/var/run/docker.sock', /unix:\/\/\/path/],
    ['ftp://host', /unix:\/\/\/path/],
    ['TCP://host', /unix:\/\/\/path/],
    ['fd://', /unix:\/\/\/path/],
    ['unix://docker.sock', /absolute path/],
    ['unix://', /absolute path/],
    ['unix:///a\0b', /NUL/],
    ['npipe://', /pipe/],
    ['npipe://us3r:s3cret@host', /pipe/],
    ['tcp://us3r:12/s3cret@host', /a login only between/],
    ['tcp:///us3r:s3cret@host', /a login only between/],
    ['tls://us3r:12/s3cret%40host', /a login only between/],
    ['tcp://us3r%3As3cret%40host', /a login only between/],
    ['https:\\\\us3r:12/s3cret@host', /unix:\/\/\/path/],
    ['ssh://us3r:12/s3cret@host', /a login only between/],
    ['ssh://us3r%40host', /a login only between/],
    ['tcp://host:99999', /unix:\/\/\/path/],
    ['tcp://host:port', /unix:\/\/\/path/],
    ['tcp://::1', /unix:\/\/\/path/],
    ['tcp://a host', /unix:\/\/\/path/],
    ['tcp://ho\nst', /unix:\/\/\/path/],
    ['tcp://host\t:1', /unix:\/\/\/path/],
    ['http://', /unix:\/\/\/path/],
    ['tcp://host?a=b', /"\?"/],
    ['tcp://host#a', /"#"/],
    ['tcp://me:100%@host', /"%"/],
    ['ssh://', /begin with no "-"/],
    ['ssh://me:secret@host', /no password/],
    ['ssh://host?a=b', /"\?"/],
    ['ssh://-oProxyCommand=evil', /begin with no "-"/],
    ['ssh://-oProxyCommand=evil@host', /begin with no "-"/],
    ['ssh://me;evil@host', /nothing that a shell/],
    ['ssh://ho`st', /nothing that a shell/],
    ['ssh://host/a;evil', /socket path/],
    ['ssh://host/$(evil)', /socket path/],
  ])('%s is refused, with what was expected', (text, expected) => {
    expect(refusalOf(text).message).toMatch(expected);
  });
});

describe('what is shown of an address', () => {
  it.each([
    ['tcp://host:99999', 'tcp://host:99999'],
    ['tcp://host:2375/far?x', 'tcp://host:2375/far'],
    ['tcp://::1', 'tcp://::1'],
    ['tcp://host:port', 'tcp://host:...'],
    ['/var/run/docker.sock', '/var/run/docker.sock'],
    ['ftp://me:s3cret@host/path', 'ftp://host/path'],
  ])('is enough to find the mistake: %s', (text, given) => {
    expect(refusalOf(text).given).toBe(given);
  });

  it.each([
    'tcp://us3r:s3cret@host:99999',
    'tcp://us3r:s3cret@host?x',
    'tcp://us3r:s3/cret@host name',
    'tcp://us3r:s3@cret@host:no',
    'tcp://s3cret@host?x',
    'http://host/?token=s3cret',
    'http://host/#s3cret',
    'ssh://us3r:s3cret@host',
    'SSH://us3r:s3cret@host',
    'us3r:s3cret@host',
    'tcp://us3r:s3cret\n@host:x',
    'tcp://us3r:s3cret%@host',
    'tcp:/us3r:s3cret@host',
    'https:us3r:s3cret@host',
    'tcp://us3r:12/s3cret@host',
    'tcp://us3r:12/s3cret%40host',
    'https://us3r%3As3cret%40host',
    'https://us3r%3As3cret%2540host',
    'https://us3r:s3cret\uff20host',
    'https://us3r:12\\s3cret@host',
    'unix://us3r:s3cret@host',
    'npipe://us3r:s3cret@host',
    'tcp://host:s3cret',
    'tcp://host:s3/cret',
    'tcp://us3r@host:s3cret',
  ])('leaves out who logs in, and with what: %s', (text) => {
    expect(refusalOf(text).given).not.toMatch(/us3r|s3|cret/);
  });

  it.each(['tcp://host\nname', 'unix://a\u0007b', 'nonsense\u001b[31m', 'a\u2028b', 'tcp://\u202ehost name'])(
    'is one line without control characters: %j',
    (text) => {
      expect(refusalOf(text).given).toMatch(/^[^\p{Cc}\u2028\u2029\u202e]+$/u);
    },
  );

  it('is one line for a socket, too', () => {
    const host = parse('unix:///a\nb');
    expect(host).toEqual({ kind: 'socket', shown: 'unix:///a\\u000ab', path: '/a\nb' });
  });
});
