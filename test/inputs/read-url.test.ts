import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import { readConfigDumps } from '../../src/inputs/config-dump.js';
import { readUrl, type UrlSource } from '../../src/inputs/read-url.js';

const closing: (() => void)[] = [];
after(() => {
  for (const close of closing) close();
});

/** @returns The origin of a server on loopback. */
async function served(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const source = (url: string, more: Partial<UrlSource> = {}): UrlSource => ({
  url: new URL(url),
  what: 'a manifest',
  maxBytes: 1000,
  timeoutMs: 10_000,
  place: { path: '--from' },
  ...more,
});

async function refused(attempt: Promise<unknown>, message: RegExp): Promise<string> {
  let text = '';
  await assert.rejects(attempt, (error: Error) => {
    assert.ok(error instanceof InputError, String(error));
    assert.match(error.message, message);
    text = error.message;
    return true;
  });
  return text;
}

describe('URLs', () => {
  it('are read, and redirects are not followed', async () => {
    const asked: string[] = [];
    const origin = await served(({ method, url }, response) => {
      asked.push(`${method ?? ''} ${url ?? ''}`);
      if (url === '/first') {
        response.writeHead(302, { location: '/quitquitquit?token=s3cr3t' }).end();
      } else response.end(`from ${url ?? ''}`);
    });
    assert.equal(await readUrl(source(`${origin}/second`)), 'from /second');
    const message = await refused(
      readUrl(source(`${origin}/first`)),
      /^--from: http:\/\/127\.0\.0\.1:\d+\/first cannot be read: it redirects to http:\S+, which is not followed/,
    );
    assert.ok(!message.includes('s3cr3t'));
    assert.deepEqual(asked, ['GET /second', 'GET /first']);
  });

  it('are bounded in size and time', async () => {
    const endless = await served((_, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(1000)));
      };
      response.on('drain', more);
      more();
    });
    await refused(readUrl(source(endless)), /it is larger than 1000 bytes/);
    const silent = await served((_, response) => {
      response.write('half');
    });
    await refused(readUrl(source(silent, { timeoutMs: 50 })), /it took longer than 50 ms/);
  });

  it('can be left', async () => {
    const abort = new AbortController();
    const silent = await served(() => {
      abort.abort();
    });
    await refused(readUrl(source(silent, { signal: abort.signal })), /^--from: reading it was int/);
  });

  it('say what is wrong without their user and query', async () => {
    let authorization: string | undefined;
    const origin = await served((request, response) => {
      ({ authorization } = request.headers);
      response.writeHead(503).end();
    });
    const withUser = origin.replace('//', '//jack:s3cr3t%21@');
    const message = await refused(
      readUrl(source(`${withUser}/a?token=s3cr3t`)),
      /http:\/\/\*\*\*@127\.0\.0\.1:\d+\/a\?token=\*\*\* cannot be read: it answered with status 503$/,
    );
    assert.ok(!message.includes('s3cr3t'));
    assert.equal(authorization, `Basic ${Buffer.from('jack:s3cr3t!').toString('base64')}`);
  });

  it('say why there is no connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    await refused(readUrl(source(`http://127.0.0.1:${port}`)), /ECONNREFUSED/);
  });
});

describe("a proxy's configuration", () => {
  it('is asked of its admin interface', async () => {
    const url = await served((request, response) => {
      response.end(`{"from": "${request.url ?? ''}"}`);
    });
    const [dump] = await readConfigDumps(
      { kind: 'envoy-admin', urls: [url.replace('//', '//jack:s3cr3t@')] },
      (one) => one,
    );
    assert.equal(dump!.text, '{"from": "/config_dump"}');
    assert.equal(dump!.name, url.replace('//', '//***@'));
  });

  it('needs an address', async () => {
    for (const url of ['localhost', 'unix:/run/admin', 'ftp://a']) {
      await refused(
        readConfigDumps({ kind: 'envoy-admin', urls: [url] }, () => undefined),
        /--envoy-admin: .*http:/,
      );
    }
    await refused(
      readConfigDumps({ kind: 'config-dump', file: 'nope.json' }, () => undefined),
      /nope\.json: --config-dump: no such file/,
    );
  });
});
