import { chiSquareUpperTail } from '../../../stats/chi-square-distribution.js';
import { pearsonChiSquare } from '../../../stats/goodness-of-fit.js';
import { chance, count, counted, percent } from '../../../number-text.js';
import type { IdentityWays } from '../../expectation.js';
import type { Finding } from '../../../finding.js';
import { found } from '../../found.js';
import { FALSE_CLAIM, type FindingRule } from './finding-evidence.js';

/** `leak-to-zero-weight`: answers from where the route sends nothing. */
export const leakToZeroWeight: FindingRule = ({ decision }) => {
  const leaks = decision.reasons.filter((reason) => reason.code === 'leak');
  if (leaks.length === 0) return null;
  const parts = leaks.map(
    ({ destination, answers }) =>
      `${counted(answers, 'answer')} from ${destination === null ? 'workloads the route does not name' : `'${destination}'`}`,
  );
  return found('target', {
    code: 'leak-to-zero-weight',
    severity: 'error',
    summary: 'a destination without weight answered',
    evidence: `${parts.join(', ')}, out of ${counted(decision.sampled, 'request')}`,
    advice:
      'Look whether the change has reached every gateway replica, whether a retry may change the destination, and whether another route or a client on an old connection bypasses the weights; or whether the answers name pods of a service behind the called one (--expect-service).',
  });
};

/** What stands for a pod of which nothing but its address is known. */
const ADDRESS = /^(?:\d+\.\d+\.\d+\.\d+|\[[\da-f:]+\])(?::\d+)?$/;

/** How the proxy can be made to say who answers, in a sentence that ends with a space; empty where it cannot. */
export function waysText(ways: IdentityWays | null): string {
  if (ways === null) return '';
  return `Or have the proxy say it: in a header of the route (${ways.header} | kubectl apply -f -), or in its access log (${ways.accessLog}). `;
}

/** `unknown-backend`: answers whose identity fits no workload, or that carry none. */
export const unknownBackend: FindingRule = ({ unknown, decision, identityWays }) => {
  if (unknown.answers === 0) return null;
  const answers = `${count(unknown.answers)} of ${counted(decision.sampled, 'request')}`;
  if (unknown.examples.length === 0) {
    const { packed } = unknown;
    if (packed !== undefined && packed.size > 0) return packedBodies(answers, packed);
    return found('call', {
      code: 'unknown-backend',
      severity: 'warning',
      summary: 'some answers do not say which pod gave them',
      evidence: `${answers} were answered OK, and no pod’s name was found where it was looked for`,
      advice: `Say with --identity where the answers carry the name: header:NAME or trailer:NAME; field:PATH of a message; json:PATH, html:CSS-SELECTOR or text:REGEX of a body. Where a service behind the called one is meant, name it with --expect-service. ${waysText(identityWays)}Such answers count as missing.`,
    });
  }
  if (unknown.examples.every((name) => ADDRESS.test(name))) {
    return found('call', {
      code: 'unknown-backend',
      severity: 'warning',
      summary:
        'the proxy says at which addresses it got some of the answers, and not whose they are',
      evidence: `${answers}, from addresses such as ${unknown.examples.slice(0, 3).join(', ')}`,
      advice:
        'Give the pods with -f, as kubectl get pods,endpointslices -o yaml prints them in the namespaces of the destinations. Such answers count as missing.',
    });
  }
  return found('target', {
    code: 'unknown-backend',
    severity: 'warning',
    summary: 'some answers came from pods that belong to no destination of the route',
    evidence: `${answers}, from pods such as ${unknown.examples.slice(0, 3).join(', ')}`,
    advice:
      'Look whether the manifests are complete, whether --identity finds the pod’s name and nothing else, and whether something else answers behind the gateway. Such answers count as missing.',
  });
};

function packedBodies(answers: string, packed: ReadonlyMap<string, number>): Finding {
  const codings = [...packed].map(([coding, some]) => `${coding} ${count(some)}`).join(', ');
  return found('call', {
    code: 'unknown-backend',
    severity: 'warning',
    summary: 'some answers do not say which pod gave them: their bodies could not be unpacked',
    evidence: `${answers} were answered OK, and no pod’s name was found; bodies that could not be unpacked, by content-encoding: ${codings}`,
    advice:
      "Bodies in gzip, br and deflate are unpacked where the request asks for them: send -H 'accept-encoding: gzip', or no accept-encoding at all, and look whether such an answer is whole. They count as missing.",
  });
}

/** A skew smaller than this (Cohen’s w) is not worth mentioning, however sure. */
const LEAST_SKEW = 0.1;

/** `pod-skew`: the pods of one destination get clearly different shares. */
export const podSkew: FindingRule = ({ destinations, decision, vouchers }) => {
  // Where a header names the failed answers of a pod that names itself in others, it looks like two.
  if (vouchers > 1) return null;
  const kind = decision.dependence?.kind ?? 'independent';
  if (kind === 'pinned' || kind === 'one-destination') return null;
  const inflation = decision.dependence?.inflation ?? 1;
  const candidates = destinations.filter(({ pods }) => pods.length > 1);
  const skewed = candidates.flatMap(({ name, pods }) => {
    const counts = pods.map((pod) => pod.observed);
    const total = counts.reduce((sum, x) => sum + x, 0);
    if (total < 5 * pods.length) return [];
    const { statistic, df } = pearsonChiSquare(
      counts,
      counts.map(() => total / pods.length),
    );
    const scaled = statistic / inflation;
    const pValue = chiSquareUpperTail(scaled, df);
    if (pValue >= FALSE_CLAIM / candidates.length) return [];
    if (Math.sqrt(statistic / total) < LEAST_SKEW) return [];
    const most = Math.max(...counts) / total;
    const least = Math.min(...counts) / total;
    return [`pods of '${name}' get from ${percent(least)} to ${percent(most)} (${chance(pValue)})`];
  });
  if (skewed.length === 0) return null;
  return found('target', {
    code: 'pod-skew',
    severity: 'info',
    summary: 'the pods of a destination do not share its traffic evenly',
    evidence: skewed.join('; '),
    advice:
      'Least-request balancing, locality and hashing skew legitimately; else look at readiness and at long-lived connections.',
  });
};
