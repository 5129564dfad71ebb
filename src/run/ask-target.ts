import { InputError } from '../input-error.js';
import type { Reflection, ReflectionError } from '../inputs/reflection/reflection.js';
import { reachSockets } from '../load/transport/reach.js';
import type { MethodCall } from '../scenario/call.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatTarget } from '../scenario/target.js';
import { allowedTo } from './admission.js';
import { authorityOf } from './authority.js';
import { requireOwnMeans } from './client-needs.js';
import type { RunOptions } from './options.js';
import { transportSpec } from './target.js';

/** What came of asking a target what it serves. */
export type TargetAnswer<T> =
  | { kind: 'answered'; value: T }
  /** It cannot be connected to; why, in words. */
  | { kind: 'unreachable'; problem: string }
  /** It was asked and has no answer; why, in words, its name included. */
  | { kind: 'refused'; problem: string };

/** In whose name a target is asked. */
export interface Asker {
  call: Pick<MethodCall, 'authority' | 'metadata' | 'reflectionMetadata'>;
  userAgent: string;
}

/**
 * Asks a target what it serves, by server reflection, as its calls are made: with the same authority and
 * TLS, and metadata of its own. One of its addresses is asked. No sample has any part in it.
 *
 * @param ask What is asked.
 * @param options Gives up when the signal aborts; told what a person should know.
 * @throws InputError when a certificate cannot be used, the target must not be connected to, or it is
 *   interrupted.
 */
export async function askTarget<T>(
  scenario: Scenario,
  { call, userAgent }: Asker,
  ask: (reflection: Reflection) => Promise<T>,
  { signal = new AbortController().signal, onNote }: Pick<RunOptions, 'signal' | 'onNote'>,
): Promise<TargetAnswer<T>> {
  const { target, connectTimeoutMs, load } = scenario;
  const spec = await transportSpec(scenario, onNote, signal);
  const reach = await reachSockets({ ...spec, httpVersion: '2' }, signal, allowedTo(scenario));
  requireOwnMeans(reach.unreachable);
  const [endpoint] = reach.addresses;
  requireTime(signal);
  if (endpoint === undefined) {
    const problems = reach.unreachable.map(({ message }) => message);
    return { kind: 'unreachable', problem: problems.join('; ') };
  }
  const scheme = spec.tls === null ? 'http' : 'https';
  const { Reflection: reflection, ReflectionError: Refusal } =
    await import('../inputs/reflection/reflection.js');
  try {
    const value = await reflection.of(
      {
        endpoint,
        tls: spec.tls,
        authority: call.authority ?? authorityOf(target, 'grpc', scheme),
        scheme,
        metadata: [['user-agent', userAgent], ...(call.reflectionMetadata ?? call.metadata)],
        connectTimeoutMs,
        timeoutMs: load.timeoutMs,
      },
      signal,
      ask,
    );
    return { kind: 'answered', value };
  } catch (error) {
    requireTime(signal);
    if (!(error instanceof Refusal)) throw error;
    const { kind, message }: ReflectionError = error;
    const problem = kind === 'unreachable' ? message : `${formatTarget(target)} ${message}`;
    return { kind: kind === 'silent' ? 'unreachable' : kind, problem };
  }
}

function requireTime({ aborted }: AbortSignal): void {
  if (aborted)
    throw new InputError(
      'interrupted before it had said what it serves',
      { path: 'TARGET' },
      'ABORT_ERR',
    );
}
