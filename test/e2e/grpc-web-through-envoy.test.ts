import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { RunRecord } from '../../src/record/run-record.js';
import { certificateAuthority } from '../../src/mesh/certificates.js';
import { type BrowserPage, startPage } from '../fixtures/chromium.js';
import { reasonsOf, recordOf, splitproof } from '../fixtures/command.js';
import { type Envoy, startEnvoy } from '../fixtures/envoy.js';
import {
  CORS,
  type EnvoyCluster,
  type EnvoyCors,
  type EnvoyListener,
  GRPC_WEB,
} from '../fixtures/envoy-config.js';
import { type Pods, startPods } from '../fixtures/greeters.js';

const VERSIONS = ['v1', 'v2'] as const;
type Version = (typeof VERSIONS)[number];
type Weights = Readonly<Record<Version, number>>;

const RIGHT: Weights = { v1: 60, v2: 40 };
const WRONG: Weights = { v1: 75, v2: 25 };
const CALL = ['helloworld.Greeter/SayHello', '-d', '{"name":"Jack"}'];
const BY_WEIGHTS = ['--plaintext', '--weights', 'v1=60,v2=40', ...CALL];
/** Well above the 3,089 that are planned for 60/40: a right split passes with near certainty. */
const TO_PASS = ['-n', '6200'];
/** What is fifteen points off fails with fewer. */
const TO_FAIL = ['-n', '3000'];
const ORIGIN = 'https://myapp.example.com';
/** As the published manifest has it. */
const PUBLISHED: EnvoyCors = {
  origins: [ORIGIN],
  headers: 'content-type,grpc-timeout,x-grpc-web,x-user-agent',
  expose: 'grpc-status,grpc-message,grpc-status-details-bin',
  maxAge: '86400',
};
const BY_TYPE = {
  headers: [{ name: 'content-type', string_match: { prefix: 'application/grpc-web' } }],
};
const BY_METHOD = { headers: [{ name: ':method', string_match: { exact: 'OPTIONS' } }] };

/** Where each listener stands in the configuration. */
const PLACES = [
  'right',
  'wrong',
  'published',
  'corrected',
  'corrected, wrong weights',
  'another origin',
  'fewer headers',
  'no policy',
  'for the page',
  'no pods',
] as const;
type Place = (typeof PLACES)[number];

/**
 * A call as a page makes it, written down anew for a browser: no line of the project is in it.
 * It gives the reply's text and the status in the body; of what CORS refuses, an error.
 */
function pageCall(address: string): string {
  return `
    const message = [10, 4, ...new TextEncoder().encode('Jack')];
    const call = async (url) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/grpc-web+proto',
          'x-grpc-web': '1',
          'x-user-agent': 'a-page/1.0',
          'grpc-timeout': '10S',
        },
        body: new Uint8Array([0, 0, 0, 0, message.length, ...message]),
      });
      const body = new Uint8Array(await response.arrayBuffer());
      const length = body[4];
      const text = new TextDecoder().decode(body.slice(7, 5 + length));
      const trailers = new TextDecoder().decode(body.slice(5 + length + 5));
      return { text, trailers, exposed: response.headers.get('grpc-status') !== undefined };
    };
    return await call('http://${address}/helloworld.Greeter/SayHello');`;
}

describe('gRPC-Web through the real Envoy', () => {
  let pods: Pods;
  let page: BrowserPage;
  let envoy: Envoy;
  let folder: string;
  let ca: string;

  function clusters(weights: Weights): EnvoyCluster[] {
    return VERSIONS.map((version) => ({
      name: version,
      weight: weights[version],
      ports: [pods.ports[version]!],
    }));
  }

  before(async () => {
    pods = await startPods(
      'greeter',
      VERSIONS,
      {},
      (version) => `grpc-service-${version}-5d4f8b9c7d-x2k9p`,
    );
    page = await startPage();
    folder = await mkdtemp(path.join(tmpdir(), 'splitproof-web-'));
    const authority = await certificateAuthority();
    ca = path.join(folder, 'ca.pem');
    await writeFile(ca, authority.cert);
    const certificate = await authority.issue({ hosts: ['grpc.example.com', '127.0.0.1'] });
    const tls = { ...certificate, alpn: ['h2', 'http/1.1'] };
    const web = { kind: 'http', filters: [CORS, GRPC_WEB] } as const;
    const cors = PUBLISHED;
    const listeners: Record<Place, EnvoyListener> = {
      right: { ...web, clusters: clusters(RIGHT), cors },
      wrong: { ...web, clusters: clusters(WRONG), cors },
      published: { ...web, clusters: clusters(RIGHT), cors, tls, matches: [BY_TYPE] },
      corrected: { ...web, clusters: clusters(RIGHT), cors, tls, matches: [BY_TYPE, BY_METHOD] },
      'corrected, wrong weights': {
        ...{ ...web, clusters: clusters(WRONG), cors, tls, matches: [BY_TYPE, BY_METHOD] },
      },
      'another origin': {
        ...{
          ...web,
          clusters: clusters(RIGHT),
          cors: { ...cors, origins: ['https://other.example.com'] },
        },
      },
      'fewer headers': {
        ...{
          ...web,
          clusters: clusters(RIGHT),
          cors: { ...cors, headers: 'content-type', expose: 'x-pod' },
        },
      },
      'no policy': { ...web, clusters: clusters(RIGHT) },
      'for the page': {
        ...web,
        clusters: clusters(RIGHT),
        cors: { ...cors, origins: [page.origin] },
      },
      'no pods': {
        ...web,
        clusters: [
          { name: 'v1', weight: 60, ports: [] },
          { name: 'v2', weight: 40, ports: [] },
        ],
      },
    };
    envoy = await startEnvoy({ listeners: PLACES.map((place) => listeners[place]) });
  });
  after(async () => {
    await envoy.stop();
    await page.close();
    await pods.close();
    await rm(folder, { recursive: true });
  });

  function at(place: Place): string {
    return envoy.addresses[PLACES.indexOf(place)]!;
  }

  interface Run {
    status: number | null;
    record: RunRecord;
  }

  const plain = (place: Place, ...words: string[]): Promise<Run> =>
    recordOf(['verify', at(place), ...BY_WEIGHTS, ...words]);

  const scenario = (file: string, place: Place, ...words: string[]): Promise<Run> =>
    recordOf([
      'verify',
      '--scenario',
      `scenarios/${file}.yaml`,
      at(place),
      '--cacert',
      ca,
      ...words,
    ]);

  function codes({ findings }: RunRecord): string[] {
    return findings.filter(({ about }) => about === 'proxy').map(({ code }) => code);
  }

  for (const protocol of ['grpc-web', 'grpc-web-text']) {
    for (const version of ['1.1', '2']) {
      const words = ['--protocol', protocol, '--http-version', version];

      it(`passes the right weights: ${protocol} over HTTP/${version}`, async () => {
        const before = pods.served();
        const { status, record } = await plain('right', ...words, ...TO_PASS);
        assert.equal(status, 0, reasonsOf(record));
        assert.equal(record.load.engine, version === '2' ? 'h2' : 'h1');
        assert.equal(record.asked.calls[0]!.protocol, protocol);
        assert.deepEqual(record.calls[0]!.status, { OK: 6200 });
        // The pods themselves counted the same.
        const { destinations } = record.calls[0]!.split!;
        assert.deepEqual(
          destinations.map(({ observed }) => observed),
          VERSIONS.map((one) => pods.served()[one]! - before[one]!),
        );
      });

      it(`fails wrong weights: ${protocol} over HTTP/${version}`, async () => {
        const { status, record } = await plain('wrong', ...words, ...TO_FAIL);
        assert.equal(status, 1, reasonsOf(record));
      });
    }
  }

  it('reads what Envoy answers by itself, and names it', async () => {
    const { record } = await plain('no pods', '--protocol', 'grpc-web', '-n', '200');
    assert.deepEqual(Object.keys(record.calls[0]!.status), ['UNAVAILABLE']);
    assert.ok(record.findings.some(({ code }) => code === 'no-healthy-upstream'));
  });

  it('reads who answered from what the proxy adds, as for gRPC', async () => {
    const identity = ['--identity', 'field:message', '--identity-pattern', 'from (\\S+)!'];
    const { status, record } = await plain(
      'right',
      '--protocol',
      'grpc-web-text',
      ...identity,
      ...TO_PASS,
    );
    assert.equal(status, 0, reasonsOf(record));
  });

  it('passes the corrected manifests for a page, and says what it may do', async () => {
    const { status, record } = await scenario('grpc-gateway-web-canary', 'corrected', ...TO_PASS);
    assert.equal(status, 0, reasonsOf(record));
    const [call] = record.calls;
    assert.deepEqual(
      call!.checks.map(({ kind, verdict }) => ({ kind, verdict })),
      [{ kind: 'CORS', verdict: 'pass' }],
    );
    const { text } = call!.checks[0]!;
    assert.match(text, /page of https:\/\/myapp\.example\.com may make the call/);
    assert.match(text, /86400 s/);
    assert.match(text, /exposed: grpc-status, grpc-message, grpc-status-details-bin/);
    // The preflight request and one call, both outside of the sample.
    assert.equal(record.load.excluded, 2);
    assert.equal(record.load.sent, 6200);
    // The split stands beside the check.
    assert.equal(call!.split!.n, 6200);
    assert.deepEqual(codes(record), []);
  });

  it('fails the corrected manifests behind wrong weights', async () => {
    const { status, record } = await scenario(
      'grpc-gateway-web-canary',
      'corrected, wrong weights',
      ...TO_FAIL,
    );
    assert.equal(status, 1, reasonsOf(record));
    assert.equal(record.calls[0]!.checks[0]!.verdict, 'pass');
  });

  it('says of the manifests as published that no browser makes the call, and why', async () => {
    const { status, record } = await scenario('grpc-gateway-web', 'published', '-n', '500');
    assert.equal(status, 1, reasonsOf(record));
    const finding = record.findings.find(({ code }) => code === 'cors-refused');
    assert.match(finding!.evidence, /HTTP 404 without access-control-allow-origin/);
    assert.match(finding!.evidence, /does not take the rule of the call, http\[0\].*content-type/);
    assert.match(finding!.advice, /OPTIONS/);
    assert.match(finding!.place?.file ?? '', /virtual-service-grpc-web\.yaml$/);
    assert.equal(finding!.place?.path, 'spec.http[0].corsPolicy');
    assert.equal(finding!.place.line, 15);
    // Who is no browser gets its answers.
    assert.deepEqual(record.calls[0]!.status, { OK: 500 });
  });

  const REFUSED: [place: Place, evidence: RegExp][] = [
    ['another origin', /HTTP \d+ without access-control-allow-origin/],
    ['fewer headers', /the headers grpc-timeout, x-grpc-web, x-user-agent may not be sent/],
    ['no policy', /HTTP \d+ without access-control-allow-origin/],
  ];
  for (const [place, evidence] of REFUSED) {
    it(`names what a browser refuses: ${place}`, async () => {
      const words = ['--protocol', 'grpc-web', '--origin', ORIGIN, '-n', '300'];
      const { status, record } = await plain(place, ...words);
      assert.equal(status, 1, reasonsOf(record));
      const finding = record.findings.find(({ code }) => code === 'cors-refused');
      assert.match(finding!.evidence, evidence);
      assert.equal(finding!.place, null);
      assert.match(reasonsOf(record), /cors-refused/);
    });
  }

  it('asks for leave for the headers that the user adds, too', async () => {
    const words = ['--protocol', 'grpc-web', '--origin', ORIGIN, '-n', '300', '-H', 'x-own: 1'];
    const { record } = await plain('right', ...words);
    const finding = record.findings.find(({ code }) => code === 'cors-refused');
    assert.match(finding!.evidence, /the header x-own may not be sent/);
  });

  it('shows the CORS check on a terminal', async () => {
    const words = ['--protocol', 'grpc-web', '--origin', ORIGIN, '-n', '300'];
    const { stdout } = await splitproof(['verify', at('fewer headers'), ...BY_WEIGHTS, ...words]);
    assert.match(
      stdout,
      /fail {2}CORS: the headers grpc-timeout, x-grpc-web, x-user-agent may not/,
    );
    assert.match(stdout, /cors-refused/);
    assert.match(stdout, /Who answered\n.*\n {2}v1 /);
  });

  it('agrees with a browser: Chromium makes the call that is allowed, and not the one that is not', async () => {
    const words = ['--protocol', 'grpc-web', '--origin', page.origin, '-n', '300'];
    const seen = (await page.run(pageCall(at('for the page')))) as {
      text: string;
      trailers: string;
    };
    assert.match(seen.text, /^Hello, Jack! I'm from grpc-service-v[12]-5d4f8b9c7d-x2k9p!$/);
    assert.match(seen.trailers, /grpc-status: ?0/);
    const allowed = await plain('for the page', ...words);
    assert.equal(allowed.record.calls[0]!.checks[0]!.verdict, 'pass');
    assert.deepEqual(await page.run(pageCall(at('right'))), {
      error: 'TypeError: Failed to fetch',
    });
    const refused = await plain('right', ...words);
    assert.equal(refused.record.calls[0]!.checks[0]!.verdict, 'fail');
  });
});
