import type { FileRegistry } from '@bufbuild/protobuf';
import { askingForPeer } from '../call/peer-metadata.js';
import { prepareHttpCall } from '../call/http/prepare-call.js';
import type * as GrpcCalls from '../call/grpc/prepare-call.js';
import type { PreparedCall } from '../call/prepared-call.js';
import type { RequestSetting } from '../call/request-setting.js';
import { withUserAgent } from '../call/user-agent.js';
import type { ContractSources } from '../scenario/call.js';
import { awaitInCall } from '../scenario/call-list.js';
import type { Scenario } from '../scenario/scenario.js';
import { authorityOf } from './authority.js';

/**
 * Makes the calls of a scenario ready to be sent, in their order.
 *
 * @param userAgent Of every request.
 * @param signal Gives up reading contracts when it aborts.
 * @throws InputError when a contract, a method, the data or an identity is wrong.
 */
export async function preparedCalls(
  { calls, target, security, load }: Scenario,
  userAgent: string,
  signal?: AbortSignal,
): Promise<PreparedCall[]> {
  const scheme = security.kind === 'plaintext' ? 'http' : 'https';
  const contractOf = contractReader(signal);
  const prepared: PreparedCall[] = [];
  for (const [index, { call, source, service, expect }] of calls.entries()) {
    const setting: RequestSetting = {
      authority: authorityOf(target, call.kind, scheme),
      scheme,
      timeoutMs: load.timeoutMs,
      // Where nothing is known of who may answer, it does not matter who does.
      isIdentityNeeded: source !== null,
      // Given weights may be those of any service; a route's are of the one it leads to.
      isOwnPodAsked: expect !== null && source?.kind === 'manifests' && service === null,
    };
    const prepare = async (): Promise<PreparedCall> =>
      call.kind === 'http'
        ? prepareHttpCall(call, setting)
        : prepareGrpc(call, await contractOf(call.contract), setting);
    const own = await awaitInCall(calls, index, prepare);
    const known = setting.isIdentityNeeded ? withPeerAsked(own) : own;
    prepared.push({ ...known, request: withUserAgent(known.request, userAgent) });
  }
  return prepared;
}

/** Protobuf takes its time to load, and plain HTTP has no use for it. */
async function prepareGrpc(
  ...args: Parameters<(typeof GrpcCalls)['prepareGrpcCall']>
): Promise<PreparedCall> {
  const { prepareGrpcCall } = await import('../call/grpc/prepare-call.js');
  return await prepareGrpcCall(...args);
}

/** The request as it asks the pod's sidecar who it is. */
function withPeerAsked(call: PreparedCall): PreparedCall {
  const { request } = call;
  return { ...call, request: { ...request, metadata: askingForPeer(request.metadata) } };
}

/** Reads each contract once: calls of a run share theirs. */
function contractReader(
  signal: AbortSignal | undefined,
): (sources: ContractSources) => Promise<FileRegistry> {
  const known = new Map<string, Promise<FileRegistry>>();
  return (sources) => {
    const key = JSON.stringify(sources);
    const contract = known.get(key) ?? readContract(sources, signal);
    known.set(key, contract);
    return contract;
  };
}

async function readContract(
  sources: ContractSources,
  signal: AbortSignal | undefined,
): Promise<FileRegistry> {
  const { loadContract } = await import('../inputs/contract.js');
  return await loadContract(sources, signal);
}
