import { inspect } from 'node:util';
import { WatcherError } from '@watcher/core';
import { describe, expect, it } from 'vitest';
import { classify } from '../../src/errors/classify.ts';
import { type DockerErrorCode, fault } from '../../src/errors/fault.ts';
import { StatusError, type VersionChoice } from '../../src/errors/status-error.ts';

const HOST = 'tcp://engine:2375';
const system = (code: string, message = `connect ${code}`) => Object.assign(new Error(message), { code });

describe('an error of a connection', () => {
  it.each<[string, DockerErrorCode, RegExp]>([
    ['ENOENT', 'UNREACHABLE', /^No engine answers at tcp:\/\/engine:2375 \(ENOENT\)\. Is it running/],
    ['ENOTDIR', 'UNREACHABLE', /^No engine answers/],
    ['ECONNREFUSED', 'UNREACHABLE', /^No engine answers/],
    ['EHOSTUNREACH', 'UNREACHABLE', /^No engine answers/],
    ['ENETUNREACH', 'UNREACHABLE', /^No engine answers/],
    ['ENOTFOUND', 'UNREACHABLE', /^No engine answers/],
    ['EAI_AGAIN', 'UNREACHABLE', /^No engine answers/],
    ['EAGAIN', 'UNREACHABLE', /takes no more connections for now/],
    ['EMFILE', 'UNREACHABLE', /too many files are open.*ulimit -n/],
    ['EACCES', 'PERMISSION_DENIED', /group "docker"/],
    ['EPERM', 'PERMISSION_DENIED', /group "docker"/],
    ['ECONNRESET', 'CONNECTION_LOST', /was cut \(ECONNRESET\)/],
    ['EPIPE', 'CONNECTION_LOST', /was cut/],
    ['ETIMEDOUT', 'CONNECTION_LOST', /was cut/],
    ['HPE_INVALID_CONSTANT', 'PROTOCOL', /does not speak HTTP .* If it wants TLS, set "tls"/],
    ['EWHATEVER', 'PROTOCOL', /^Talking to tcp:\/\/engine:2375 failed: connect EWHATEVER$/],
  ])('%s is %s, and says what to do', (code, expected, message) => {
    const error = classify(system(code), HOST);
    expect(error).toMatchObject({ code: expected, retryable: true, message: expect.stringMatching(message) });
    expect(error.message).toContain(HOST);
    expect(error.cause).toMatchObject({ code });
  });

  it.each<[string, string, RegExp]>([
    ['CERT_HAS_EXPIRED', '', /engine's certificate has expired/],
    ['CERT_NOT_YET_VALID', '', /not valid yet\. Is the clock/],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', '', /not signed by a CA that is trusted here/],
    ['SELF_SIGNED_CERT_IN_CHAIN', '', /not signed by a CA that is trusted here/],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', '', /not signed by a CA that is trusted here/],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', '', /not signed by a CA that is trusted here/],
    ['CERT_SIGNATURE_FAILURE', '', /not signed by a CA that is trusted here/],
    ['INVALID_CA', '', /not signed by a CA that is trusted here/],
    [
      'ERR_TLS_CERT_ALTNAME_INVALID',
      "Hostname/IP does not match certificate's altnames: Host: a. is not in the cert's altnames: DNS:b",
      /another name\. It is for DNS:b\. Set "tls\.serverName"/,
    ],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'Cert is empty', /another name\. Set "tls\.serverName"/],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', '', /wants a certificate of this client/],
    ['ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED', '', /certificate of this client has expired/],
    ['ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE', '', /does not accept this client/],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', '', /does not accept this client/],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', '', /does not accept this client/],
    [
      'EPROTO',
      'write EPROTO C0:error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:',
      /does not accept/,
    ],
    ['EPROTO', 'write EPROTO C0:error:0A00010B:SSL routines::wrong version number:', /does not speak TLS/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', '', /does not speak TLS\. Use http:\/\//],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', '', /does not speak TLS/],
    ['ERR_SSL_NO_CIPHERS_AVAILABLE', '', /check "tls\.ca"/],
  ])('of TLS, %s "%s", is TLS and says which side has to mend what', (code, message, expected) => {
    const error = classify(system(code, message), HOST);
    expect(error).toMatchObject({ code: 'TLS', retryable: true, message: expect.stringMatching(expected) });
  });

  it('is the same each time OpenSSL puts another thread, line or file into it, so that it is told once', () => {
    const message = (thread: string) =>
      `write EPROTO ${thread}:error:0A000412:SSL routines:x:alert bad certificate`;
    const [one, other] = ['C0D7', '7F11'].map(
      (thread) => classify(system('EPROTO', message(thread)), HOST).message,
    );
    expect(one).toBe(other);
  });

  it('that is ours already is left as it is', () => {
    const ours = fault('STREAM_DEAD', 'It went silent.');
    expect(classify(ours, HOST)).toBe(ours);
  });

  it.each<[unknown, string]>([
    ['a string', 'a string'],
    [{ toString: () => 'an object' }, 'an object'],
    [Object.create(null), 'object'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ message: 7 }, '[object Object]'],
    [new AggregateError([system('ECONNREFUSED')], ''), ''],
  ])('may be anything: %j', (thrown, said) => {
    const error = classify(thrown, HOST);
    expect(error).toMatchObject({ code: 'PROTOCOL', message: expect.stringContaining(said) });
  });
});

describe('an answer', () => {
  const refusal = (status: number, said = '', from: VersionChoice = 'agreed') =>
    classify(new StatusError(status, said, from), HOST);

  it.each<[number, string, DockerErrorCode, RegExp]>([
    [301, '', 'REFUSED', /301 Moved Permanently\. A redirect is not followed/],
    [400, 'bad parameter', 'REFUSED', /400 Bad Request: bad parameter\. Docker Engine API 1\.40/],
    [401, '', 'REFUSED', /401 Unauthorized\. .*asks for a login: set "host" to https:\/\/user:password@/],
    [
      403,
      'forbidden',
      'REFUSED',
      /403 Forbidden: forbidden\. .*allow GET \/events; for a socket proxy that is EVENTS=1/,
    ],
    [
      404,
      'page not found.',
      'REFUSED',
      /404 Not Found: page not found\. Is that the address .* path right\?/,
    ],
    [405, '', 'REFUSED', /405 Method Not Allowed\. .*allow the method GET/],
    [407, '', 'REFUSED', /407 .* proxy on the way/],
    [418, '', 'REFUSED', /418 .*Is that the address of a Docker Engine/],
    [499, '', 'REFUSED', /refused GET \/events: 499\. Is that/],
    [500, 'oh no', 'ENGINE_FAULT', /answered 500 Internal Server Error: oh no\.$/],
    [502, '<html><h1>Bad Gateway', 'ENGINE_FAULT', /or a proxy before it, answered 502 Bad Gateway\.$/],
    [503, '', 'ENGINE_FAULT', /503/],
    [400, 'Client sent an HTTP request to an HTTPS server.\n', 'TLS', /wants TLS\. Set "tls"/],
    [200, '<html>', 'PROTOCOL', /is a web page, and no engine/],
  ])('of %i "%s" is %s, and says what is missing', (status, said, code, message) => {
    expect(refusal(status, said)).toMatchObject({
      code,
      retryable: true,
      message: expect.stringMatching(message),
    });
  });

  const tooOld = 'client version 1.52 is too old. Minimum supported API version is 1.60';
  const tooNew = 'client version 1.52 is too new. Maximum supported API version is 1.39';

  it.each<[string, VersionChoice, RegExp]>([
    [
      tooNew,
      'agreed',
      /is 1\.39\. Docker Engine API 1\.40 \(Docker 19\.03\) or later is needed: update the engine/,
    ],
    [tooOld, 'agreed', /is 1\.60\. This package speaks API 1\.52 at most: update it/],
    [tooNew, 'environment', /Unset DOCKER_API_VERSION, or set it to a version that the engine serves/],
    [tooOld, 'environment', /Unset DOCKER_API_VERSION/],
    [tooOld, 'client', /Give "client" a version that the engine serves/],
  ])('of 400 "%s", the version from %s, says which version is missing', (said, from, message) => {
    expect(refusal(400, said, from)).toMatchObject({
      code: 'REFUSED',
      message: expect.stringMatching(message),
    });
  });

  it("is understood from dockerode's own error, too", () => {
    const error = Object.assign(new Error('(HTTP code 403) unexpected - forbidden by rule '), {
      statusCode: 403,
    });
    expect(classify(error, HOST).message).toMatch(
      /refused GET \/events: 403 Forbidden: forbidden by rule\. Whatever/,
    );
    const old = Object.assign(new Error(`(HTTP code 400) bad parameter - ${tooOld} `), { statusCode: 400 });
    expect(classify(old, HOST).message).toMatch(/Give "client" a version/);
  });
});

describe('a message', () => {
  it('is one line without control characters, whatever was put into it', () => {
    const hostile = 'a\r\nb\u001b[31m\u0000\u009b\u2028\u202e';
    const errors = [
      fault('PROTOCOL', hostile),
      classify(new StatusError(403, hostile, 'agreed'), HOST),
      classify(system('ERR_TLS_CERT_ALTNAME_INVALID', `x altnames: y altnames: ${hostile}`), HOST),
      classify(new Error(hostile), HOST),
    ];
    for (const error of errors) {
      expect(error).toBeInstanceOf(WatcherError);
      expect(error.message).toMatch(/^[^\p{Cc}\u2028\u2029\u202a-\u202e]+$/u);
    }
  });

  it('has nothing raw in its causes, either, nor what a client had to parse', () => {
    const hostile = 'a\r\nb\u001b[2J';
    const packet = { rawPacket: Buffer.from(`${hostile}${'x'.repeat(100_000)}`) };
    const errors = [
      classify(new StatusError(403, hostile, 'agreed'), HOST),
      classify(Object.assign(new Error(hostile), { statusCode: 403, json: { message: hostile } }), HOST),
      classify(Object.assign(system('HPE_INVALID_CONSTANT', 'Parse Error'), packet), HOST),
      classify(new Error(hostile), HOST),
      classify({ message: hostile }, HOST),
    ];
    for (const error of errors) {
      expect(error.cause).toBeDefined();
      expect(inspect(error, { depth: 9 })).not.toMatch(/\p{Cc}(?<!\n)|x1B|<Buffer/u);
    }
  });

  it('is not long, however much an engine says', () => {
    expect(classify(new StatusError(403, 'x'.repeat(100_000), 'agreed'), HOST).message.length).toBeLessThan(
      500,
    );
  });
});

describe('a fault', () => {
  it('can be retried, unless a setting is wrong', () => {
    expect(fault('UNREACHABLE', 'x').retryable).toBe(true);
    expect(fault('REFUSED', 'x').retryable).toBe(true);
    expect(fault('INVALID_SETTING', 'x').retryable).toBe(false);
  });
});
