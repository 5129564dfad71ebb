import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { InputError } from '../../src/input-error.js';
import type { LogLine } from '../../src/log/log-line.js';
import { OF_OWN_REQUESTS } from '../../src/log/line-needs.js';
import { lineParser } from '../../src/log/line-parser.js';
import { ISTIO_TEXT } from '../fixtures/access-log-formats.js';
import { ROOT } from '../fixtures/command.js';

const AGENT = 'splitproof/1.2.3 run-1';

/** Values of Envoy's operators, by what stands in the format; others are `-`. */
const VALUES: Readonly<Record<string, string>> = {
  '%START_TIME%': '2026-08-01T10:00:00.250Z',
  '%REQ(:METHOD)%': 'POST',
  '%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%': '/helloworld.Greeter/SayHello',
  '%PROTOCOL%': 'HTTP/2',
  '%RESPONSE_CODE%': '200',
  '%RESPONSE_CODE_DETAILS%': 'via_upstream',
  '%REQ(X-FORWARDED-FOR)%': '10.0.0.9,10.0.0.8',
  '%REQ(USER-AGENT)%': AGENT,
  '%REQ(:AUTHORITY)%': 'greeter.example.com:8080',
  '%UPSTREAM_HOST%': '10.1.2.3:50051',
  '%UPSTREAM_CLUSTER%': 'outbound|50051|v1|greeter.default.svc.cluster.local',
  '%UPSTREAM_CLUSTER_RAW%': 'outbound|50051|v1|greeter.default.svc.cluster.local',
  '%DOWNSTREAM_REMOTE_ADDRESS%': '10.0.0.9:41234',
};

/** A line as Envoy makes it of a format. */
function filled(format: string, own: Readonly<Record<string, string>> = {}): string {
  return format.replaceAll(
    /%[A-Z_]+(?:\([^)]*\))?%/g,
    (operator) => own[operator] ?? VALUES[operator] ?? '-',
  );
}

const ISTIO_LINE = {
  userAgent: AGENT,
  upstreamHost: '10.1.2.3:50051',
  upstreamCluster: 'outbound|50051|v1|greeter.default.svc.cluster.local',
  clientPort: 41_234,
  flags: '',
  connectionFailure: null,
  startedAtMs: Date.UTC(2026, 7, 1, 10, 0, 0, 250),
  attempts: null,
} satisfies Partial<LogLine>;

const NGINX_LINE = `10.0.0.9 - - [01/Aug/2026:10:00:00 +0000] "GET / HTTP/1.1" 200 12 "-" "${AGENT}" 80 0.003 [default-web-80] [] 10.1.2.3:8080 12 0.002 200 0123abcd`;

describe('lines of access logs', () => {
  const parse = lineParser(null, OF_OWN_REQUESTS);
  const usual: [what: string, line: string, expected: Partial<LogLine>][] = [
    ['Istio, text', filled(ISTIO_TEXT), ISTIO_LINE],
    [
      'Istio, a host that could not be connected to',
      filled(ISTIO_TEXT, {
        '%RESPONSE_FLAGS%': 'UF,URX',
        '%UPSTREAM_TRANSPORT_FAILURE_REASON%': 'delayed_connect_error:_Connection_refused',
      }),
      {
        ...ISTIO_LINE,
        flags: 'UF,URX',
        connectionFailure: 'delayed_connect_error:_Connection_refused',
      },
    ],
    [
      'Istio, no healthy host',
      filled(ISTIO_TEXT, { '%RESPONSE_FLAGS%': 'UH', '%UPSTREAM_HOST%': '-' }),
      { ...ISTIO_LINE, flags: 'UH', upstreamHost: null },
    ],
    ['kubectl --prefix', `[pod/istio-ingress-7d-x2/istio-proxy] ${filled(ISTIO_TEXT)}`, ISTIO_LINE],
    [
      'kubectl --prefix --timestamps',
      `[pod/istio-ingress-7d-x2/istio-proxy] 2026-08-01T10:00:01.123456789Z ${filled(ISTIO_TEXT)}`,
      ISTIO_LINE,
    ],
    [
      "a container's own log",
      `2026-08-01T10:00:01.1+02:00 stdout F ${filled(ISTIO_TEXT)}`,
      ISTIO_LINE,
    ],
    [
      'Istio, JSON',
      JSON.stringify({
        start_time: '2026-08-01T10:00:00.250Z',
        user_agent: AGENT,
        upstream_host: '10.1.2.3:50051',
        upstream_cluster: 'outbound|50051|v1|greeter.default.svc.cluster.local',
        downstream_remote_address: '10.0.0.9:41234',
        response_code: 200,
        response_flags: '-',
      }),
      ISTIO_LINE,
    ],
    [
      'Alibaba Cloud Service Mesh',
      JSON.stringify({
        authority_for: 'greeter.example.com',
        start_time: '2026-08-01T10:00:00.250Z',
        user_agent: AGENT,
        upstream_host: '10.1.2.3:50051',
        upstream_cluster: 'outbound|50051|v1|greeter.default.svc.cluster.local',
        downstream_remote_address: '10.0.0.9:41234',
        response_flags: null,
      }),
      ISTIO_LINE,
    ],
    [
      'Envoy Gateway',
      JSON.stringify({
        start_time: '2026-08-01T10:00:00.250Z',
        'user-agent': AGENT,
        'x-request-id': 'abc',
        ':authority': 'greeter.example.com',
        upstream_host: '10.1.2.3:50051',
        upstream_cluster: 'httproute/default/greeter/rule/0',
        downstream_remote_address: '10.0.0.9:41234',
      }),
      { ...ISTIO_LINE, upstreamCluster: 'httproute/default/greeter/rule/0', flags: null },
    ],
    [
      'ingress-nginx',
      NGINX_LINE,
      {
        userAgent: AGENT,
        upstreamHost: '10.1.2.3:8080',
        upstreamCluster: 'default-web-80',
        clientPort: null,
        flags: null,
        startedAtMs: null,
      },
    ],
    [
      'ingress-nginx, the canary',
      NGINX_LINE.replace('[]', '[default-web-canary-80]'),
      { userAgent: AGENT, upstreamCluster: 'default-web-canary-80' },
    ],
    [
      'ingress-nginx, several attempts',
      NGINX_LINE.replace(
        '10.1.2.3:8080 12 0.002 200',
        '10.1.2.3:8080, 10.1.2.4:8080 0, 12 0.001, 0.002 502, 200',
      ),
      { userAgent: AGENT, upstreamHost: '10.1.2.4:8080' },
    ],
    [
      'ingress-nginx, sent on internally',
      NGINX_LINE.replace(
        '10.1.2.3:8080 12 0.002 200',
        '10.1.2.3:8080 : 10.1.2.5:8080 0 : 12 0.001 : 0.002 502 : 200',
      ),
      { userAgent: AGENT, upstreamHost: '10.1.2.5:8080' },
    ],
  ];
  for (const [what, line, expected] of usual) {
    it(what, () => {
      const parsed = parse(line);
      assert.ok(parsed !== null);
      assert.deepEqual({ ...parsed, ...expected }, parsed);
    });
  }

  it('real ones of Envoy, with a host that refuses, one that answers, and none', () => {
    for (const name of ['istio-text', 'istio-json', 'envoy']) {
      const file = path.join(ROOT, `test/data/access-logs/${name}.log`);
      const lines = readFileSync(file, 'utf8').trimEnd().split('\n').map(parse);
      assert.deepEqual(
        lines.map((line) => line?.userAgent),
        lines.map(() => 'splitproof/0.1.0 run-1'),
      );
      const seen = lines.map((line) => `${line!.flags!} ${line?.upstreamHost ?? '-'}`).sort();
      const wanted = [' 127.0.0.1:38317', 'UF 127.0.0.1:1', 'UH -'];
      assert.deepEqual(new Set(seen), new Set(wanted));
    }
  });

  it('others say nothing', () => {
    const others = [
      '',
      'Starting up',
      '{"level":"info"',
      '{"level":"info","msg":"started"}',
      '[2026-08-01T10:00:00.250Z] "- - -" 0 - - - "-" 12 34 5 - "-" "-" "-" "-" "10.1.2.3:15443" - - - - - -',
      'null',
      '[]',
    ];
    assert.deepEqual(
      others.map(parse),
      others.map(() => null),
    );
  });

  const odd: [what: string, format: string, line: string, expected: Partial<LogLine>][] = [
    [
      'a format of text of its own',
      '%START_TIME(%s.%3f)% ua="%REQ(User-Agent)%" to=%UPSTREAM_CLUSTER%/%UPSTREAM_HOST% 100%%\\n',
      `1785578400.250 ua="${AGENT}" to=v1/10.1.2.3:80 100%`,
      {
        userAgent: AGENT,
        upstreamCluster: 'v1',
        upstreamHost: '10.1.2.3:80',
        startedAtMs: 1_785_578_400_250,
      },
    ],
    [
      'how often a request was tried, behind a time at the beginning',
      '%START_TIME% "%REQ(USER-AGENT)%" %UPSTREAM_HOST% %UPSTREAM_REQUEST_ATTEMPT_COUNT%',
      `2026-08-01T10:00:00.250Z "${AGENT}" 10.1.2.3:80 3`,
      { userAgent: AGENT, attempts: 3, startedAtMs: ISTIO_LINE.startedAtMs },
    ],
    [
      'a time with spaces',
      '%START_TIME(%Y-%m-%d %H:%M:%S)% [%REQ(USER-AGENT):256%] %UPSTREAM_HOST%',
      `2026-08-01 10:00:00 [${AGENT}] [fd00::1]:80`,
      { userAgent: AGENT, upstreamHost: '[fd00::1]:80' },
    ],
    [
      'a format of JSON of its own',
      '{"who": {"ua": "%REQ(USER-AGENT)%"}, "to": "%UPSTREAM_HOST%", "n": "%BYTES_SENT% bytes"}',
      JSON.stringify({ to: '10.1.2.3:80', who: { ua: AGENT }, n: '3 bytes' }),
      { userAgent: AGENT, upstreamHost: '10.1.2.3:80' },
    ],
    [
      'an nginx format of its own',
      '$remote_addr:$remote_port "${http_user_agent}" $upstream_addr',
      `10.0.0.9:4000 "${AGENT}" 10.1.2.3:80, 10.1.2.4:80`,
      { userAgent: AGENT, upstreamHost: '10.1.2.4:80', clientPort: 4000 },
    ],
  ];
  for (const [what, format, line, expected] of odd) {
    it(what, () => {
      const parsed = lineParser(format, OF_OWN_REQUESTS)(line);
      assert.ok(parsed !== null);
      assert.deepEqual({ ...parsed, ...expected }, parsed);
    });
  }

  it('refuses formats that could not be gone by', () => {
    const wrong: [format: string, problem: RegExp][] = [
      ['upstream_host', /neither Envoy's operators/],
      ['"%REQ(USER-AGENT)%" %RESPONSE_CODE%', /does not say where a request went/],
      ['%UPSTREAM_HOST% %PROTOCOL%', /known by their user agent/],
      ['%REQ(USER-AGENT)% %UPSTREAM_HOST%', /user agents hold spaces/],
      [
        '"%REQ(USER-AGENT)%" %UPSTREAM_HOST%%PROTOCOL%',
        /nothing stands between %UPSTREAM_HOST% and %PROTOCOL%/,
      ],
      ['{"ua": "%REQ(USER-AGENT)%"', /begins like JSON/],
      ['{"ua": "%REQ(USER-AGENT)%"}', /does not say where a request went/],
    ];
    for (const [format, problem] of wrong) {
      assert.throws(
        () => lineParser(format, OF_OWN_REQUESTS),
        (error) => error instanceof InputError && problem.test(error.message),
        format,
      );
    }
  });

  // What goes back and forth over them would not come to its end.
  it('takes long lines of any shape', () => {
    for (const one of [' ', '"', '[', 'a: ', ', ', '" "', '] [']) {
      assert.equal(parse(one.repeat(64 * 1024).slice(0, 64 * 1024)), null);
    }
  });
});
