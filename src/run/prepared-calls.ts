import { askingForPeer } from '../call/peer-metadata.js';
import { prepareWebSocketCall } from '../call/websocket/prepare-call.js';
import { prepareHttpCall } from '../call/http/prepare-call.js';
import type { PreparedCall } from '../call/prepared-call.js';
import type { RequestSetting } from '../call/request-setting.js';
import { withUserAgent } from '../call/user-agent.js';
import type { MethodCall } from '../scenario/call.js';
import { awaitInCall } from '../scenario/call-list.js';
import type { Scenario } from '../scenario/scenario.js';
import { authorityOf } from './authority.js';
import { type CallContract, contractFinder } from './call-contract.js';
import type { RunOptions } from './options.js';

/**
 * Makes the calls of a scenario ready to be sent, in their order.
 *
 * @param agents The user agent of every request, and of those that ask the target for contracts.
 * @param onNote Told what a person should know.
 * @param signal Gives up reading contracts when it aborts.
 * @throws InputError when a contract, a method, the data or an identity is wrong.
 */
export async function preparedCalls(
  scenario: Scenario,
  agents: { calls: string; reflection: string },
  { onNote, signal }: Pick<RunOptions, 'onNote' | 'signal'>,
): Promise<PreparedCall[]> {
  const { calls, target, security, load } = scenario;
  const scheme = security.kind === 'plaintext' ? 'http' : 'https';
  const contractOf = contractFinder(scenario, agents.reflection, signal);
  const noted = new Set<string>();
  const prepareGrpc = async (call: MethodCall, setting: RequestSetting): Promise<PreparedCall> => {
    if (scenario.passive !== null) {
      const { callNotMade } = await import('../call/grpc/prepare-call.js');
      return await callNotMade(call, setting);
    }
    const found = await contractOf(call);
    // Protobuf takes its time to load, and plain HTTP has no use for it.
    const { callWithoutContract, prepareGrpcCall } = await import('../call/grpc/prepare-call.js');
    if (found.kind === 'missing') return await callWithoutContract(call, setting, found.problem);
    const own = await prepareGrpcCall(call, found.contract, setting);
    const note = noteOf(found, call);
    if (note !== null && !noted.has(note)) onNote?.(note);
    if (note !== null) noted.add(note);
    return own;
  };
  const prepared: PreparedCall[] = [];
  for (const [index, { call, source, service, expect }] of calls.entries()) {
    const setting: RequestSetting = {
      authority: authorityOf(target, call.kind, scheme),
      scheme,
      timeoutMs: load.timeoutMs,
      durationMs: load.durationMs,
      // Where nothing is known of who may answer, it does not matter who does.
      isIdentityNeeded: source !== null,
      // Given weights may be those of any service; a route's are of the one it leads to.
      isOwnPodAsked: expect !== null && source?.kind === 'manifests' && service === null,
    };
    const prepare = async (): Promise<PreparedCall> =>
      call.kind === 'http'
        ? prepareHttpCall(call, setting)
        : call.kind === 'websocket'
          ? prepareWebSocketCall(call, setting)
          : await prepareGrpc(call, setting);
    const own = await awaitInCall(calls, index, prepare);
    const known = setting.isIdentityNeeded ? withPeerAsked(own) : own;
    const { single } = known;
    prepared.push({
      ...known,
      request: withUserAgent(known.request, agents.calls),
      ...(single === undefined ? {} : { single: withUserAgent(single, agents.calls) }),
    });
  }
  if (!prepared.some(isStreamed)) return prepared;
  // A transport has one deadline for all that it carries.
  const { streamTimeoutMs: timeoutMs } = load;
  return prepared.map((one) => ({ ...one, request: { ...one.request, timeoutMs } }));
}

function isStreamed({ request }: PreparedCall): boolean {
  return request.kind === 'grpc' && request.stream !== undefined;
}

/** What the target itself has said of a call stands in no file. */
function noteOf({ kind }: CallContract, { method }: MethodCall): string | null {
  return kind === 'reflected'
    ? `note: the target has said what ${method} takes (reflection)`
    : null;
}

/** The request as it asks the pod's sidecar who it is. */
function withPeerAsked(call: PreparedCall): PreparedCall {
  const { request } = call;
  return { ...call, request: { ...request, metadata: askingForPeer(request.metadata) } };
}
