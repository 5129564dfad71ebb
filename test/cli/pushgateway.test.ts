import assert from 'node:assert/strict';
import {
  createServer,
  type IncomingHttpHeaders,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { type CommandResult, splitproof } from '../fixtures/command.js';
import { readMetrics } from '../fixtures/python-reader.js';

const SAMPLE = 'reports/sample.json';
const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-push-'));
after(() => {
  rmSync(folder, { recursive: true });
});

interface Pushed {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A Pushgateway as the test has it. @param answer null: it never answers. */
async function withGateway<T>(
  answer: ((response: ServerResponse) => void) | null,
  action: (address: string, pushed: Pushed[]) => Promise<T>,
): Promise<T> {
  const pushed: Pushed[] = [];
  const server: Server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      pushed.push({ method, url, headers, body });
      answer?.(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await action(`127.0.0.1:${(server.address() as AddressInfo).port}`, pushed);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const accept = (response: ServerResponse): void => {
  response.writeHead(200).end();
};

const pushTo = (...words: string[]): Promise<CommandResult> =>
  splitproof(['report', SAMPLE, '--push', ...words]);

describe('--push', () => {
  it('puts the metrics in the place of those of the job', async () => {
    await withGateway(accept, async (address, pushed) => {
      const { status, stderr } = await pushTo(
        `http://jane:p%40ss@${address}/`,
        '--push-job',
        'a/b',
      );
      assert.deepEqual([status, stderr], [0, '']);
      const [{ method, url, headers, body }] = pushed as [Pushed];
      assert.equal(method, 'PUT');
      // Of a slash its documentation has it: base64, the alphabet of URLs.
      assert.match(url, /^\/metrics\/job@base64\/YS9i(\/name\/[^/]+)?$/);
      assert.equal(headers.authorization, `Basic ${Buffer.from('jane:p@ss').toString('base64')}`);
      assert.match(headers['content-type']!, /^text\/plain; version=0\.0\.4/);
      assert.ok(readMetrics(body).some(({ name }) => name === 'splitproof_verdict'));
    });
  });

  it('takes a group of metrics as it is given', async () => {
    await withGateway(accept, async (address, pushed) => {
      await pushTo(`http://${address}/metrics/job/gate/env/staging`);
      assert.equal(pushed[0]!.url, '/metrics/job/gate/env/staging');
    });
  });

  it('says why it cannot be done in one line, exits with 2, and files are written all the same', async () => {
    const refuse = (response: ServerResponse): void => {
      response.writeHead(503).end('busy\n\u001b[2Jnow');
    };
    await withGateway(refuse, async (address) => {
      const file = path.join(folder, 'run.csv');
      const { status, stdout, stderr } = await pushTo(`http://jane:secret@${address}`, '-o', file);
      assert.equal(status, 2);
      assert.match(
        stderr,
        /^splitproof: --push http:\/\/[^ ]*: cannot be pushed: it answered 503: busy.*\n$/,
      );
      for (const hidden of ['secret', '\u001b']) assert.ok(!stderr.includes(hidden));
      assert.match(stdout, /PASS/);
      assert.match(readFileSync(file, 'utf8'), /^run_id,/);
    });
    const { status, stderr } = await pushTo('http://127.0.0.1:1');
    assert.equal(status, 2);
    assert.match(
      stderr,
      /^splitproof: --push http:\/\/127\.0\.0\.1:1: cannot be pushed: [^\n]+\n$/,
    );
  });

  it('does not follow where it is sent, nor wait for ever', async () => {
    const elsewhere = (response: ServerResponse): void => {
      response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end();
    };
    await withGateway(elsewhere, async (address) => {
      const { status, stderr } = await pushTo(`http://${address}`);
      assert.equal(status, 2);
      assert.match(stderr, /it answered 302\n$/);
    });
    await withGateway(null, async (address) => {
      const { status, stderr } = await pushTo(`http://${address}`);
      assert.equal(status, 2);
      assert.match(stderr, /cannot be pushed: it does not answer\n$/);
    });
  });

  for (const [words, problem] of [
    [['--push', 'pushgateway:9091'], /^splitproof: --push: write the URL of a Pushgateway/],
    [['--push', 'ftp://pushgateway'], /^splitproof: --push: write the URL of a Pushgateway/],
    [['--push-job', 'gate'], /^splitproof: --push-job: nothing is pushed: give --push URL too/],
  ] as const) {
    it(`is refused: ${words.join(' ')}`, async () => {
      const { status, stderr } = await splitproof(['report', SAMPLE, ...words]);
      assert.equal(status, 2);
      assert.match(stderr, problem);
    });
  }
});
