import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connectionCounts } from '../../src/count/call-counter.js';
import type { AnswerExample } from '../../src/count/answer-example.js';
import type { CallCounts, Counted, LogCounts } from '../../src/count/counted.js';
import { mergeCounts } from '../../src/count/merge-counts.js';
import { Histogram } from '../../src/count/histogram.js';
import type { CorsHeaders } from '../../src/count/page-leave.js';
import type { Finding } from '../../src/finding.js';
import type { Asked, AskedCall } from '../../src/record/asked.js';
import { type Concluded, conclude, countedCall } from '../../src/record/conclude.js';
import { askedCall, askedRun, countedShard, START_MS, twoCalls } from './shards.js';
import { countedCall as simulatedCall } from './simulated-call.js';

/** Counts that pass by themselves, and counts that fail. */
const RIGHT = countedShard({ v1: 1870, v2: 1219 });
const WRONG = countedShard({ v1: 1540, v2: 1549 });
/** Nothing came but failures. */
const DOWN = countedShard({ v1: 0, v2: 0, failed: 40 });
const VERIFY = askedRun('one');
const [SPLIT] = VERIFY.calls as [AskedCall];
/** Nothing is expected but answers. */
const ANSWERS = askedRun('one', askedCall({ expectation: null }));

function rule(some: Partial<Asked['rule']>): Pick<Asked, 'rule'> {
  return { rule: { ...VERIFY.rule, ...some } };
}

/** Changes the counts of all calls. */
function withCounts(counted: Counted, some: Partial<CallCounts>): Counted {
  return { ...counted, calls: counted.calls.map((call) => ({ ...call, ...some })) };
}

function codes({ reasons }: Pick<Concluded, 'reasons'>): string[] {
  return reasons.map(({ code }) => code);
}

function findingOf({ findings }: Concluded, code: string): Finding | undefined {
  return findings.find((finding) => finding.code === code);
}

async function endAndVerdict(asked: Asked, counted: Counted): Promise<string> {
  const { end, verdict } = await conclude(asked, counted);
  return `${end}, ${verdict}`;
}

describe('the end of a run', () => {
  it('is an interruption whatever was counted, which proves nothing and is said first', async () => {
    for (const counted of [RIGHT, WRONG, DOWN]) {
      const all = await conclude(VERIFY, { ...counted, isInterrupted: true });
      assert.deepEqual([all.end, all.verdict], ['interrupted', 'inconclusive']);
      assert.equal(all.calls[0]!.verdict, 'inconclusive');
      assert.deepEqual(all.reasons[0], {
        ...{ code: 'interrupted', text: 'It was interrupted.', call: null },
      });
      assert.ok(all.reasons.length > 1, 'what the calls came to follows');
    }
    const cut = withCounts({ ...RIGHT, isInterrupted: true }, { unsent: new Map([['client', 9]]) });
    const { reasons } = await conclude(ANSWERS, cut);
    assert.ok(!reasons.some(({ code }) => code === 'unsent-requests'));
  });

  it('is unreachable where nothing answered that a call can count', async () => {
    assert.equal(await endAndVerdict(VERIFY, RIGHT), 'complete, pass');
    assert.equal(await endAndVerdict(VERIFY, WRONG), 'complete, fail');
    assert.equal(await endAndVerdict(VERIFY, DOWN), 'unreachable, inconclusive');
    assert.equal(await endAndVerdict(ANSWERS, DOWN), 'unreachable, inconclusive');
    const { calls } = await conclude(ANSWERS, DOWN);
    assert.equal(calls[0]!.verdict, 'inconclusive');
  });

  it('is complete where one of the calls or one of the destinations answered', async () => {
    const both = { ...VERIFY, calls: [SPLIT, SPLIT] };
    assert.match(await endAndVerdict(both, twoCalls(DOWN, RIGHT)), /^complete/);
    assert.match(await endAndVerdict(VERIFY, countedShard({ v1: 0, v2: 40 })), /^complete/);
  });

  it('is complete with OK answers of nobody, but for a split without a log', async () => {
    const ends = { ok: 40, failed: 0, timedOut: 0, cancelled: 0 };
    const anybody = withCounts(DOWN, { ends, unattributed: 40 });
    const log: LogCounts = {
      ...{ lines: 0, excess: 0, withoutUpstream: new Map(), unknown: 0, unreadable: 0 },
      ...{ flags: new Map(), areFlagsKnown: true, connectionFailures: new Map() },
      ...{ example: null, hasEnded: false, wasSilent: true },
      ...{ areConnectionsKnown: true, areRequestsKnown: true },
    };
    const endOf = async (asked: Asked, counted: Counted) => (await conclude(asked, counted)).end;
    assert.equal(await endOf(VERIFY, anybody), 'unreachable');
    assert.equal(await endOf(VERIFY, withCounts(anybody, { log })), 'complete');
    assert.equal(await endOf(ANSWERS, anybody), 'complete');
    // Failed answers that say who gave them are answers.
    const known = withCounts(DOWN, { observed: [0, 40], failed: [0, 40] });
    assert.equal(await endOf(VERIFY, known), 'complete');
    assert.equal(await endOf(VERIFY, withCounts(DOWN, { log })), 'unreachable');
  });

  it('is not put down to the target where the client broke or opened nothing', async () => {
    const stopped = { code: 'not-opened', afterRequests: 0, destination: null };
    const shortages = new Map([['no-ports', 3]]);
    const cases: [Partial<Counted>, string][] = [
      [{ deaths: [{ why: 'out of memory', sent: 4 }] }, 'part-lost'],
      [{ stopped }, 'connections-not-opened'],
      [{ transport: { ...DOWN.transport, shortages } }, 'client-shortage'],
    ];
    for (const [some, code] of cases) {
      assert.equal((await conclude(VERIFY, { ...DOWN, ...some })).end, 'complete', code);
      // None of them passes what is right, or excuses what is wrong.
      const right = await conclude(VERIFY, { ...RIGHT, ...some });
      assert.deepEqual([right.end, right.verdict], ['complete', 'inconclusive'], code);
      assert.deepEqual([right.reasons[0]!.code, right.reasons[0]!.call], [code, null]);
      assert.equal((await conclude(VERIFY, { ...WRONG, ...some })).verdict, 'fail', code);
    }
    const { reasons } = await conclude(VERIFY, { ...RIGHT, ...cases[0]![0] });
    assert.equal(reasons[0]!.text, 'A part of the sample is lost.');
    const harm = { code: 'harm', afterRequests: 40, destination: null };
    assert.equal(
      await endAndVerdict(VERIFY, { ...DOWN, stopped: harm }),
      'unreachable, inconclusive',
    );
  });
});

describe('what bars a pass', () => {
  it('is what this side did not send, counted over all calls', async () => {
    const calls = askedCall({ expectation: null }).calls;
    const unsent = withCounts(RIGHT, {
      ...{ due: 3090, unsent: new Map([['client' as const, 1]]) },
    });
    const one = await conclude(ANSWERS, unsent);
    assert.equal(one.verdict, 'inconclusive');
    assert.deepEqual(one.reasons[0], {
      code: 'unsent-requests',
      text: '1 of the 3,090 requests that were due was not sent.',
      call: null,
    });
    const both = await conclude(
      { ...ANSWERS, calls: [...calls, ...calls] },
      twoCalls(unsent, unsent),
    );
    assert.equal(both.reasons[0]!.text, '2 of the 6,180 requests that were due were not sent.');
    assert.equal((await conclude(ANSWERS, RIGHT)).verdict, 'pass');
  });

  it('is said once: where a call says it, the run does not', async () => {
    const unsent = withCounts(RIGHT, { unsent: new Map([['client' as const, 9]]), due: 3098 });
    const once = async (asked: Asked, counted: Counted) =>
      codes(await conclude(asked, counted)).filter((code) => code === 'unsent-requests').length;
    assert.equal(await once(VERIFY, unsent), 1);
    const wrong = { ...WRONG.calls[0]!, unsent: new Map([['client' as const, 9]]), due: 3098 };
    assert.equal(await once(VERIFY, { ...WRONG, calls: [wrong] }), 1);
    const [answers] = ANSWERS.calls as [AskedCall];
    const mixed = { ...VERIFY, calls: [SPLIT, answers] };
    assert.equal(await once(mixed, twoCalls(unsent, RIGHT)), 1);
    const stopped = { code: 'harm', afterRequests: 3089, destination: 'v2' };
    assert.equal(await once(ANSWERS, { ...unsent, stopped }), 0, 'harm says why they were not');
  });

  it('is not what the peer did not take', async () => {
    const peers = withCounts(RIGHT, { unsent: new Map([['no-stream' as const, 9]]) });
    assert.ok(!codes(await conclude(ANSWERS, peers)).includes('unsent-requests'));
  });

  it('is a log with more lines than requests', async () => {
    const log: LogCounts = {
      ...{ lines: 3089, excess: 2, withoutUpstream: new Map(), unknown: 0, unreadable: 0 },
      ...{ flags: new Map(), areFlagsKnown: true, connectionFailures: new Map() },
      ...{ example: null, hasEnded: false, wasSilent: false },
      ...{ areConnectionsKnown: true, areRequestsKnown: true },
    };
    const all = await conclude(VERIFY, withCounts(RIGHT, { log }));
    assert.deepEqual([all.verdict, all.reasons[0]!.code], ['inconclusive', 'access-log-exceeds']);
    assert.equal(findingOf(all, 'access-log-exceeds')!.call, null);
  });
});

describe('the reasons of a verdict', () => {
  it('begin with what decided: the call, the load, or that nothing could come of it', async () => {
    const p99 = rule({ thresholds: ['p99<1s'] });
    const passed = await conclude({ ...VERIFY, ...p99 }, RIGHT);
    assert.equal(passed.reasons[0]!.text, passed.calls[0]!.reasons[0]!.text, 'calls lead');
    const hopeless = { code: 'hopeless', afterRequests: 3089, destination: null };
    const stopped = await conclude(VERIFY, { ...DOWN, stopped: hopeless });
    assert.equal(stopped.reasons[0]!.code, 'hopeless');
    assert.equal(stopped.reasons.at(-1)!.code, stopped.calls[0]!.reasons.at(-1)!.code);
    const failed = await conclude({ ...VERIFY, ...rule({ thresholds: ['p50<0.5ms'] }) }, WRONG);
    assert.equal(failed.reasons[0]!.text, failed.calls[0]!.reasons[0]!.text);
    assert.ok(codes(failed).includes('threshold-broken'));
  });

  it('say which call they are about, where there are several', async () => {
    const { reasons } = await conclude(VERIFY, WRONG);
    assert.equal(reasons[0]!.call, null);
    const both = { ...VERIFY, calls: [SPLIT, { ...SPLIT, name: 'helloworld.Greeter/SayBye' }] };
    const all = await conclude(both, twoCalls(RIGHT, WRONG));
    assert.equal(all.verdict, 'fail');
    assert.equal(all.reasons[0]!.call, 'helloworld.Greeter/SayBye');
    assert.deepEqual(
      all.calls.map(({ verdict }) => verdict),
      ['pass', 'fail'],
    );
    assert.ok(all.reasons.some(({ call }) => call === SPLIT.name));
  });
});

describe('a threshold on speed', () => {
  const BUSY = RIGHT.members.map((member) => ({ ...member, utilisation: 1 }));
  const QUIET: Counted = { ...RIGHT, silences: [{ startMs: START_MS + 100, lengthMs: 1500 }] };

  it('makes a busy client a warning; without it that is a remark', async () => {
    const severity = async (asked: Asked) =>
      findingOf(await conclude(asked, { ...RIGHT, members: BUSY }), 'client-bottleneck')!.severity;
    assert.equal(await severity(VERIFY), 'info');
    assert.equal(await severity({ ...VERIFY, ...rule({ thresholds: ['p99<1s'] }) }), 'warning');
    assert.equal(await severity({ ...VERIFY, ...rule({ thresholds: ['error-rate<1%'] }) }), 'info');
    assert.equal(await severity({ ...ANSWERS, command: 'bench' }), 'warning');
  });

  it('is not broken by a client that was the limit itself', async () => {
    const asked = { ...VERIFY, ...rule({ thresholds: ['p50<0.5ms'] }) };
    const all = await conclude(asked, RIGHT);
    assert.equal(all.verdict, 'fail');
    assert.equal(all.thresholds.length, 1);
    assert.equal((await conclude(asked, { ...RIGHT, members: BUSY })).verdict, 'inconclusive');
  });

  it('is inconclusive where an open loop fell short of its rate', async () => {
    const load = { ...VERIFY.load, loop: 'open' as const, requestsPerSecond: 5000 };
    const fast = rule({ thresholds: ['p99<1s'] });
    const missed = await conclude({ ...VERIFY, load, ...fast }, RIGHT);
    assert.equal(missed.verdict, 'inconclusive');
    assert.ok(codes(missed).includes('rate-not-reached'));
    assert.equal((await conclude({ ...VERIFY, ...fast }, RIGHT)).verdict, 'pass');
  });

  it('on a rate says nothing where the load kept a pace of its own', async () => {
    const paced = { ...VERIFY.load, atMostPerSecond: 1000 };
    const asked = { ...VERIFY, ...rule({ thresholds: ['rate>2000'] }) };
    assert.equal((await conclude(asked, RIGHT)).verdict, 'fail');
    assert.equal((await conclude({ ...asked, load: paced }, RIGHT)).verdict, 'inconclusive');
  });

  it('a silence fails a bench of a closed loop, and nothing else', async () => {
    const bench: Asked = { ...ANSWERS, command: 'bench' };
    const open = { ...bench.load, loop: 'open' as const };
    const failed = await conclude(bench, QUIET);
    assert.deepEqual([failed.verdict, failed.reasons[0]!.code], ['fail', 'stalled']);
    assert.equal((await conclude({ ...bench, load: open }, QUIET)).verdict, 'pass');
    assert.equal((await conclude(VERIFY, QUIET)).verdict, 'pass');
  });
});

describe('versions that are compared', () => {
  it('are judged where a threshold or a pair asks for it', async () => {
    const none = await conclude(VERIFY, RIGHT);
    assert.deepEqual(none.comparisons, []);
    const compared = { baseline: 'v1', candidate: 'v2' };
    const pair = await conclude({ ...VERIFY, ...rule({ compared }) }, RIGHT);
    assert.ok(pair.comparisons.length > 0);
    const ratio = rule({ compared, thresholds: ['p99{v2}<1.2x{v1}', 'p99<1s'] });
    const asked = { ...VERIFY, ...ratio };
    const { thresholds } = await conclude(asked, RIGHT);
    assert.equal(thresholds.length, 2);
    const busy = RIGHT.members.map((member) => ({ ...member, utilisation: 1 }));
    for (const some of [rule({ compared }), rule({ thresholds: ['p99{v2}<1.2x{v1}'] })]) {
      const all = await conclude({ ...VERIFY, ...some }, { ...RIGHT, members: busy });
      assert.equal(findingOf(all, 'client-bottleneck')!.severity, 'warning');
    }
  });
});

describe('the findings of a run', () => {
  const finding = (code: string, about: Finding['about']): Finding => ({
    ...{ code, about, severity: 'warning', call: null, place: null },
    ...{ summary: 'something is odd', evidence: '', advice: '' },
  });

  it('say which call they are of; what is wrong with manifests that calls share is said once', async () => {
    const findings = [
      finding('no-such-port', 'manifest'),
      finding('odd-call', 'call'),
      finding('no-such-subset', 'manifest'),
    ];
    const call = { ...SPLIT, findings };
    const other = { ...call, name: 'helloworld.Greeter/SayBye' };
    const all = await conclude({ ...VERIFY, calls: [call, other] }, twoCalls(RIGHT, RIGHT));
    const of = (code: string) => all.findings.filter((one) => one.code === code);
    assert.deepEqual(
      of('odd-call').map((one) => one.call),
      [SPLIT.name, 'helloworld.Greeter/SayBye'],
    );
    assert.equal(of('no-such-port').length, 1);
    assert.equal(of('no-such-subset').length, 1);
    assert.equal(of('odd-call')[0]!.summary, 'Something is odd.');
    const twice = { ...SPLIT, findings: [findings[1]!, findings[1]!] };
    const alone = await conclude({ ...VERIFY, calls: [twice] }, RIGHT);
    assert.deepEqual(
      alone.findings.filter((one) => one.code === 'odd-call').map((one) => one.call),
      [null],
    );
  });

  it('are no others than its own, and tell of one that was joined to another', async () => {
    // Simulated answers are dealt in turn.
    assert.deepEqual(
      (await conclude(VERIFY, RIGHT)).findings.map(({ code }) => code),
      ['deterministic-balancing'],
    );
    const again = countedShard({ v1: 1870, v2: 1219, startMs: START_MS + 60_000 });
    const twice = await conclude(VERIFY, mergeCounts(RIGHT, again));
    assert.equal(findingOf(twice, 'several-attempts')!.call, null);
  });

  it('of counts say which call as well', async () => {
    const cut = (ms: number) => {
      const histogram = new Histogram();
      for (let one = 0; one < 4; one++) histogram.record(ms);
      return histogram.counts();
    };
    const streams: CallCounts['streams'] = {
      ...{ received: 0, sent: 0, endedHere: 0, sendWaits: { count: 0, totalMicros: 0 } },
      ...{ firstMessage: [], betweenMessages: [], byMessage: null },
      cut: { lasted: cut(1001), silent: cut(20) },
    };
    const log: LogCounts = {
      ...{ lines: 1, excess: 0, withoutUpstream: new Map(), unknown: 0, unreadable: 0 },
      ...{ flags: new Map(), areFlagsKnown: true, connectionFailures: new Map() },
      ...{ example: null, hasEnded: false, wasSilent: false },
      ...{ areConnectionsKnown: true, areRequestsKnown: true },
    };
    const uncountable: AnswerExample = {
      ...{ status: 14, headers: [], trailers: [], reply: null, replyBytes: 0, identity: null },
    };
    const place = { file: 'vs.yaml', line: 12, column: 3, document: 1, path: 'spec.http[0]' };
    const told = { ...finding('stream-timeout', 'manifest'), place };
    const other = { ...finding('other', 'manifest'), place: { ...place, line: 1 } };
    const call = { ...SPLIT, findings: [other, told], routeTimeoutMs: 1000 };
    const counted = twoCalls(
      withCounts(RIGHT, { streams, log }),
      withCounts(DOWN, { uncountable, observed: [0, 0] }),
    );
    const named = { ...SPLIT, name: 'helloworld.Greeter/SayBye' };
    const all = await conclude({ ...VERIFY, calls: [call, named] }, counted);
    const stream = findingOf(all, 'stream-cut')!;
    assert.deepEqual([stream.call, stream.place], [SPLIT.name, place]);
    assert.equal(findingOf(all, 'access-log-incomplete')!.call, SPLIT.name);
    const nothing = findingOf(all, 'no-countable-answer')!;
    assert.equal(nothing.call, named.name);
    assert.match(nothing.summary, /UNAVAILABLE/);
    // A route that says nothing of its timeout, and one whose timeout stands nowhere.
    const one = withCounts(RIGHT, { streams });
    const placeOf = async (some: Partial<AskedCall>) =>
      findingOf(await conclude({ ...VERIFY, ...askedCall(some) }, one), 'stream-cut')!;
    const silent = await placeOf({ findings: [told] });
    assert.equal(silent.place, null);
    assert.doesNotMatch(silent.summary, /timeout/);
    const nowhere = await placeOf({ routeTimeoutMs: 1000 });
    assert.equal(nowhere.place, null);
    assert.match(nowhere.summary, /1000 ms/);
  });

  it('name no backend as lost where the gateway went away for good with it', async () => {
    // v2 says nothing any more from request 1800 on: what it was to answer fails.
    const order = Array.from({ length: 3600 }, (_, at) =>
      (at * 2) % 5 < 2 ? (at < 1800 ? 1 : -1) : 0,
    );
    const names = ['v1', 'v2'];
    const connectionOf = (sequence: number) => Math.floor((sequence * 7919) / 5) % 3;
    const simulated = simulatedCall({
      ...{ names, order, connections: 3, startMs: START_MS, connectionOf },
    });
    const lost: Counted = {
      ...RIGHT,
      calls: [simulated.call],
      connections: connectionCounts(RIGHT.connections, [simulated]),
      span: { startMs: START_MS, endMs: START_MS + 3600, sendingMs: 3600 },
    };
    const found = async (counted: Counted, asked = VERIFY) =>
      (await conclude(asked, counted)).findings.map(({ code, call, severity }) =>
        [code, severity, ...(call === null ? [] : [call])].join(' '),
      );
    const alone = await found(lost);
    assert.ok(alone.includes('backend-lost error'), alone.join());
    const both = { ...VERIFY, calls: [{ ...SPLIT, name: 'helloworld.Greeter/SayBye' }, SPLIT] };
    const second = await found(twoCalls(RIGHT, lost), both);
    assert.ok(second.includes(`backend-lost error ${SPLIT.name}`), second.join());

    const gone = { lastAnswerMs: START_MS + 1500, trouble: 'connection refused' };
    const connections = lost.connections.map((one) => ({ ...one, errors: 100, lost: gone }));
    const withGateway = await found({ ...lost, connections });
    assert.ok(withGateway.includes('gateway-lost error'), withGateway.join());
    // Nothing else is left out.
    assert.deepEqual(
      withGateway.filter((one) => !one.startsWith('gateway-lost')),
      alone.filter((one) => one !== 'backend-lost error'),
    );

    const elsewhere = connections.map((one, at) =>
      at === 0 ? { ...one, remote: '10.0.0.9:80' } : lost.connections[at]!,
    );
    const withAddress = await found({ ...lost, connections: elsewhere });
    assert.ok(withAddress.includes('address-unreachable warning'), withAddress.join());
    assert.ok(withAddress.includes('backend-lost error'), withAddress.join());
    const back = await found({
      ...lost,
      silences: [{ startMs: START_MS + 1500, lengthMs: 1500 }],
      transport: { ...lost.transport, reconnects: 3 },
    });
    assert.ok(back.includes('gateway-lost warning'), back.join());
    assert.ok(back.includes('backend-lost error'), back.join());
  });
});

describe('a call that a page makes', () => {
  const NONE: CorsHeaders = {
    ...{ allowOrigin: null, allowMethods: null, allowHeaders: null },
    ...{ exposeHeaders: null, maxAge: null },
  };
  const page = {
    origin: 'https://app.example.com',
    headerNames: [],
    failureHeaders: ['grpc-status', 'grpc-message'],
    policy: null,
    astray: null,
  };

  it('is judged by its own preflight', async () => {
    const refused = {
      call: 1,
      preflight: { status: 200, headers: NONE },
      answer: null,
      trouble: '',
    };
    const calls = [
      { ...SPLIT, page },
      { ...SPLIT, page },
    ];
    const all = await conclude(
      { ...VERIFY, calls },
      { ...twoCalls(RIGHT, RIGHT), leaves: [refused] },
    );
    assert.equal(all.verdict, 'fail');
    assert.deepEqual(
      all.calls.map(({ verdict }) => verdict),
      ['inconclusive', 'fail'],
    );
    const one = { ...VERIFY, calls: [SPLIT, calls[1]!] };
    const judged = await conclude(one, { ...twoCalls(RIGHT, RIGHT), leaves: [refused] });
    assert.deepEqual(
      judged.calls.map(({ check }) => check?.verdict),
      [undefined, 'fail'],
    );
    assert.equal((await conclude(one, twoCalls(RIGHT, RIGHT))).verdict, 'inconclusive');
    // Nor is an answer to the preflight one to the call.
    const down = { ...twoCalls(DOWN, DOWN), leaves: [refused] };
    assert.equal(await endAndVerdict(one, down), 'unreachable, inconclusive');
  });
});

describe('counts that do not belong to what was asked', () => {
  it('are refused', async () => {
    await assert.rejects(conclude({ ...VERIFY, calls: [SPLIT, SPLIT] }, RIGHT), RangeError);
    assert.throws(() => countedCall({ ...VERIFY, calls: [] }, RIGHT, 0), RangeError);
    const both = twoCalls(RIGHT, WRONG);
    const { connections, counts } = countedCall({ ...VERIFY, calls: [SPLIT, SPLIT] }, both, 1);
    assert.equal(counts, both.calls[1]);
    assert.deepEqual(connections[2], WRONG.connections[2]!.byCall[0]);
  });
});
