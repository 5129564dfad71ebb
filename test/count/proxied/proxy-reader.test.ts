import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RawAnswer } from '../../../src/call/answer.js';
import { type AttributionTable, attributionTable, NOBODY } from '../../../src/count/attribution.js';
import { PodDirectory } from '../../../src/count/pod-directory.js';
import { NO_KNOWLEDGE, type ProxyKnowledge } from '../../../src/count/proxied/knowledge.js';
import { ProxyReader } from '../../../src/count/proxied/proxy-reader.js';

const HOST = 'greeter.default.svc.cluster.local';
const TEMPLATE =
  'host=%UPSTREAM_HOST% workload=%UPSTREAM_METADATA(istio:workload)% peer=%RESP(x-envoy-peer-metadata-id)%';

const KNOWLEDGE: ProxyKnowledge = {
  seesThem: true,
  addresses: [
    ['10.0.0.1', 'greeter-v1-5d8f-aaaaa', 0],
    ['10.0.0.2', 'greeter-v2-77c9-ccccc', 1],
    ['10.0.0.3', 'greeter-v2-77c9-ddddd', null],
    ['10.0.0.4', 'stranger', null],
  ].map(([address, pod, destination]) => ({
    address: String(address),
    ports: null,
    pod: String(pod),
    namespace: 'default',
    destination: destination as number | null,
  })),
  clusters: ['v1', 'v2'].map((subset) => ({
    host: HOST,
    subset,
    port: 50051,
    names: [subset, `${HOST}/${subset}`],
  })),
  headers: [],
};

function table(headers: Record<string, (string | null)[]> = {}): AttributionTable {
  return attributionTable(
    ['v1', 'v2'],
    [
      { kind: 'Deployment', name: 'greeter-v1', destination: 0 },
      { kind: 'Deployment', name: 'greeter-v2', destination: 1 },
      { kind: 'Deployment', name: 'canary', destination: null },
    ],
    [],
    {
      ...KNOWLEDGE,
      headers: Object.entries(headers).map(([name, values]) => ({ name, values })),
    },
  );
}

function answerOf(
  headers: Readonly<Record<string, string>>,
  trailers: Readonly<Record<string, string>> = {},
): RawAnswer {
  return {
    buffer: new Uint8Array(0),
    messageStart: 0,
    messageEnd: 0,
    status: 0,
    header: (name) => headers[name],
    trailer: (name) => trailers[name],
  };
}

/** `pod → destination`, `nobody`. */
function told(own: AttributionTable, answer: RawAnswer): string {
  const directory = new PodDirectory(own);
  const pod = new ProxyReader(own, directory).podOf(answer);
  if (pod === NOBODY) return 'nobody';
  const destination = directory.destinations[pod]!;
  return `${directory.names[pod]!} → ${directory.destinationNames[destination] ?? 'none'}`;
}

describe('x-splitproof by itself', () => {
  const cases: [text: string, told: string][] = [
    ['host=10.0.0.1:50051', 'greeter-v1-5d8f-aaaaa → v1'],
    ['host=envoy://connect_originate/10.0.0.2:50051', 'greeter-v2-77c9-ccccc → v2'],
    // Its labels do not tell, its name does.
    ['host=10.0.0.3:50051', 'greeter-v2-77c9-ddddd → v2'],
    ['host=10.0.0.4:50051', 'stranger → none'],
    ['host=10.9.9.9:50051', '10.9.9.9:50051 → none'],
    ['host=[fd00::1]:50051', '[fd00::1]:50051 → none'],
    ['workload=greeter-v1;default;greeter;v1;Kubernetes', 'greeter-v1 → v1'],
    ['workload=canary;default;greeter;v1;Kubernetes', 'canary → Deployment/canary'],
    ['workload=other;default;other;v1;Kubernetes', 'other → none'],
    [
      'host=10.9.9.9:50051 workload=greeter-v2;default;greeter;v2;Kubernetes peer=',
      'greeter-v2 → v2',
    ],
    [
      'host= workload= peer=sidecar~10.9.9.9~greeter-v2-77c9-eeeee.default~default.svc.cluster.local',
      'greeter-v2-77c9-eeeee → v2',
    ],
    // The sidecar knows the pod's name best.
    [
      'host=10.0.0.1:50051 workload=greeter-v1;default;greeter;v1;K peer=sidecar~10.0.0.1~greeter-v1-5d8f-bbbbb.default~d',
      'greeter-v1-5d8f-bbbbb → v1',
    ],
    ['peer=router~10.0.0.1~gateway-5d8f-aaaaa.istio-system~d', 'nobody'],
    ['cluster=outbound|50051|v2|greeter.default.svc.cluster.local;', 'v2 → v2'],
    ['cluster=outbound_.50051_.v2_.greeter.default.svc.cluster.local', 'v2 → v2'],
    ['cluster=outbound|50052|v2|greeter.default.svc.cluster.local', 'nobody'],
    ['cluster=outbound|50051||greeter.default.svc.cluster.local', 'nobody'],
    ['v1-10.9.9.9:50051', '10.9.9.9:50051 → v1'],
    ['v2-10.0.0.2:50051', 'greeter-v2-77c9-ccccc → v2'],
    ['v2-', 'v2 → v2'],
    ['v2', 'v2 → v2'],
    ['10.0.0.2:50051', 'greeter-v2-77c9-ccccc → v2'],
    ['green', 'green → none'],
    ['host= workload= peer=', 'nobody'],
    ['host=- workload=- peer=-', 'nobody'],
    ['-', 'nobody'],
    ['x'.repeat(2000), 'nobody'],
    ['x'.repeat(300), 'nobody'],
    // What the route says and who answered must agree.
    ['v1-10.0.0.2:50051', 'greeter-v2-77c9-ccccc (sent to v1) → none'],
    [
      'cluster=outbound|50051|v2|greeter.default.svc.cluster.local workload=canary;d;g;v2;K',
      'canary (sent to v2) → none',
    ],
    ['v1-10.0.0.4:50051', 'stranger → v1'],
  ];
  for (const [text, expected] of cases) {
    it(`${text.slice(0, 110)}: ${expected}`, () => {
      assert.equal(told(table(), answerOf({ 'x-splitproof': text })), expected);
    });
  }

  it('with weights alone, by the names of the destinations', () => {
    const names = ['v1', 'v2'];
    const own = attributionTable(
      names,
      [],
      names.map((token, destination) => ({ token, version: token, destination })),
      {
        ...NO_KNOWLEDGE,
        clusters: names.map((name) => ({ host: null, subset: null, port: null, names: [name] })),
      },
    );
    const byText = (text: string): string => told(own, answerOf({ 'x-splitproof': text }));
    assert.equal(byText('v2'), 'v2 → v2');
    assert.equal(byText('cluster=outbound|80|v1|greeter.default'), 'v1 → v1');
    assert.equal(byText('workload=greeter-v1;default;greeter;v1;K'), 'greeter-v1 → v1');
    assert.equal(byText('workload=blue;default;greeter;v2;K'), 'blue → v2');
  });

  it('stands in the trailers, too, where a library does not tell the two apart', () => {
    assert.equal(told(table(), answerOf({}, { 'x-splitproof': 'v2' })), 'v2 → v2');
  });
});

describe('headers that the route sets', () => {
  const cases: [
    what: string,
    headers: Record<string, (string | null)[]>,
    text: string,
    told: string,
  ][] = [
    ['a literal', { 'x-b': ['blue', 'green'] }, 'green', 'v2 → v2'],
    ['another text', { 'x-b': ['blue', 'green'] }, 'red', 'nobody'],
    ['the same literal', { 'x-b': ['blue', 'blue'] }, 'blue', 'nobody'],
    ['one that only one sets', { 'x-b': ['blue', null] }, 'blue', 'v1 → v1'],
    ['two of three', { 'x-b': ['blue', 'blue', 'green'] }, 'blue', 'nobody'],
    [
      'a literal and the host',
      { 'x-b': ['v1-%UPSTREAM_HOST%', 'v1-canary-%UPSTREAM_HOST%'] },
      'v1-canary-10.9.9.9:1',
      '10.9.9.9:1 → v2',
    ],
    [
      'the shorter of two',
      { 'x-b': ['v1-%UPSTREAM_HOST%', 'v1-canary-%UPSTREAM_HOST%'] },
      'v1-10.0.0.1:1',
      'greeter-v1-5d8f-aaaaa → v1',
    ],
    ['a dead pod', { 'x-b': ['v1-%UPSTREAM_HOST%', 'v2-%UPSTREAM_HOST%'] }, 'v2-', 'v2 → v2'],
    [
      'the same operators',
      { 'x-b': [TEMPLATE, TEMPLATE] },
      'host=10.0.0.2:1 workload= peer=',
      'greeter-v2-77c9-ccccc → v2',
    ],
    ['nothing to say', { 'x-b': [TEMPLATE, TEMPLATE] }, 'host= workload= peer=', 'nobody'],
    [
      'a cluster',
      { 'x-b': ['%UPSTREAM_CLUSTER_RAW%', '%UPSTREAM_CLUSTER_RAW%'] },
      `outbound|50051|v1|${HOST}`,
      'v1 → v1',
    ],
    [
      'another pod than the route chose',
      { 'x-b': ['v1 %UPSTREAM_HOST%', 'v2 %UPSTREAM_HOST%'] },
      'v1 10.0.0.2:1',
      'greeter-v2-77c9-ccccc (sent to v1) → none',
    ],
    ['a wrong operator', { 'x-b': ['50%', '60%'] }, '50%', 'nobody'],
  ];
  for (const [what, headers, text, expected] of cases) {
    it(`${what}: ${expected}`, () => {
      assert.equal(told(table(headers), answerOf({ 'x-b': text })), expected);
    });
  }

  it('the one that tells the destination counts, whichever comes first', () => {
    const own = table({ 'x-host': ['%UPSTREAM_HOST%', '%UPSTREAM_HOST%'], 'x-b': ['1', '2'] });
    assert.equal(told(own, answerOf({ 'x-host': '10.9.9.9:1', 'x-b': '2' })), 'v2 → v2');
    assert.equal(told(own, answerOf({ 'x-host': '10.9.9.9:1' })), '10.9.9.9:1 → none');
  });

  it('x-splitproof is read as the route sets it, else by itself', () => {
    const own = table({ 'x-splitproof': ['blue', 'green'] });
    assert.equal(told(own, answerOf({ 'x-splitproof': 'green' })), 'v2 → v2');
    assert.equal(
      told(own, answerOf({ 'x-splitproof': 'host=10.0.0.1:1' })),
      'greeter-v1-5d8f-aaaaa → v1',
    );
  });
});

describe('the id of the pod’s own sidecar', () => {
  it('is the last that is asked', () => {
    const peer = 'sidecar~10.0.0.1~greeter-v1-5d8f-aaaaa.default~default.svc.cluster.local';
    const answer = answerOf({ 'x-envoy-peer-metadata-id': peer });
    assert.equal(told(table(), answer), 'greeter-v1-5d8f-aaaaa → v1');
    const both = answerOf({ 'x-envoy-peer-metadata-id': peer, 'x-splitproof': 'v2' });
    assert.equal(told(table(), both), 'v2 → v2');
  });
});

describe('what is remembered', () => {
  it('is right for texts that recur, and bounded for those that do not', () => {
    const own = table();
    const directory = new PodDirectory(own);
    const reader = new ProxyReader(own, directory);
    for (let round = 0; round < 2; round++) {
      for (let number = 0; number < 9000; number++) {
        const version = (number % 2) + 1;
        const pod = reader.podOf(
          answerOf({ 'x-splitproof': `v${version}-10.2.${number >> 8}.${number & 255}:1` }),
        );
        assert.equal(directory.destinations[pod], version - 1);
      }
    }
    assert.equal(directory.names.length, 9000);
  });
});
