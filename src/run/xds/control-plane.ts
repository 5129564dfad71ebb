import { setTimeout as sleep } from 'node:timers/promises';
import type { ControlPlaneCounts } from '../../count/control-plane.js';
import type { Counted, Span, UnreachableAddress } from '../../count/counted.js';
import { InputError } from '../../input-error.js';
import { readBootstrap, type XdsBootstrap } from '../../inputs/xds/bootstrap.js';
import { libraryCheck, requireXdsLibrary, type ResourceCheck } from '../../inputs/xds/library.js';
import { describeResource } from '../../inputs/xds/resource-kinds.js';
import { XdsClient, type XdsConfig, type XdsLack } from '../../inputs/xds/xds-client.js';
import type { XdsTransportSpec } from '../../load/transport/transport.js';
import type { Asked, ProgrammedRecord } from '../../record/asked.js';
import { isAllowed } from '../../scenario/allowed-targets.js';
import type { Scenario } from '../../scenario/scenario.js';
import { formatTarget, hostPort } from '../../scenario/target.js';
import type { XdsSettings } from '../../scenario/xds-settings.js';
import type { PreparedRun } from '../ask.js';
import type { RunOptions } from '../options.js';
import type { ToldTarget } from '../target.js';
import { runUserAgent } from '../user-agent.js';
import { lackText } from './lack-text.js';
import { findNotTold, sharesOf, toldConfig, toldSplit } from './told-split.js';

/** For the first configuration, so that what is missing is said within 5 s; the library waits for 15 s, and says less. */
const MOST_WAIT_MS = 4000;
const LOOK_MS = 10;

/** ms since 1970 by a clock that nobody sets during the run. */
function nowMs(): number {
  return Math.round(performance.timeOrigin + performance.now());
}

/** What such an address of a target is called. */
const KINDS = {
  'control-plane': 'control-plane',
  missing: 'xds-missing',
  'virtual-host': 'xds-missing',
  endpoints: 'xds-missing',
  refused: 'xds-refused',
} as const;

/** How each call was split from a moment on. */
interface Told {
  /** ms since 1970. */
  atMs: number;
  /** By call; null where it has no split that can be told. */
  splits: readonly (ProgrammedRecord | null)[];
}

/** What a client without a proxy is told, beside the library that makes the calls by it. */
export class ControlPlane implements ToldTarget {
  readonly spec: XdsTransportSpec | null;
  readonly problem: UnreachableAddress | null;
  readonly #watch: Watch;
  readonly #run: PreparedRun;

  constructor({ spec, problem }: ToldTarget, watch: Watch, run: PreparedRun) {
    this.spec = spec;
    this.problem = problem;
    this.#watch = watch;
    this.#run = run;
  }

  /** What was asked, with what the control plane told when the sample began. */
  asked(asked: Asked, span: Span | null): Asked {
    const { splits } = this.#watch.toldAt(span?.startMs ?? Infinity);
    return {
      ...asked,
      calls: asked.calls.map((call, index) => {
        const told = splits[index] ?? null;
        if (told === null) return call;
        const findings = asked.command === 'verify' ? findNotTold(told) : [];
        return { ...call, programmed: told, findings: [...findings, ...call.findings] };
      }),
    };
  }

  /** What it did while the sample was taken. */
  seen({ span }: Counted): ControlPlaneCounts {
    return this.#watch.during(span, this.#run.calls.length);
  }

  close(): void {
    this.#watch.client.close();
  }
}

/**
 * Asks the control plane of an `xds:///` target for its configuration, and goes on listening to it.
 *
 * @returns Once it is whole, or cannot be used, or was waited for long enough: 4 s, or the connect timeout.
 * @throws InputError when the library is not installed, or the bootstrap cannot be used.
 */
export async function openControlPlane(
  scenario: Scenario,
  settings: XdsSettings,
  run: PreparedRun,
  options: RunOptions,
): Promise<ControlPlane> {
  const { signal } = options;
  const { target, connectTimeoutMs } = scenario;
  if (target.kind !== 'xds') throw new RangeError('a target without a control plane');
  requireXdsLibrary();
  const bootstrap = await readBootstrap(settings, clientOf(scenario), process.env, options);
  requireAllowed(bootstrap, scenario);
  const check = await checkOf(bootstrap);
  const service = hostPort(target);
  const authority = run.calls[0]?.loaded.request.authority ?? service;
  const waitMs = Math.min(connectTimeoutMs, MOST_WAIT_MS);
  const watch = new Watch(scenario, run, bootstrap, {
    service,
    authority,
    check,
    connectTimeoutMs: waitMs,
  });
  const config = await watch.first(waitMs, signal);
  if (config.lack !== null) {
    const message = lackText(config, bootstrap.server, waitMs);
    const problem = { address: formatTarget(target), kind: KINDS[config.lack], message };
    return new ControlPlane({ spec: null, problem }, watch, run);
  }
  const spec: XdsTransportSpec = {
    kind: 'xds',
    engine: 'grpc-js',
    service,
    bootstrap: bootstrap.text,
    pods: config.endpoints,
    retries: settings.retries,
    connectTimeoutMs,
    httpVersion: '2',
  };
  return new ControlPlane({ spec, problem: null }, watch, run);
}

/**
 * A control plane is connected to as well.
 *
 * @throws InputError when it is none of the allowed targets.
 */
function requireAllowed(
  { endpoint, server }: XdsBootstrap,
  { limits: { allowedTargets } }: Scenario,
): void {
  for (const allowed of allowedTargets) {
    if (isAllowed(allowed, endpoint, [endpoint])) continue;
    throw new InputError(
      `the control plane ${server} is none of those that may be connected to: ${allowed.patterns.join(', ')}`,
      allowed.place,
    );
  }
}

function clientOf({ namespace, calls }: Scenario): Parameters<typeof readBootstrap>[1] {
  const source = calls
    .flatMap((call) => call.source ?? [])
    .find(({ kind }) => kind === 'manifests');
  const labels = source?.kind === 'manifests' ? source.clientLabels : undefined;
  return { namespace, labels };
}

async function checkOf({ text }: XdsBootstrap): Promise<ResourceCheck> {
  try {
    return await libraryCheck(text);
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    throw new InputError(`@grpc/grpc-js-xds cannot use the bootstrap: ${words}`, {
      path: 'GRPC_XDS_BOOTSTRAP',
    });
  }
}

/** Listens to a control plane, and keeps what it told when. */
class Watch {
  readonly client: XdsClient;
  readonly #scenario: Scenario;
  readonly #run: PreparedRun;
  readonly #server: string;
  readonly #told: Told[] = [];
  readonly #losses: ControlPlaneCounts['losses'] = [];
  readonly #unusable: ControlPlaneCounts['unusable'] = [];
  #hasBegun = false;
  /** What it lacks now, as a text that two of a kind share; null: nothing. */
  #lack: string | null = null;

  constructor(
    scenario: Scenario,
    run: PreparedRun,
    bootstrap: XdsBootstrap,
    options: Pick<
      ConstructorParameters<typeof XdsClient>[0],
      'service' | 'authority' | 'check' | 'connectTimeoutMs'
    >,
  ) {
    this.#scenario = scenario;
    this.#run = run;
    this.#server = bootstrap.server;
    const userAgent = runUserAgent({ runId: run.asked.runId, part: '/xds' }, scenario.userAgent);
    this.client = new XdsClient(
      { ...options, bootstrap, userAgent },
      {
        onChange: () => {
          if (this.#hasBegun) this.#look();
        },
        onRefused: (kind, name, why) => {
          if (!this.#hasBegun) return;
          this.#unusable.push({ atMs: nowMs(), what: describeResource(kind, name), why });
        },
        onLost: (why) => {
          this.#losses.push({ fromMs: nowMs(), untilMs: null, why });
        },
        onBack: () => {
          const last = this.#losses.at(-1);
          if (last !== undefined) last.untilMs = nowMs();
        },
      },
    );
  }

  /** Waits for the first configuration: what is refused does not come by waiting. */
  async first(waitMs: number, signal: AbortSignal | undefined): Promise<XdsConfig | XdsLack> {
    const untilMs = performance.now() + waitMs;
    let config = this.client.config();
    while (config.lack !== null && signal?.aborted !== true) {
      if (config.lack === 'refused' || (config.lack === 'control-plane' && config.hasFailed)) break;
      if (performance.now() >= untilMs) return config;
      await sleep(LOOK_MS);
      config = this.client.config();
    }
    this.#hasBegun = config.lack === null;
    if (this.#hasBegun) this.#look();
    return config;
  }

  /** What was told at a moment. @param atMs Since 1970. */
  toldAt(atMs: number): Told {
    const before = this.#told.filter((told) => told.atMs <= atMs);
    return before.at(-1) ?? this.#told[0] ?? { atMs, splits: [] };
  }

  /** @param calls How many there are. */
  during(span: Span | null, calls: number): ControlPlaneCounts {
    const { startMs, endMs } = span ?? { startMs: Infinity, endMs: -Infinity };
    const isWithin = (atMs: number): boolean => atMs > startMs && atMs <= endMs;
    const changes: ControlPlaneCounts['changes'] = [];
    for (let call = 0; call < calls; call += 1) {
      let before = this.toldAt(startMs).splits[call] ?? null;
      for (const { atMs, splits } of this.#told) {
        const after = splits[call] ?? null;
        if (!isWithin(atMs) || before === null || after === null) continue;
        const shares = { before: sharesOf(before), after: sharesOf(after) };
        if (JSON.stringify(shares.before) !== JSON.stringify(shares.after)) {
          changes.push({ call, atMs, ...shares });
        }
        before = after;
      }
    }
    return {
      server: this.#server,
      changes,
      losses: this.#losses.filter(
        ({ fromMs, untilMs }) => fromMs <= endMs && (untilMs ?? Infinity) > startMs,
      ),
      unusable: this.#unusable.filter(({ atMs }) => isWithin(atMs)),
    };
  }

  #look(): void {
    const config = this.client.config();
    const atMs = nowMs();
    if (config.lack !== null) {
      // What was refused has been told, and what went away with the control plane is.
      const text = lackText(config, this.#server, 0);
      const isNews = config.lack !== 'refused' && config.lack !== 'control-plane';
      if (isNews && this.#lack !== text) {
        this.#unusable.push({ atMs, what: 'what it had told is taken back', why: text });
      }
      this.#lack = text;
      return;
    }
    this.#lack = null;
    try {
      const told = toldConfig(config, this.#server);
      this.#told.push({
        atMs,
        splits: this.#run.calls.map((call) => toldSplit(this.#scenario, call, told)),
      });
    } catch (error) {
      // Routes that this tool cannot read are no reason not to call by them.
      if (!(error instanceof InputError)) throw error;
      this.#unusable.push({ atMs, what: 'its routes cannot be compared', why: error.problem });
    }
  }
}
