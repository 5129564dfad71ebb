import { chance, count, counted, digits, percent, points, times } from '../../../number-text.js';
import type { Deviation } from '../draws/deviation.js';
import type { RowKind } from '../draws/dependence.js';
import type { Units } from '../draws/draw-model.js';
import { errorText } from '../errors/error-text.js';
import type { SplitReason } from './reasons.js';

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
        ? `${counted(reason.answers, 'answer')} came from workloads that the route does not name`
        : `'${reason.destination}' has weight 0 but gave ${counted(reason.answers, 'answer')}`;
    case 'split-differs':
      return `the traffic does not follow the weights: ${reason.deviations.map(deviationText).join(', ')}; a right split does that by chance only with ${chance(reason.pValue)} (alpha ${digits(reason.alpha)})${wherever(reason.missing)}${byConnection(reason.units)}`;
    case 'error-rate':
    case 'destination-failing':
    case 'error-rate-open':
    case 'errors-uneven':
    case 'errors-unattributed':
    case 'error-rate-not-shown':
      return errorText(reason);
    case 'equivalent':
      return `the traffic follows the weights: every share is within its tolerance, shown at alpha ${digits(reason.alpha)}; furthest off, ${deviationText(reason.widest)}${wherever(reason.missing)}${byConnection(reason.units)}`;
    case 'evidence-for':
      return `the traffic follows the weights: every share is within its tolerance, shown at alpha ${digits(reason.alpha)} whenever it is looked at; furthest off, ${deviationText(reason.widest)}${wherever(reason.missing)}${byConnection(reason.units)}`;
    case 'evidence-against':
      return `the traffic does not follow the weights: ${reason.deviations.map(deviationText).join(', ')}; the evidence against them is ${odds(reason.logEvidence)}, and a right split reaches 1 : ${count(Math.round(1 / reason.alpha))} at any look only with probability ${digits(reason.alpha)}${wherever(reason.missing)}${byConnection(reason.units)}`;
    case 'evidence-open':
      return `after ${counted(reason.sampled, 'request')} there is ${percent(Math.min(1, reason.forWeights))} of the evidence that a pass needs and ${percent(Math.min(1, reason.againstWeights))} of that for a failure (${deviationText(reason.widest)}): more may be added with another run and merge, which is as valid as one long run`;
    case 'no-difference':
      return `no difference from the weights was found (${chance(reason.pValue)}, alpha ${digits(reason.alpha)}); a deviation of ${points(reason.detectableShare)} would have been`;
    case 'no-leak':
      return `${counted(reason.answers, 'answer')} and not one from elsewhere: less than ${percent(reason.leakBound)} can be going astray, shown at alpha ${digits(reason.alpha)}`;
    case 'no-answers':
      return reason.sampled === 0
        ? 'no request was sent, so there is nothing to judge'
        : `none of ${counted(reason.sampled, 'request')} was answered by a known destination, so there is nothing to judge`;
    case 'unsent-requests':
      return `${count(reason.unsent)} of the ${counted(reason.due, 'request')} that were due ${reason.unsent === 1 ? 'was' : 'were'} not sent, and a sample that lacks some passes nothing`;
    case 'unattributed-answers':
      return `${counted(reason.unattributed, 'answer')} of ${counted(reason.sampled, 'request')} cannot be put down to a destination, more than the ${percent(reason.limit)} that may be missing: check how a backend is recognised`;
    case 'missing-answers':
      return `the split of the answers would settle it, but ${count(reason.missing)} of ${counted(reason.sampled, 'request')} gave no answer that counts, and where they went could change the verdict`;
    case 'too-few-requests':
      return `${counted(reason.sampled, 'request')} ${reason.sampled === 1 ? 'is' : 'are'} not enough to tell (${deviationText(reason.widest)}); a fresh run of about ${count(reason.requestsToSettle)} would settle it (each further attempt adds alpha to the chance that a wrong split passes)`;
    case 'deviation-near-tolerance':
      return `${deviationText(reason.widest)}, just about the tolerance of ${points(reason.widest.tolerance)}: no sensible number of requests settles that; correct the split or choose another tolerance`;
    case 'clustered-draws':
    case 'leaning-connections':
    case 'partly-pinned':
    case 'pinned-connections':
    case 'one-destination':
      return reason.of === 'calls' ? callsText(reason) : connectionsText(reason);
    case 'alike-in-time':
      return alikeInTime(reason);
    case 'leak-not-excluded':
      return reason.requestsToSettle === null
        ? `with ${count(reason.missing)} of ${counted(reason.sampled, 'request')} missing, leaks of ${percent(reason.limit)} cannot be excluded by any number of requests`
        : `${counted(reason.sampled, 'request')} with ${count(reason.missing)} missing cannot exclude leaks of ${percent(reason.limit)}; a fresh run of ${count(reason.requestsToSettle)} would`;
  }
}

/** Reasons that are about what draws hang together in. */
type RowReason = Extract<SplitReason, { of: RowKind }>;

function connectionsText(reason: RowReason): string {
  switch (reason.code) {
    case 'clustered-draws':
      return reason.connections < 2
        ? 'answers come in clusters, and one connection cannot show how large they are: use more connections'
        : `answers come in clusters by connection (${times(digits(reason.inflation))} the variance of independent ones), so ${counted(reason.connections, 'connection')} are not enough to tell (${deviationText(reason.widest)}): use more connections`;
    case 'leaning-connections':
      return `${deviationText(reason.widest)}, but if every connection leans to a side of its own, ${counted(reason.connections, 'connection')} of a right split could look like this: use more connections`;
    case 'partly-pinned':
      return `${count(reason.pure)} of ${counted(reason.connections, 'connection')} saw one destination only, and if some of them are pinned to it, a split that is off by the tolerance could look like this (${deviationText(reason.widest)}): send more requests over fewer connections`;
    case 'pinned-connections':
      return reason.connectionsToSettle === null
        ? `every connection stays with one destination, so the sample is ${counted(reason.connections, 'connection')}, and no number of them settles it`
        : `every connection stays with one destination, so the sample is ${counted(reason.connections, 'connection')}; about ${count(reason.connectionsToSettle)} would settle it`;
    case 'one-destination':
      return `only '${reason.destination}' answered, and ${counted(reason.connections, 'connection')} cannot tell a wrong split from connections that stay with one destination: ${counted(reason.connectionsToTell, 'connection')} of one request each can`;
  }
}

/** Of calls each of which makes several requests. */
function callsText(reason: RowReason): string {
  const calls = counted(reason.connections, 'call');
  switch (reason.code) {
    case 'clustered-draws':
      return `the requests of a call hang together (${times(digits(reason.inflation))} the variance of independent ones), so ${calls} ${reason.connections === 1 ? 'is' : 'are'} not enough to tell (${deviationText(reason.widest)}): send more calls (-n), with a smaller count each`;
    case 'leaning-connections':
      return `${deviationText(reason.widest)}, but if every call leans to a side of its own, ${calls} of a right split could look like this: send more calls (-n)`;
    case 'partly-pinned':
      return `${count(reason.pure)} of ${calls} saw one destination only, and if all requests of some of them stay with it, a split that is off by the tolerance could look like this (${deviationText(reason.widest)}): send more calls (-n)`;
    case 'pinned-connections':
      return reason.connectionsToSettle === null
        ? `all requests of a call stay with one destination, so the sample is ${calls}, and no number of them settles it`
        : `all requests of a call stay with one destination, so the sample is ${calls}; about ${count(reason.connectionsToSettle)} (-n) would settle it`;
    case 'one-destination':
      return `only '${reason.destination}' answered, and ${calls} cannot tell a wrong split from calls whose requests stay with one destination: ${counted(reason.connectionsToTell, 'call')} (-n) can`;
  }
}

function alikeInTime({
  inflation,
  blocks,
  blockMs,
  neighbourZ,
}: Extract<SplitReason, { code: 'alike-in-time' }>): string {
  const when = blockMs === null ? 'sent after one another' : `of the same ${duration(blockMs)}`;
  const alike =
    neighbourZ === null
      ? ''
      : `, and neighbours are alike ${neighbourZ.toFixed(1)} standard deviations more often than by chance`;
  return `answers ${when} hang together: X²/df ${inflation.toFixed(1)} over ${counted(blocks, 'block')}${alike}; so many requests do not settle the split: see what changes with time, or spread the run over more of it`;
}

function duration(ms: number): string {
  return ms < 1000 ? `${digits(ms)} ms` : `${digits(ms / 1000)} s`;
}

function deviationText({ name, share, expectedShare, tolerance }: Deviation): string {
  return `'${name}' got ${percent(share)} for ${percent(expectedShare)} (tolerance ${points(tolerance)})`;
}

/** A Bayes factor as odds. @param log Its natural logarithm. */
function odds(log: number): string {
  const power = Math.floor(log / Math.LN10);
  return power < 7 ? `${count(Math.round(Math.exp(log)))} : 1` : `above 10^${power} : 1`;
}

function wherever(missing: number): string {
  return missing === 0 ? '' : `, wherever the ${count(missing)} missing went`;
}

function byConnection(units: Units): string {
  return units === 'requests'
    ? ''
    : `, counted by ${units === 'calls' ? 'call' : 'connection'}, since each stays with one destination`;
}
