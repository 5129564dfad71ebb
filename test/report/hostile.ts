import type { RunRecord } from '../../src/record/run-record.js';

/** Texts that try to be more than text, in one format or another. */
export const HOSTILE_TEXTS: Readonly<Record<string, string>> = {
  terminal: '\u001b[2J\u0007\u202eevil\u009b31m\r\n\u061c\u{e0041}\u0000',
  html: '</pre></code></details><script>alert(1)</script><img src=x onerror="a()">\'"&amp;]]>',
  markdown: '# `|` **a** _b_ ~~c~~ [d](http://e) ![f](g) <http://h> $i$ \\| | x |',
  references:
    '@org/team #123 GH-1 org/repo#4 a@b.example https://evil.example www.evil.example :b:',
  list: '- a\n1. b\n+ c\n=\n---\n> d\n```\ne',
  runner: '::set-output name=verdict::pass\n::stop-commands::x\n  ::error::y\n##[add-mask]z',
  escapes: '%0A::error file=a,line=1::b%25%3A,c=d;e',
  formula: "=cmd|' /C calc'!A0,\"+1\t-1\r@SUM(1)",
  prometheus: 'a"} 1\nevil{b="\\',
  surrogates: 'a\ud800b\udc00c\uffff\ufffe\uD83D\uDE00',
  long: '"<|`=:@#'.repeat(1250),
};

/** Texts that are the record's own words. */
const OWN = new Set([
  ...['schema', 'command', 'verdict', 'severity', 'about', 'loop', 'startedAt', 'askedAt'],
  ...['end', 'unit', 'kind', 'protocol', 'decidedBy', 'method'],
]);

/** A record in which every text that may come from elsewhere is a hostile one. */
export function hostileRecord(
  sample: RunRecord,
  command: RunRecord['command'],
  text: string,
): RunRecord {
  const evil = (value: unknown, key = ''): unknown => {
    if (typeof value === 'string') return OWN.has(key) ? value : text;
    if (Array.isArray(value)) return value.map((item) => evil(item, key));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [name, evil(item, name)]),
    );
  };
  const record = structuredClone(sample);
  record.verdict = 'fail';
  record.labels = { x: 'x' };
  record.reasons = [
    { code: 'x', text: 'x', call: null },
    { code: 'y', text: 'y', call: 'y' },
  ];
  record.findings = (['error', 'warning', 'info'] as const).map((severity) => ({
    ...{ code: 'x', severity, about: 'target', call: 'x' },
    place: { file: 'x', line: 1, column: 1, document: 1, path: 'x' },
    ...{ summary: 'x', evidence: 'x', advice: 'x' },
  }));
  record.thresholds = [{ expression: 'p99<1ms', observed: 1, unit: 'ms', ok: false }];
  record.transport.tls = {
    ...{ version: 'x', cipher: 'x', alpn: 'x', seenAt: 'x' },
    certificate: {
      ...{ subject: 'x', issuer: 'x', altNames: 'x', validFrom: 'x', validTo: 'x', daysLeft: -1 },
    },
  };
  record.load.unsent = 1;
  record.load.unsentByCause = { [text]: 1 };
  record.scenario = 'x';
  const call = record.calls[0]!;
  call.checks = [{ kind: 'CORS', verdict: 'fail', text: 'x' }];
  call.latencyMs.byDestination = { [text]: call.latencyMs.overall };
  call.failures = [{ status: 'x', cause: 'x', count: 1 }];
  call.status = { [text]: 1 };
  call.programmed = {
    ...{ source: 'x', table: 'x', virtualHost: 'x', routes: ['x'], answeredByProxy: 0 },
    destinations: [{ name: 'x', configuredShare: 1, programmedShare: 0 }],
    difference: 'x',
    incomparable: 'x',
  };
  record.transport.rstStream = { [text]: 1 };
  // What was asked and counted is data for merging, and in no report but the JSON.
  return { ...(evil(record) as RunRecord), command };
}
