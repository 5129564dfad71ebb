import type { Counted } from '../count/counted.js';
import { mergeCounts } from '../count/merge-counts.js';
import { readClientLimits } from '../inputs/client-limits.js';
import type { LoadPlan } from '../load/plan.js';
import { conclude } from '../record/conclude.js';
import { recordOf } from '../record/record-of.js';
import type { RunRecord } from '../record/run-record.js';
import type { Scenario } from '../scenario/scenario.js';
import { withoutChangedAddresses } from './address-changes.js';
import { admissionTo } from './admission.js';
import { ask, type PreparedRun } from './ask.js';
import { withAnsweringImages } from './answering-images.js';
import { clientNeeds, requireOwnMeans, requireRoom } from './client-needs.js';
import type { RunOptions } from './options.js';
import { paceNote } from './gentleness.js';
import { overReplicas } from './replicas.js';
import { samplePlan } from './sample.js';
import { nothingOf, type ReachedTarget, reachTarget } from './target.js';
import type { WatchedProxies } from './watched-proxies.js';
import type { ControlPlane } from './xds/control-plane.js';
import { withoutSecrets } from './without-secrets.js';

/** Loads a target that is there. @param plan The load of the sample. */
export type LoadSteps = (
  run: PreparedRun,
  target: ReachedTarget,
  plan: LoadPlan,
) => Promise<Counted>;

/**
 * What every run does around its load: asks before it, and concludes after it.
 *
 * @throws InputError when the scenario or something it names is wrong; nothing was sent then.
 */
export function recordRun(
  given: Scenario,
  options: RunOptions,
  load: LoadSteps,
): Promise<RunRecord> {
  return withoutSecrets(given.secrets, async () => {
    options.onProgress?.({ phase: 'preparing' });
    const run = await ask(given, options);
    const { replicas } = run;
    const scenario = replicas === null ? given : overReplicas(given, replicas.length);
    let { asked } = run;
    const proxies = await watchedProxies(scenario, run, options);
    const control = await controlPlane(scenario, run, options);
    const loaded = await besideLog(scenario, run, options, async (logged) => {
      const limits = await readClientLimits();
      const { httpVersion } = scenario.load;
      // What is negotiated may take less.
      if (httpVersion !== 'negotiated') {
        requireRoom(clientNeeds(scenario, httpVersion, run.requests, Infinity), limits);
      }
      options.onProgress?.({ phase: 'connecting', connections: null });
      const target = await reachTarget(
        scenario,
        run.calls.map((call) => call.loaded),
        admissionTo(scenario, run.requests),
        options,
        control,
        replicas,
      );
      if (!target.isThere) {
        requireOwnMeans(target.found.unreachable);
        return target.found;
      }
      if (run.contractMissing !== null) throw run.contractMissing;
      requireRoom(
        clientNeeds(scenario, target.httpVersion, run.requests, target.addresses),
        limits,
      );
      const plan = samplePlan(scenario, run, target);
      const { atMostPerSecond } = plan;
      const isPaced = plan.requestsPerSecond === null;
      asked = {
        ...asked,
        load: { ...asked.load, atMostPerSecond: isPaced ? atMostPerSecond : null },
      };
      // What judging takes is loaded as it is used: now, for a load may leave no descriptor to open files.
      await conclude(asked, nothingOf(run.calls.map(({ loaded }) => loaded)));
      const note = isPaced ? paceNote(scenario, plan, run.requests) : null;
      if (note !== null) options.onNote?.(note);
      const leaves = await leavesOf(run, target);
      const counted = await load(run, logged(target), plan);
      return mergeCounts(
        leaves === null ? target.found : mergeCounts(target.found, leaves),
        counted,
      );
    }).finally(() => control?.close());
    options.onProgress?.({ phase: 'concluding' });
    if (control !== null) asked = control.asked(asked, loaded.span);
    const counted = {
      ...loaded,
      ...(proxies === null ? {} : { proxies: await proxies.readAgain() }),
      ...(control === null ? {} : { controlPlanes: [control.seen(loaded)] }),
    };
    const outcome = await withoutChangedAddresses(scenario, { ...run, asked }, counted, options);
    const answered = withAnsweringImages(outcome.asked, outcome.counted, run.images);
    return recordOf(answered, outcome.counted, await conclude(answered, outcome.counted));
  });
}

/** What browsers would be answered, where a page makes a call; null where none does. */
async function leavesOf(run: PreparedRun, target: ReachedTarget): Promise<Counted | null> {
  if (run.calls.every(({ asked }) => asked.page === undefined)) return null;
  const { pageLeaves } = await import('./page-leaves.js');
  return await pageLeaves(run, target);
}

async function watchedProxies(
  { programmed }: Scenario,
  { places }: PreparedRun,
  options: RunOptions,
): Promise<WatchedProxies | null> {
  if (programmed?.kind !== 'envoy-admin') return null;
  const { watchProxies } = await import('./watched-proxies.js');
  return await watchProxies(programmed.urls, places, options);
}

async function controlPlane(
  scenario: Scenario,
  run: PreparedRun,
  options: RunOptions,
): Promise<ControlPlane | null> {
  if (scenario.xds === null) return null;
  const { openControlPlane } = await import('./xds/control-plane.js');
  const { namespace } = run;
  return await openControlPlane({ ...scenario, namespace }, scenario.xds, run, options);
}

/** Does something while the access log is read, where a call goes by one. */
async function besideLog(
  scenario: Scenario,
  run: PreparedRun,
  options: RunOptions,
  action: (logged: (target: ReachedTarget) => ReachedTarget) => Promise<Counted>,
): Promise<Counted> {
  const isLogged = run.calls.some(
    ({ loaded }) => loaded.counting.answers.identity.source.kind === 'access-log',
  );
  if (!isLogged && scenario.accessLogFormat === null) return await action((target) => target);
  // Loaded where there is a log, with what knows the names of clusters.
  const { besideAccessLog } = await import('./access-log/beside-access-log.js');
  return await besideAccessLog(scenario, run, options, action);
}
