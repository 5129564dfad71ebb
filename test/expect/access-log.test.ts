import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { LogCounts } from '../../src/count/counted.js';
import { emptyCallCounts } from '../../src/count/nothing-counted.js';
import { barsOfLogs, findInLog } from '../../src/expect/access-log.js';

const COMPLETE: LogCounts = {
  lines: 100,
  excess: 0,
  flags: new Map(),
  areFlagsKnown: true,
  connectionFailures: new Map(),
  withoutUpstream: new Map(),
  unknown: 0,
  unreadable: 0,
  example: null,
  hasEnded: false,
  wasSilent: false,
  areConnectionsKnown: true,
  areRequestsKnown: false,
};

function found(log: Partial<LogCounts> | null, pods: Record<string, number> = {}) {
  const counts = {
    ...emptyCallCounts(['v1'], Infinity),
    sent: 100,
    pods: new Map(
      Object.entries(pods).map(([name, destination]) => {
        return [name, { destination, observed: 1, latency: null }];
      }),
    ),
    log: log === null ? null : { ...COMPLETE, ...log },
  };
  return { findings: findInLog(counts), bars: barsOfLogs([counts]) };
}

describe('what there is to say of an access log', () => {
  it('is nothing where every request has its line, or there is none', () => {
    assert.deepEqual(found({}), { findings: [], bars: [] });
    assert.deepEqual(found(null), { findings: [], bars: [] });
  });

  const cases: [what: string, log: Partial<LogCounts>, code: string, words: RegExp][] = [
    [
      'lines did not come',
      { lines: 60 },
      'access-log-incomplete',
      /^60 of 100 lines came\..*max-log-requests/,
    ],
    [
      'it ended',
      { lines: 60, hasEnded: true },
      'access-log-incomplete',
      /the log ended before the run did/,
    ],
    [
      'it was silent',
      { lines: 0, wasSilent: true },
      'access-log-incomplete',
      /Nothing at all was written/,
    ],
    ['it is another’s', { lines: 0 }, 'access-log-incomplete', /Other lines were read/],
    [
      'there are too many lines',
      { lines: 103, excess: 3 },
      'access-log-exceeds',
      /^103 lines for 100 requests/,
    ],
    [
      'lines are of another form',
      { unreadable: 2, example: 'x' },
      'access-log-unreadable',
      /^2 lines, such as: x .*--access-log-format/,
    ],
    [
      'hosts are not known',
      { unknown: 4 },
      'unknown-backend',
      /^4 of 100 lines, for hosts such as 10\.0\.0\.9:80 .*pods,endpointslices/,
    ],
    [
      'no host was asked',
      {
        withoutUpstream: new Map([
          ['UH', 3],
          ['', 1],
        ]),
      },
      'gateway-answered',
      /^4 of 100 lines name no host; by their response flags: UH 3, no flag 1 .* UH: no healthy host$/,
    ],
    [
      'the client went away',
      {
        flags: new Map([
          ['DC', 5],
          ['UH', 3],
          ['UC', 9],
        ]),
      },
      'response-flags',
      /^DC 5 of 100 lines DC: the client closed the connection$/,
    ],
  ];
  for (const [what, log, code, words] of cases) {
    it(`is said where ${what}`, () => {
      const { findings } = found(log, { '10.0.0.9:80': -1, 'v1-a': 0 });
      assert.deepEqual(
        findings.map((finding) => finding.code),
        [code],
      );
      assert.match(`${findings[0]!.evidence} ${findings[0]!.advice}`, words);
    });
  }

  it('leaves to refusals what is theirs, and to those without a host what has none', () => {
    const flags = new Map([
      ['FI', 3],
      ['UF,URX', 9],
    ]);
    const { findings } = found({ flags, withoutUpstream: new Map([['FI', 3]]) });
    assert.deepEqual(
      findings.map(({ code }) => code),
      ['gateway-answered'],
    );
    assert.match(findings[0]!.advice, /FI: an abort on purpose$/);
  });

  it('bars a pass where there are too many lines', () => {
    assert.deepEqual(
      found({ lines: 103, excess: 3 }).bars.map(({ code }) => code),
      ['access-log-exceeds'],
    );
  });
});
