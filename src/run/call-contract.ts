import type { FileRegistry } from '@bufbuild/protobuf';
import { InputError } from '../input-error.js';
import type { MethodCall } from '../scenario/call.js';
import { type ContractSources, isDescribedByFiles } from '../scenario/contract-sources.js';
import type { Scenario } from '../scenario/scenario.js';
import { formatTarget } from '../scenario/target.js';
import { askTarget, type Asker } from './ask-target.js';

/** Where the contract of a call was found; `missing`: its target alone was to be asked, and cannot be reached. */
export type CallContract =
  | { kind: 'files'; contract: FileRegistry }
  | { kind: 'reflected'; contract: FileRegistry }
  | { kind: 'missing'; problem: InputError };

/** What to do where there is no contract. */
const INSTEAD = 'give it with --proto FILE or --protoset FILE';

/**
 * Finds the contracts of the calls of a scenario: in their files, else among the built-in ones, else by
 * asking the target. Each is read once.
 *
 * @param userAgent Of what asks the target.
 * @param signal Gives up when it aborts.
 * @returns Throws an InputError where there is none, or it cannot be read.
 */
export function contractFinder(
  scenario: Scenario,
  userAgent: string,
  signal: AbortSignal | undefined,
): (call: MethodCall) => Promise<CallContract> {
  const files = remembered((sources: ContractSources) => contractInFiles(sources, signal));
  const reflected = remembered(
    async ({ service, call }: { service: string; call: Asker['call'] }) =>
      await askTarget(
        scenario,
        { call, userAgent },
        (reflection) => reflection.filesOf([service]),
        // What there is to say of the connection is said when it is loaded.
        signal === undefined ? {} : { signal },
      ),
  );
  return async (call) => {
    const { findMethod, knownOf, meantBy, serviceOfName, servicesOf } =
      await import('../call/grpc/method.js');
    const { nearestFirst } = await import('../call/nearest-first.js');
    const service = serviceOfName(call.method);
    const given = call.contract.reflect ? null : await files(call.contract);
    const known = given === null ? 'nothing' : knownOf(given, call.method);
    if (given !== null && known === 'method') return { kind: 'files', contract: given };
    if (scenario.target.kind === 'xds') {
      if (given !== null && known === 'service') findMethod(given, call.method);
      throw missing(`an xds:/// target is not asked what describes its calls: ${INSTEAD}`);
    }
    const { authority, metadata, reflectionMetadata = metadata } = call;
    const answer = await reflected({ service, call: { authority, metadata: reflectionMetadata } });
    if (answer.kind === 'answered') return { kind: 'reflected', contract: answer.value };
    // Where files know the service, its method is misspelt more often than the files are old.
    if (given !== null && known === 'service') findMethod(given, call.method);
    const target = formatTarget(scenario.target);
    const problem =
      answer.kind === 'refused'
        ? answer.problem
        : `${target} could not be asked (${answer.problem})`;
    if (given !== null) {
      const where = isDescribedByFiles(call.contract)
        ? 'the given files'
        : 'the built-in contracts';
      const meant = meantBy(given, call.method);
      const others = nearestFirst(service, servicesOf(given));
      const otherwise = `${problem}: ${INSTEAD}`;
      throw missing(
        meant === ''
          ? `${where} have no service ${service}, but ${others}; ${otherwise}`
          : `${where} have no service ${service}${meant} Otherwise: ${otherwise}`,
      );
    }
    if (answer.kind === 'refused') throw missing(`${problem}: ${INSTEAD}`);
    return { kind: 'missing', problem: missing(`${problem}: ${INSTEAD}`) };
  };
}

function missing(problem: string): InputError {
  return new InputError(problem, { path: '--call' });
}

async function contractInFiles(
  sources: ContractSources,
  signal: AbortSignal | undefined,
): Promise<FileRegistry> {
  const { loadContract } = await import('../inputs/contract.js');
  return await loadContract(sources, signal);
}

/** Does what takes its time once for the same question. */
function remembered<Q, T>(find: (question: Q) => Promise<T>): (question: Q) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (question) => {
    const key = JSON.stringify(question);
    const found = known.get(key) ?? find(question);
    known.set(key, found);
    return found;
  };
}
