import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { codesOfSources } from './world/finding-codes.js';
import { textOf } from './world/pages.js';

/** Codes that the outer contract promises. */
const PROMISED =
  'no-route cluster-not-found no-healthy-upstream upstream-overflow leak-to-zero-weight unknown-backend ' +
  'route-not-applied replica-ratio weights-reversed stale-weights weights-changed-during-run ' +
  'pinned-connections gateways-disagree deterministic-balancing overdispersed pod-skew ' +
  'errors-concentrated warm-up-drift client-bottleneck stream-limit shadowed-route unknown-subset ' +
  'weight-sum config-not-programmed protocol-mismatch alpn-not-h2 tls-on-plaintext-port ' +
  'plaintext-on-tls-port';

/** Those of tables and of findings that are made into others; `forward-` are codes of Go's gRPC. */
const HANDED_ON = [
  'count/forward-counter.ts',
  'count/forward-counts.ts',
  'expect/answers.ts',
  'expect/change/judge-change.ts',
  'expect/found.ts',
  'expect/load/unreachable.ts',
  'expect/refusals.ts',
  'load/coordinator.ts',
  'record/conclude.ts',
  'record/views/change-view.ts',
  'record/views/forwards-view.ts',
  'report/in-toto.ts',
  'report/notices.ts',
  'report/prometheus.ts',
  'routing/manifest-finding.ts',
];

describe('docs/findings.md', () => {
  const text = textOf('docs/findings.md');
  const entries = text.split(/^### /m).slice(1);
  const headed = entries.map((entry) => /^`([a-z0-9-]+)`\n/.exec(entry)?.[1] ?? entry);

  const { codes, handedOnIn } = codesOfSources();

  it('has a heading for every code that the sources give, and no other', () => {
    const lacking = [...codes].filter((code) => !headed.includes(code));
    const extra = headed.filter((code) => !codes.has(code));
    assert.deepEqual({ lacking, extra }, { lacking: [], extra: [] });
  });

  it('knows where codes are handed on: elsewhere each is written out', () => {
    assert.deepEqual([...handedOnIn].sort(), HANDED_ON);
  });

  it('has every code once, with words', () => {
    assert.equal(new Set(headed).size, headed.length);
    for (const entry of entries) assert.match(entry, /^`[a-z0-9-]+`\n\n[A-Z].{15,}/);
  });

  it('has every code that is promised', () => {
    const lacking = PROMISED.split(' ').filter((code) => !headed.includes(code));
    assert.deepEqual(lacking, []);
  });
});
