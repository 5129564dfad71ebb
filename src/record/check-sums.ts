import { InputError } from '../input-error.js';
import { sumsByName } from './named-counts.js';
import type { CallRecord, RunRecord } from './run-record.js';

/**
 * Refuses a record whose counts contradict each other.
 *
 * @param file Its name, for messages.
 * @throws InputError that names the first contradiction.
 */
export function refuseContradiction(record: RunRecord, file: string): void {
  const { calls, load, startedAt, transport, windows } = record;
  const refuse = (path: string, problem: string): never => {
    throw new InputError(problem, { file, path });
  };
  if (Number.isNaN(Date.parse(startedAt))) refuse('startedAt', 'this is no time');
  const { sent, ok, failed, timedOut, cancelled } = load;
  if (sent !== ok + failed + timedOut + cancelled) {
    refuse('load.sent', `${sent} is not the sum of ok, failed, timedOut and cancelled`);
  }
  calls.forEach((call, index) => {
    refuseWrongSplit(call, (path, problem) => refuse(`calls[${index}].${path}`, problem));
  });
  refuseWrongParts({ ...transport, windows }, calls, (path, problem) =>
    refuse(path.startsWith('windows') ? path : `transport.${path}`, problem),
  );
  calls.forEach((call, index) => {
    if (call.own === null) return;
    const { connections, windows: ownWindows } = call.own;
    refuseWrongParts({ connections, windows: ownWindows }, [call], (path, problem) =>
      refuse(`calls[${index}].own.${path}`, problem),
    );
  });
}

type Counts = NonNullable<CallRecord['own']>;

/** What is counted in parts may leave something out, but never holds more than the whole. */
function refuseWrongParts(
  { connections, windows }: Pick<Counts, 'connections' | 'windows'>,
  whole: readonly CallRecord[],
  refuse: (path: string, problem: string) => never,
): void {
  const answers = answersByName(whole);
  for (const [path, parts] of Object.entries({ connections, windows })) {
    for (const [name, sum] of sumsByName(parts.map(({ observed }) => observed))) {
      const expected = answers.get(name) ?? 0;
      if (sum <= expected) continue;
      refuse(path, `the answers of "${name}" add up to ${sum}, and the split has ${expected}`);
    }
  }
  connections.forEach(({ pairs, equalPairs }, index) => {
    if (equalPairs > pairs) {
      refuse(`connections[${index}].equalPairs`, `${equalPairs} is more than all pairs`);
    }
  });
}

/** Shares are written with all their digits; this is what summing in another order may change. */
const ROUNDING = 1e-9;

function refuseWrongSplit(
  { split }: CallRecord,
  refuse: (path: string, problem: string) => never,
): void {
  const { sampled, n, missing, unattributed, cancelled, destinations } = split;
  if (sampled !== n + missing) {
    refuse('split.sampled', `${sampled} is not the sum of n and missing`);
  }
  if (unattributed + cancelled > missing) {
    refuse('split.missing', `${missing} is less than those unattributed and cancelled`);
  }
  const answers = destinations.reduce((sum, { observed }) => sum + observed, 0);
  if (answers !== n) {
    refuse('split.n', `${n} is not the sum of what the destinations observed, ${answers}`);
  }
  destinations.forEach(({ observed, share, failed, pods }, place) => {
    const there = `split.destinations[${place}]`;
    if (share !== null && Math.abs(share * n - observed) > ROUNDING * n) {
      refuse(`${there}.share`, `${share} is not observed / n`);
    }
    if (failed > observed) refuse(`${there}.failed`, `${failed} is more than observed`);
    const ofPods = pods.reduce((sum, pod) => sum + pod.observed, 0);
    if (ofPods > observed) {
      refuse(`${there}.pods`, `the answers of the pods add up to ${ofPods}, and not ${observed}`);
    }
  });
}

function answersByName(calls: readonly CallRecord[]): Map<string, number> {
  return sumsByName(
    calls.flatMap(({ split }) =>
      split.destinations.map(({ name, observed }) => ({ [name]: observed })),
    ),
  );
}
