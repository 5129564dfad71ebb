import type { FileRegistry } from '@bufbuild/protobuf';
import { InputError } from '../input-error.js';
import type { Scenario } from '../scenario/scenario.js';
import type { ServerQuestion } from '../scenario/server-question.js';
import { NO_SECRETS } from '../secrets.js';
import { askTarget } from './ask-target.js';
import type { RunOptions } from './options.js';
import { newRunId } from './run-id.js';
import { runUserAgent } from './user-agent.js';
import { withoutSecrets } from './without-secrets.js';

/** Lines to be shown; or the target cannot be asked: why, in words. */
export type ServedLines =
  { kind: 'lines'; lines: string[] } | { kind: 'unreachable'; problem: string };

type ServedOptions = Pick<RunOptions, 'signal' | 'onNote'>;

/** What there is to be asked. */
interface Served {
  services(): Promise<string[]>;
  /** @param names Full names of services or types. */
  contractOf(names: readonly string[]): Promise<FileRegistry>;
}

/**
 * The services that are served; of one service its methods, by their full names.
 *
 * @param service As users write it; null: all are listed.
 * @param options Gives up when the signal aborts; told what a person should know.
 * @throws InputError when it is not served, or nobody says what is.
 */
export function listServed(
  question: ServerQuestion,
  service: string | null,
  options: ServedOptions,
): Promise<ServedLines> {
  return asked(question, options, async (served) => {
    if (service === null) return await served.services();
    const { findSymbol, symbolName } = await import('../call/grpc/symbol.js');
    const name = symbolName(service);
    const found = findSymbol(await served.contractOf([name]), name);
    if (found === undefined) throw notServed(name, await served.services());
    if (found.kind !== 'service') {
      throw new InputError(
        `${name} is no service: services have methods that can be listed, and describe shows it`,
        { path: 'SERVICE' },
      );
    }
    return found.methods.map((method) => `${name}.${method.name}`).sort();
  });
}

/**
 * Something that is served, in protobuf's language, as grpcurl shows it.
 *
 * @param symbol A service, method, message or enum as users write it; null: all services.
 * @param options Gives up when the signal aborts; told what a person should know.
 * @throws InputError when it is not served, or nobody says what is.
 */
export function describeServed(
  question: ServerQuestion,
  symbol: string | null,
  options: ServedOptions,
): Promise<ServedLines> {
  return asked(question, options, async (served) => {
    const { findSymbol, symbolName } = await import('../call/grpc/symbol.js');
    const names = symbol === null ? await served.services() : [symbolName(symbol)];
    if (names.length === 0) return [];
    const contract = await served.contractOf(names);
    const { describedSymbol } = await import('../call/grpc/proto-text.js');
    const lines: string[] = [];
    for (const name of names) {
      const found = findSymbol(contract, name);
      if (found === undefined) throw notServed(name, await served.services());
      lines.push(...describedSymbol(found));
    }
    return lines;
  });
}

async function asked(
  question: ServerQuestion,
  options: ServedOptions,
  ask: (served: Served) => Promise<string[]>,
): Promise<ServedLines> {
  if (question.kind === 'target') {
    const { scenario } = question;
    return await withoutSecrets(scenario.secrets, () => askedOf(scenario, ask, options));
  }
  return await withoutSecrets(NO_SECRETS, async () => {
    const { loadContract } = await import('../inputs/contract.js');
    const contract = await loadContract(question.sources, options.signal);
    const { servicesOf } = await import('../call/grpc/method.js');
    const lines = await ask({
      services: () => Promise.resolve(servicesOf(contract).sort()),
      contractOf: () => Promise.resolve(contract),
    });
    return { kind: 'lines', lines };
  });
}

async function askedOf(
  scenario: Scenario,
  ask: (served: Served) => Promise<string[]>,
  options: ServedOptions,
): Promise<ServedLines> {
  const [only] = scenario.calls;
  if (only?.call.kind !== 'grpc') throw new RangeError('a target is asked by gRPC');
  const { call } = only;
  const userAgent = runUserAgent({ runId: newRunId(), part: '/reflection' }, scenario.userAgent);
  const answer = await askTarget(
    scenario,
    { call, userAgent },
    (reflection) =>
      ask({
        services: () => reflection.services(),
        contractOf: (names) => reflection.filesOf(names),
      }),
    options,
  );
  switch (answer.kind) {
    case 'answered':
      return { kind: 'lines', lines: answer.value };
    case 'unreachable':
      return answer;
    case 'refused':
      throw new InputError(`${answer.problem}: give the contract with --proto or --protoset`, {
        path: 'TARGET',
      });
  }
}

function notServed(name: string, services: readonly string[]): InputError {
  const known = services.join(', ') || 'none';
  return new InputError(`there is no ${name}; the services are: ${known}`, { path: 'SYMBOL' });
}
