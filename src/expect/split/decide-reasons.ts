import { count } from './findings/finding.js';

/** One destination's part in a failed split; shares and tolerance are parts of 1. */
export interface Deviation {
  name: string;
  expectedShare: number;
  share: number;
  tolerance: number;
  /** Exact two-sided p-value of this destination's own count. */
  pValue: number;
}

/** What was drawn independently and is therefore counted. */
export type Units = 'requests' | 'connections';

/** Why the verdict is what it is, with the numbers; {@link reasonText} puts it in words. */
export type SplitReason =
  | { code: 'leak'; destination: string | null; answers: number }
  | {
      code: 'split-differs';
      deviations: readonly Deviation[];
      /** Largest p-value over every allocation of the missing answers. */
      pValue: number;
      alpha: number;
      missing: number;
      units: Units;
    }
  | { code: 'error-rate'; errors: number; sampled: number; limit: number }
  | { code: 'equivalent'; widest: Deviation; alpha: number; missing: number; units: Units }
  | { code: 'no-difference'; pValue: number; alpha: number; detectableShare: number }
  | { code: 'no-leak'; answers: number; leakBound: number; alpha: number }
  | { code: 'no-answers'; sampled: number }
  | { code: 'unattributed-answers'; unattributed: number; sampled: number; limit: number }
  | { code: 'missing-answers'; missing: number; sampled: number }
  | { code: 'too-few-requests'; widest: Deviation; sampled: number; requestsToSettle: number }
  | { code: 'deviation-near-tolerance'; widest: Deviation; sampled: number }
  | { code: 'clustered-draws'; inflation: number; connections: number; widest: Deviation }
  | { code: 'leaning-connections'; connections: number; widest: Deviation }
  | { code: 'partly-pinned'; pure: number; connections: number; widest: Deviation }
  | { code: 'pinned-connections'; connections: number; connectionsToSettle: number | null }
  | { code: 'one-destination'; destination: string; connections: number; connectionsToTell: number }
  | {
      code: 'leak-not-excluded';
      sampled: number;
      missing: number;
      limit: number;
      requestsToSettle: number | null;
    };

/**
 * The reason in a release manager's words, one sentence.
 *
 * @param reason The reason.
 * @returns Text that may contain names from the manifests: escape control characters before printing.
 */
export function reasonText(reason: SplitReason): string {
  switch (reason.code) {
    case 'leak':
      return reason.destination === null
        ? `${answers(reason.answers)} came from workloads that the route does not name`
        : `'${reason.destination}' has weight 0 but gave ${answers(reason.answers)}`;
    case 'split-differs':
      return `the traffic does not follow the weights: ${reason.deviations.map(deviationText).join(', ')}; a right split does that by chance only with p = ${probability(reason.pValue)} (alpha ${reason.alpha})${whatever(reason.missing)}${counted(reason.units)}`;
    case 'error-rate':
      return `${count(reason.errors)} of ${requests(reason.sampled)} failed (${percent(reason.errors / reason.sampled)}), more than the ${percent(reason.limit)} allowed`;
    case 'equivalent':
      return `the traffic follows the weights: every share is within its tolerance, shown at alpha ${reason.alpha}; furthest off, ${deviationText(reason.widest)}${whatever(reason.missing)}${counted(reason.units)}`;
    case 'no-difference':
      return `no difference from the weights was found (p = ${probability(reason.pValue)}, alpha ${reason.alpha}); a deviation of ${points(reason.detectableShare)} would have been`;
    case 'no-leak':
      return `${answers(reason.answers)} and not one from elsewhere: less than ${percent(reason.leakBound)} can be going astray, shown at alpha ${reason.alpha}`;
    case 'no-answers':
      return reason.sampled === 0
        ? 'no request was sent, so there is nothing to judge'
        : `none of ${requests(reason.sampled)} was answered by a known destination, so there is nothing to judge`;
    case 'unattributed-answers':
      return `${answers(reason.unattributed)} of ${requests(reason.sampled)} cannot be put down to a destination, more than the ${percent(reason.limit)} that may be missing: check how a backend is recognised`;
    case 'missing-answers':
      return `the split of the answers would settle it, but ${count(reason.missing)} of ${requests(reason.sampled)} gave no answer that counts, and where they went could change the verdict`;
    case 'too-few-requests':
      return `${requests(reason.sampled)} are not enough to tell (${deviationText(reason.widest)}); a fresh run of about ${count(reason.requestsToSettle)} would settle it (each further attempt adds alpha to the chance that a wrong split passes)`;
    case 'deviation-near-tolerance':
      return `${deviationText(reason.widest)}, just about the tolerance of ${points(reason.widest.tolerance)}: no sensible number of requests settles that; correct the split or choose another tolerance`;
    case 'clustered-draws':
      return reason.connections < 2
        ? 'answers come in clusters, and one connection cannot show how large they are: use more connections'
        : `answers come in clusters by connection (${digits(reason.inflation)} times the variance of independent ones), so ${count(reason.connections)} connections are not enough to tell (${deviationText(reason.widest)}): use more connections`;
    case 'leaning-connections':
      return `${deviationText(reason.widest)}, but if every connection leans to a side of its own, ${count(reason.connections)} connections of a right split could look like this: use more connections`;
    case 'partly-pinned':
      return `${count(reason.pure)} of ${count(reason.connections)} connections saw one destination only, and if some of them are pinned to it, a split that is off by the tolerance could look like this (${deviationText(reason.widest)}): send more requests over fewer connections`;
    case 'pinned-connections':
      return reason.connectionsToSettle === null
        ? `every connection stays with one destination, so ${count(reason.connections)} connections are the sample, and no number of them settles it`
        : `every connection stays with one destination, so ${count(reason.connections)} connections are the sample; about ${count(reason.connectionsToSettle)} would settle it`;
    case 'one-destination':
      return `only '${reason.destination}' answered, and ${reason.connections === 1 ? 'one connection' : `${count(reason.connections)} connections`} cannot tell a wrong split from connections that stay with one destination: ${count(reason.connectionsToTell)} connections of one request each can`;
    case 'leak-not-excluded':
      return reason.requestsToSettle === null
        ? `with ${count(reason.missing)} of ${requests(reason.sampled)} missing, leaks of ${percent(reason.limit)} cannot be excluded by any number of requests`
        : `${requests(reason.sampled)} with ${count(reason.missing)} missing cannot exclude leaks of ${percent(reason.limit)}; a fresh run of ${count(reason.requestsToSettle)} would`;
  }
}

function deviationText({ name, share, expectedShare, tolerance }: Deviation): string {
  return `'${name}' got ${percent(share)} for ${percent(expectedShare)} (tolerance ${points(tolerance)})`;
}

function whatever(missing: number): string {
  return missing === 0 ? '' : `, wherever the ${count(missing)} missing went`;
}

function counted(units: Units): string {
  return units === 'connections'
    ? ', counted by connection, since each stays with one destination'
    : '';
}

function answers(value: number): string {
  return value === 1 ? '1 answer' : `${count(value)} answers`;
}

function requests(value: number): string {
  return value === 1 ? '1 request' : `${count(value)} requests`;
}

function percent(share: number): string {
  return `${digits(share * 100)} %`;
}

function points(share: number): string {
  return `${digits(share * 100)} points`;
}

function digits(value: number): string {
  return String(Number(value.toPrecision(value >= 1 ? 4 : 2)));
}

function probability(p: number): string {
  return p < 1e-300 ? '0' : p.toPrecision(2);
}
