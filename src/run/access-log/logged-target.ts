import { withUserAgent } from '../../call/user-agent.js';
import type { Counted } from '../../count/counted.js';
import { LogTally } from '../../count/log-tally.js';
import { PodDirectory } from '../../count/pod-directory.js';
import { podFinder } from '../../count/proxied/address-book.js';
import { withLog } from '../../count/with-log.js';
import type { LoadedCall } from '../../load/load-order.js';
import { count, counted as countedText } from '../../number-text.js';
import type { PreparedRun, RunCall } from '../ask.js';
import type { RunOptions } from '../options.js';
import type { LoadStage, ReachedTarget } from '../target.js';
import { runUserAgent } from '../user-agent.js';
import { AFTERMATH_MS, type LoggedRequests, type LogReader } from './log-reader.js';
import { type FindUpstream, upstreamFinder } from './upstream.js';

/** What of the run goes into user agents. */
export interface RunNames {
  runId: string;
  /** What the user wants to have in them, too; null for nothing. */
  userAgent: string | null;
}

/** A call of a load whose answers the log tells of. */
interface LoggedCall {
  /** As it is sent here: in a name of its own. */
  loaded: LoadedCall;
  /** null: its answers say themselves who gave them. */
  requests: LoggedRequests | null;
}

/**
 * Makes a target's log tell who answered: the requests of each load, each call, and each warm-up have a
 * user agent of their own, so that no line counts for others.
 *
 * @param log Is read already.
 */
export function loggedTarget(
  target: ReachedTarget,
  run: PreparedRun,
  log: LogReader,
  names: RunNames,
  { onProgress, onNote }: Pick<RunOptions, 'onProgress' | 'onNote'>,
): ReachedTarget {
  const finders = new Map<RunCall, FindUpstream>();
  const finderOf = (call: RunCall): FindUpstream => {
    const { attribution } = call.loaded.counting;
    const findPod = podFinder(attribution.proxy.addresses);
    const finder = finders.get(call) ?? upstreamFinder(attribution, call.places, findPod);
    finders.set(call, finder);
    return finder;
  };
  let loads = 0;
  return {
    ...target,
    async load(plan, calls, control) {
      loads += 1;
      const part = partOf(control.stage, loads);
      const logged = calls.map((loaded, index) => {
        const own = calls.length === 1 ? part : `${part}/${index + 1}`;
        return loggedCall(loaded, callOf(run, loaded), own, names, finderOf);
      });
      const counting = logged.flatMap(({ requests }) => requests ?? []);
      for (const requests of counting) log.count(requests);
      const counted = await target.load(
        plan,
        logged.map(({ loaded }) => loaded),
        control,
      );
      // Only the sample has to be right to the request.
      const aftermathMs = control.stage === 'sample' ? AFTERMATH_MS : 0;
      const expected = expectedOf(logged, counted);
      let isNoted = false;
      await log.settled(expected, aftermathMs, control.signal, (lines, sent) => {
        onProgress?.({ phase: 'reading-log', lines, expected: sent });
        if (isNoted) return;
        isNoted = true;
        onNote?.(
          `note: waiting for the access log: ${count(lines)} of ${countedText(sent, 'line')} have come`,
        );
      });
      for (const requests of counting) log.forget(requests);
      return withLog(
        counted,
        logged.map(({ requests }) => requests?.tally ?? null),
        log.state,
      );
    },
  };
}

/** The sample's user agent names the run and nothing else. */
function partOf(stage: LoadStage, load: number): string {
  return stage === 'sample' ? '' : `/${stage}-${load}`;
}

function callOf({ calls }: PreparedRun, loaded: LoadedCall): RunCall {
  const call = calls.find((one) => one.loaded === loaded);
  if (call === undefined) throw new RangeError('a call that is none of the run');
  return call;
}

function loggedCall(
  loaded: LoadedCall,
  call: RunCall,
  part: string,
  { runId, userAgent }: RunNames,
  finderOf: (call: RunCall) => FindUpstream,
): LoggedCall {
  const { request, counting } = loaded;
  const named = (own: string) =>
    withUserAgent(request, runUserAgent({ runId, part: own }, userAgent));
  if (counting.answers.identity.source.kind !== 'access-log') return { loaded, requests: null };
  return {
    loaded: { counting, request: named(part), warmupRequest: named(`${part}/warm-up`) },
    requests: {
      name: `${runId}${part}`,
      tally: new LogTally(new PodDirectory(counting.attribution)),
      findUpstream: finderOf(call),
    },
  };
}

function expectedOf(
  logged: readonly LoggedCall[],
  { calls }: Counted,
): { requests: LoggedRequests; sent: number }[] {
  return logged.flatMap(({ requests }, index) =>
    requests === null ? [] : [{ requests, sent: calls[index]?.sent ?? 0 }],
  );
}
