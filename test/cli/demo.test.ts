import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DEMOS } from '../../src/cli/demo-scenarios.js';
import { runRecordSchema } from '../../src/record/run-record.js';
import { recordOf, splitproof, reasonsOf } from '../fixtures/command.js';

describe('splitproof demo', () => {
  it('passes, in a report that fits 80 columns and has no control characters', async () => {
    const { status, stdout, stderr } = await splitproof(['demo', '-n', '6200']);
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^PASS /m);
    assert.match(stdout, /grpc-helloworld-py-v1-79b5dc9654-cg4dq/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    // eslint-disable-next-line no-control-regex -- looking for them is the point
    assert.ok(!/[\u0000-\u0009\u000b-\u001f]/.test(stdout + stderr), 'plain when piped');
  });

  it('plans its requests, and its record is complete and consistent', async () => {
    const { record } = await recordOf(['demo']);
    assert.ok(runRecordSchema.safeParse(record).success);
    const [call] = record.calls;
    assert.equal(call!.split!.requestsPlanned, 3313);
    assert.equal(record.load.sent, 3313);
    const shares = call!.split!.destinations.map(({ share }) => share ?? 0);
    assert.ok(Math.abs(shares.reduce((sum, share) => sum + share, 0) - 1) < 1e-12);
    assert.equal(call!.latencyMs.overall.count, 3313);
    assert.equal(record.transport.connections.length, 32);
    const inWindows = record.windows.flatMap(({ observed }) => Object.values(observed));
    assert.equal(
      inWindows.reduce((sum, count) => sum + count, 0),
      call!.split!.n,
    );
  });

  it('calls the echo application', async () => {
    const { status, record } = await recordOf(['demo', 'echo', '-n', '4200']);
    assert.equal(status, 0, reasonsOf(record));
    assert.deepEqual(
      record.calls[0]!.split!.destinations.map(({ name, weight }) => [name, weight]),
      [
        ['v1', 20],
        ['v2', 80],
      ],
    );
  });

  it('verifies the reviews behind the product page', async () => {
    const { status, record } = await recordOf(['demo', 'bookinfo']);
    assert.equal(status, 0, reasonsOf(record));
    const [call] = record.calls;
    assert.equal(call!.call, 'GET /productpage');
    assert.equal(call!.behind?.service, 'reviews.default');
    assert.deepEqual(
      call!.split!.destinations.map(({ name, weight }) => [name, weight]),
      [
        ['v1', 10],
        ['v2', 40],
        ['v3', 50],
      ],
    );
    const wrong = await recordOf(['demo', 'bookinfo', '--actual', 'v1=20,v2=30,v3=50']);
    assert.equal(wrong.status, 1, reasonsOf(wrong.record));
  });

  it('keeps Bookinfo up for a browser until Ctrl-C, and says what to run', async () => {
    const lines: string[] = [];
    let page = '';
    const { status } = await splitproof(['demo', 'bookinfo', '--serve'], {
      onStart: (pid, stdout) => {
        stdout.on('data', (said: string) => {
          lines.push(said);
          const url = /curl (http:\/\/\S+)/.exec(lines.join(''))?.[1];
          if (url === undefined || page !== '') return;
          page = url;
          void fetch(url).then(async (response) => {
            page = await response.text();
            process.kill(pid, 'SIGINT');
          });
        });
      },
    });
    assert.equal(status, 0);
    assert.match(page, /Reviews served by: reviews-v[123]-/);
    assert.match(
      lines.join(''),
      /splitproof verify --scenario scenarios\/bookinfo-10-40-50\.yaml /,
    );
  });

  it('names contracts by where they are, from wherever it is run', () => {
    const from = process.cwd();
    process.chdir(tmpdir());
    try {
      const files = Object.values(DEMOS)
        .map(({ byHand }) => / -proto (\S+)/.exec(byHand('127.0.0.1:1', null))?.[1])
        .filter((file) => file !== undefined);
      assert.equal(files.length, 1);
      for (const file of files) assert.ok(existsSync(file), file);
    } finally {
      process.chdir(from);
    }
  });

  it('runs the scenarios of the gRPC gateway in turn, and shows the verdicts of those that pass', async () => {
    const wide = ['-n', '6000', '--tolerance', '10pp'];
    const { status, stdout } = await splitproof(['demo', 'grpc-gateway', ...wide]);
    assert.equal(status, 0, stdout);
    const titles = [...stdout.matchAll(/^splitproof · (\S+) · 6,000 requests in /gm)];
    assert.deepEqual(
      titles.map(([, name]) => name),
      [
        'grpc-gateway-tls',
        'grpc-gateway-h2c',
        'grpc-gateway-paths-canary',
        'grpc-gateway-streaming-canary',
        'grpc-gateway-retries-canary',
        'grpc-gateway-web-canary',
      ],
    );
    assert.equal(stdout.match(/^PASS /gm)?.length, titles.length);
    // Clients without a proxy need no gateway.
    assert.match(stdout, /^splitproof explain$/m);
    assert.match(stdout, /^ {2}via +proxyless$/m);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
  });

  it('shows the whole report of those that do not pass', async () => {
    const { status, stdout } = await splitproof([
      ...['demo', 'grpc-gateway', '--actual', 'v1=50,v2=50', '-n', '6000'],
    ]);
    assert.equal(status, 1, stdout);
    assert.equal(stdout.match(/^FAIL /gm)?.length, 4);
    // What leads to one version is served as it is.
    assert.match(stdout, /^splitproof · grpc-gateway-tls · [^\n]+\nPASS /m);
    assert.match(stdout, /^Who answered$/m);
  });

  it('says which of several demos it takes to choose, and which there are', async () => {
    for (const [words, message] of [
      [['grpc-gateway', '--serve'], /--serve: .* choose one, such as grpc-gateway-paths/],
      [['grpc-gateway', '-o', 'run.json'], /--output: .* choose one/],
      [['constructor'], /SCENARIO: "constructor" is none of greeter, /],
    ] as const) {
      const { status, stderr } = await splitproof(['demo', ...words]);
      assert.equal(status, 2);
      assert.match(stderr, message);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
  });

  it('balances no connections to reviews', async () => {
    const { status, stderr } = await splitproof(['demo', 'bookinfo', '--pinned']);
    assert.equal(status, 2);
    assert.match(stderr, /--pinned/);
  });

  it('fails when another split is served than configured', async () => {
    const { status, record } = await recordOf(['demo', '--actual', 'v1=75,v2=25']);
    assert.equal(status, 1, reasonsOf(record));
  });

  it('never passes when connections are balanced instead of requests', async () => {
    const { status, record } = await recordOf(['demo', '--pinned']);
    assert.notEqual(status, 0, reasonsOf(record));
    for (const { observed } of record.transport.connections) {
      assert.equal(Object.keys(observed).length, 1);
    }
  });

  for (const [words, verdict, reason] of [
    [['greeter', '--fault', 'drift'], 'inconclusive', /alike-in-time/],
    [['greeter', '--fault', 'stale-gateway', '-n', '6600'], 'inconclusive', /clustered-draws/],
    [['greeter', '--fault', 'failing-canary'], 'fail', /error-rate: .*'v2'/],
    [['bookinfo', '--fault', 'drift'], 'inconclusive', /alike-in-time|weights-changed/],
  ] as const) {
    it(`does not pass with ${words.slice(0, 3).join(' ')}`, async () => {
      const { record } = await recordOf(['demo', ...words]);
      assert.equal(record.verdict, verdict, reasonsOf(record));
      assert.match(reasonsOf(record), reason);
    });
  }

  it('never passes where the clock chooses, or errors of v2 do not say whose they are', async () => {
    for (const fault of ['clock', 'silent-canary']) {
      const { status, record } = await recordOf(['demo', '--fault', fault]);
      assert.notEqual(status, 0, reasonsOf(record));
    }
  });

  it('says which faults there are, and where they make no sense', async () => {
    for (const [words, said] of [
      [['--fault', 'drfit'], /--fault: "drfit" is none of drift, clock, .*: did you mean drift\?/],
      [['bookinfo', '--fault', 'stale-gateway'], /--fault: it is not the gateway that splits/],
      [['greeter-100-0', '--fault', 'drift'], /--fault: it takes two versions/],
    ] as const) {
      const { status, stderr } = await splitproof(['demo', ...words]);
      assert.equal(status, 2);
      assert.match(stderr, said);
      assert.equal(stderr.trim().split('\n').length, 1, stderr);
    }
  });

  it('makes the same calls on both engines', async () => {
    for (const engine of ['h2', 'grpc-js']) {
      const { record, stderr } = await recordOf(['demo', '--engine', engine, '-n', '1000']);
      assert.doesNotMatch(stderr, /warning/i);
      assert.equal(record.load.engine, engine);
      assert.equal(record.load.ok, 1000);
      assert.equal(record.calls[0]!.split!.n, 1000);
    }
  });

  it('writes reports to files', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'splitproof-'));
    try {
      const json = path.join(folder, 'run.json');
      const text = path.join(folder, 'run.report');
      const { stdout } = await splitproof(['demo', '-o', json, '-o', `console:${text}`]);
      assert.ok(runRecordSchema.safeParse(JSON.parse(readFileSync(json, 'utf8'))).success);
      assert.equal(readFileSync(text, 'utf8'), stdout);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('stops at Ctrl-C, reports what was measured and exits with 130', async () => {
    const { status, stdout } = await splitproof(['demo', '-z', '50s', '--format', 'json'], {
      onStart: (pid) => {
        // Long enough to be in the middle of the load, on a slow machine too.
        setTimeout(() => process.kill(pid, 'SIGINT'), 4000);
      },
    });
    assert.equal(status, 130);
    const record = runRecordSchema.parse(JSON.parse(stdout));
    const { load } = record;
    assert.ok(load.ok > 0);
    assert.equal(load.sent, load.ok + load.failed + load.timedOut + load.cancelled);
  });
});

describe('splitproof --help', () => {
  for (const words of [['--help'], ['verify', '--help'], ['demo', '--help']]) {
    it(`${words.join(' ')} fits 80 columns`, async () => {
      const { status, stdout } = await splitproof(words);
      assert.equal(status, 0);
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line);
    });
  }

  it('does not load what only a run needs', async () => {
    const { stderr } = await splitproof(['--help'], {
      env: { NODE_DEBUG: 'module,esm' },
    });
    assert.ok(!/grpc-js|@stdlib|protobuf|hdr-histogram|\/zod\//.test(stderr));
  });
});
