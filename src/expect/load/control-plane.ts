import type { ControlPlaneCounts, ToldShares } from '../../count/control-plane.js';
import type { Counted } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted as countedText, percent, seconds } from '../../number-text.js';
import type { Reason } from '../expectation.js';
import { found } from '../found.js';

type Seen = Pick<Counted, 'controlPlanes' | 'span' | 'calls'>;

/** Of the finding and of the reason; a change that the counts show has the same. */
const CHANGED = 'weights-changed-during-run';

/** Why a run during which a control plane changed the split proves none; null where none did. */
export function controlPlaneReason({ controlPlanes = [], span }: Seen): Reason | null {
  const [first] = controlPlanes.flatMap(({ changes }) => changes).sort((a, b) => a.atMs - b.atMs);
  if (first === undefined) return null;
  return {
    code: CHANGED,
    text: `the control plane changed the weights ${since(first.atMs, span)} into the sample: what changes during a run is not the split that was asked for`,
  };
}

/**
 * What a control plane did while it configured the clients that made the calls.
 *
 * @param labels What calls are called, by number; null where there is one alone.
 */
export function controlPlaneFindings(seen: Seen, labels: readonly (string | null)[]): Finding[] {
  const { controlPlanes = [] } = seen;
  return controlPlanes.flatMap((plane) => [
    ...plane.changes.map((change) => ({
      ...changed(plane.server, change, seen.span),
      call: labels[change.call] ?? null,
    })),
    ...plane.losses.map((loss) => lost(plane.server, loss, seen)),
    ...plane.unusable.map((one) => unusable(plane.server, one, seen.span)),
  ]);
}

function changed(
  server: string,
  { atMs, before, after }: ControlPlaneCounts['changes'][number],
  span: Seen['span'],
): Finding {
  return found('proxy', {
    code: CHANGED,
    severity: 'error',
    summary: `the control plane changed the split ${since(atMs, span)} into the sample`,
    evidence: `${server} told ${sharesText(before)} until ${clock(atMs)}, and ${sharesText(after)} from then on`,
    advice:
      'Look who changed the VirtualService or the DestinationRule then, and run again when it has ended. The sample is not cut at the change to get a pass.',
  });
}

function lost(
  server: string,
  { fromMs, untilMs, why }: ControlPlaneCounts['losses'][number],
  { span, calls }: Seen,
): Finding {
  const sent = calls.reduce((sum, call) => sum + call.sent, 0);
  const ok = calls.reduce((sum, { ends }) => sum + ends.ok, 0);
  const isBefore = span !== null && fromMs < span.startMs;
  const when = isBefore ? 'before the sample' : `${since(fromMs, span)} into the sample`;
  const end =
    untilMs === null
      ? 'and did not come back'
      : `for ${seconds((untilMs - fromMs) / 1000)}, and came back at ${clock(untilMs)}`;
  return found('proxy', {
    code: 'control-plane-lost',
    severity: 'warning',
    summary: `the control plane ${server} went away ${when} ${end}: calls went on by what it had told before`,
    evidence: `${why}; ${count(ok)} of ${countedText(sent, 'call')} of the sample were OK`,
    advice:
      'Clients do not hear of new pods and routes meanwhile: look at its pods (istiod, or the agent beside the application).',
  });
}

function unusable(
  server: string,
  { atMs, what, why }: ControlPlaneCounts['unusable'][number],
  span: Seen['span'],
): Finding {
  return found('proxy', {
    code: 'xds-resource-refused',
    severity: 'warning',
    summary: `clients cannot use what the control plane told ${since(atMs, span)} into the sample, and go on by what they had`,
    evidence: `${server}, ${what}: ${why}`,
    advice: 'Look at what was applied then; clients that start now have nothing to go on by.',
  });
}

function since(atMs: number, span: Seen['span']): string {
  return seconds(Math.max(0, atMs - (span?.startMs ?? atMs)) / 1000);
}

/** UTC, as logs of control planes have it. */
function clock(atMs: number): string {
  return new Date(atMs).toISOString();
}

function sharesText(shares: ToldShares): string {
  return shares.length === 0
    ? 'no route'
    : shares.map(({ name, share }) => `${name} ${percent(share)}`).join(', ');
}
