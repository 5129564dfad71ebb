import type { DescMessage, JsonValue } from '@bufbuild/protobuf';
import { InputError } from '../input-error.js';
import type { PreparedCall } from '../load/transport/caller.js';
import {
  defaultIdentitySource,
  type IdentitySource,
  parseIdentitySource,
} from '../call/identity.js';
import { loadContract } from '../inputs/contract.js';
import { encodeMessage } from '../call/grpc/message.js';
import { findMethod, pathOf } from '../call/grpc/method.js';
import { inCall } from '../scenario/call-list.js';
import type { BenchCall, BenchScenario } from '../scenario/scenario.js';
import { formatTarget } from '../scenario/target.js';

/** A call of a scenario: what is sent, and how its answers are read. */
export interface ScenarioCall {
  /** `pkg.Service/Method`. */
  name: string;
  prepared: PreparedCall;
  replyType: DescMessage;
  identity: IdentitySource;
}

/**
 * Looks the methods of a scenario up in their contracts and encodes the requests, once.
 *
 * @throws InputError when a contract, a method, the data or an identity is wrong.
 */
export function scenarioCalls<C extends BenchCall>(
  scenario: Omit<BenchScenario, 'calls'>,
  calls: readonly C[],
): (Omit<C, 'call'> & { call: ScenarioCall })[] {
  return calls.map((own, index) => ({
    ...own,
    call: inCall(calls, index, () => scenarioCall(scenario, own)),
  }));
}

function scenarioCall(
  { target, load, security }: Omit<BenchScenario, 'calls'>,
  { call, expectation }: BenchCall,
): ScenarioCall {
  const contract = loadContract(call);
  const method = findMethod(contract, call.method);
  const path = pathOf(method);
  if (method.methodKind !== 'unary') {
    throw new InputError(`${path} is a streaming method; only unary methods can be called yet`, {
      path: '--call',
    });
  }
  return {
    name: path.slice(1),
    prepared: {
      path,
      authority: call.authority ?? (target.kind === 'unix' ? 'localhost' : formatTarget(target)),
      scheme: security.kind === 'plaintext' ? 'http' : 'https',
      metadata: call.metadata,
      message: encodeMessage(method.input, call.data as JsonValue),
      timeoutMs: load.timeoutMs,
    },
    replyType: method.output,
    identity: identityOf(call.identity, path, expectation !== null),
  };
}

/** @param isNeeded Whether a split is expected; a load test can do without identities. */
function identityOf(identity: string | undefined, path: string, isNeeded: boolean): IdentitySource {
  if (identity !== undefined) return parseIdentitySource(identity);
  const preset = defaultIdentitySource(path);
  if (preset !== undefined) return preset;
  if (!isNeeded) return { kind: 'none' };
  throw new InputError(
    `how does an answer of ${path} say which pod gave it? e.g. header:x-pod-name, field:pod or a regular expression`,
    { path: '--identity' },
  );
}
