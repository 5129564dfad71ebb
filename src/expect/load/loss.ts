import type { ConnectionCounts, Counted, LostConnection, Span } from '../../count/counted.js';
import type { Finding } from '../../finding.js';
import { count, counted as countedText, percent, seconds } from '../../number-text.js';
import { found } from '../found.js';
import { unsentRequests } from '../unsent.js';
import { addressText, NO_REPLICAS, REPLICA_ADVICE, type Replicas } from './replicas.js';

/** An address of the target, by the connections to it. */
interface AddressLoss {
  address: string;
  connections: number;
  lost: LostConnection[];
  errors: number;
}

/**
 * Addresses of the target that could not be reached, or went away while others answered
 * (`address-unreachable`), and the target itself where it went away as a whole (`gateway-lost`).
 *
 * @param span Of the sample: something of the target was there.
 * @param replicas Pods of the gateway, where they are loaded one by one: those that could not be reached, too.
 */
export function lossFindings(
  counted: Counted,
  span: Span,
  replicas: Replicas = NO_REPLICAS,
): Finding[] {
  if (replicas.size > 0) return replicaFindings(counted, span, replicas);
  const addresses = addressesOf(counted.connections);
  const gone = goneOf(addresses);
  const errors = errorsOf(counted);
  const all = addresses.length + counted.unreachable.length;
  // Pods that a control plane names, of which the client itself chooses one for each call.
  const areChosen = addresses.some(({ address }) => address.startsWith('xds:'));
  const never = counted.unreachable.map(({ address, message }) =>
    areChosen
      ? addressUnreachable(
          `A pod that the control plane names could not be reached: ${address}.`,
          `${message}; calls go to the others of its cluster, and fail where it has none`,
        )
      : addressUnreachable(
          `1 of ${countedText(all, 'address', 'addresses')} of the target could not be reached: ${address}.`,
          `${message}; nothing was sent there, so it has none of the ${countedText(errors, 'error')}`,
        ),
  );
  const isAllGone = gone.length === addresses.length;
  const whole = gatewayLost(counted, span, isAllGone ? gone : null, errors);
  if (whole !== null) return [...never, whole];
  // Where none of them ever answered nothing went away.
  if (isAllGone) return never;
  return [...never, ...gone.map((one) => addressGone(one, { all, errors, span }))];
}

function goneOf(addresses: readonly AddressLoss[]): AddressLoss[] {
  return addresses.filter(({ lost, connections }) => lost.length === connections);
}

/** The same of the gateway's own pods: what one of them was to be sent is its own, and an error. */
function replicaFindings(counted: Counted, span: Span, replicas: Replicas): Finding[] {
  const addresses = addressesOf(counted.connections);
  const gone = goneOf(addresses);
  const whole =
    gone.length === addresses.length ? gatewayLost(counted, span, gone, errorsOf(counted)) : null;
  if (whole !== null) return [whole];
  const said = new Map(counted.unreachable.map(({ address, message }) => [address, message]));
  const all = countedText(replicas.size, 'replica');
  return gone.map(({ address, lost, errors }) => {
    const message = said.get(address);
    const what =
      message === undefined ? `went away${sinceText(lost, span)}` : 'could not be reached';
    return found('target', {
      code: 'address-unreachable',
      severity: 'error',
      summary: `1 of ${all} of the gateway ${what}: ${addressText(address, replicas)}.`,
      evidence: `${message ?? lost[0]?.trouble ?? ''}; ${countedText(errors, 'request')} of its own failed or could not be sent`,
      advice: REPLICA_ADVICE,
    });
  });
}

/** Whether the target is told to have gone away as a whole, and for good. */
export function isGatewayLost(findings: readonly Finding[]): boolean {
  return findings.some(({ code, severity }) => code === 'gateway-lost' && severity === 'error');
}

function addressesOf(connections: readonly ConnectionCounts[]): AddressLoss[] {
  const byAddress = new Map<string, AddressLoss>();
  for (const { remote: address, errors = 0, lost } of connections) {
    const own = byAddress.get(address) ?? { address, connections: 0, lost: [], errors: 0 };
    byAddress.set(address, own);
    own.connections += 1;
    own.errors += errors;
    if (lost !== undefined) own.lost.push(lost);
  }
  return [...byAddress.values()];
}

function errorsOf({ calls }: Counted): number {
  return calls.reduce(
    (sum, { ends, unsent }) => sum + ends.failed + ends.timedOut + unsentRequests(unsent).byPeer,
    0,
  );
}

function addressGone(
  { address, connections, lost, errors: own }: AddressLoss,
  { all, errors, span }: { all: number; errors: number; span: Span },
): Finding {
  const share = errors === 0 ? '' : ` (${percent(own / errors)})`;
  return addressUnreachable(
    `1 of ${countedText(all, 'address', 'addresses')} of the target went away: ${address}${sinceText(lost, span)}.`,
    `${lost[0]?.trouble ?? ''}; its ${countedText(connections, 'connection')} had ${count(own)} of the ${countedText(errors, 'error')}${share}`,
  );
}

function addressUnreachable(summary: string, evidence: string): Finding {
  return found('target', {
    code: 'address-unreachable',
    severity: 'warning',
    summary,
    evidence,
    advice:
      'Look whether the replica of the gateway at this address is up and ready, and whether the name should still lead to it; the other addresses answered.',
  });
}

const LOST_ADVICE =
  'Look whether the gateway was restarted, rolled out, scaled down or killed then (its events, restarts and memory), or a load balancer or port-forward before it was; then run again.';

/** @param gone All addresses, where each of them is lost; else null. */
function gatewayLost(
  { calls, connections, silences, stopped, transport }: Counted,
  span: Span,
  gone: readonly AddressLoss[] | null,
  errors: number,
): Finding | null {
  const answers = calls.reduce((sum, { ends }) => sum + ends.ok, 0);
  if (answers === 0) return null;
  const before = `${countedText(answers, 'request')} had been answered OK before, ${count(errors)} failed or could not be sent`;
  if (gone !== null && errors > 0) {
    const lost = gone.flatMap((address) => address.lost);
    return found('target', {
      code: 'gateway-lost',
      severity: 'error',
      summary: `The gateway went away${sinceText(lost, span)}, and did not come back.`,
      evidence: `${before}; ${lost[0]?.trouble ?? ''}`,
      advice: LOST_ADVICE,
    });
  }
  const longest = [...silences].sort((a, b) => b.lengthMs - a.lengthMs)[0];
  const from = longest === undefined ? null : Math.max(0, longest.startMs - span.startMs) / 1000;
  if (stopped?.code === 'silent') {
    // Shorter ones than are told, as with a short deadline, have none of their own.
    const when = from === null ? '' : ` ${seconds(from)} into the sample`;
    const length = longest === undefined ? 'any more' : `for ${seconds(longest.lengthMs / 1000)}`;
    return found('target', {
      code: 'gateway-lost',
      severity: 'error',
      summary: `The gateway fell silent${when}: it holds connections, and answers nothing.`,
      evidence: `${before}; nothing was answered ${length}, and the load was ended`,
      advice: LOST_ADVICE,
    });
  }
  if (longest === undefined || from === null) return null;
  if (transport.reconnects < connections.length) return null;
  return found('target', {
    code: 'gateway-lost',
    severity: 'warning',
    summary: `The gateway went away ${seconds(from)} into the sample for ${seconds(longest.lengthMs / 1000)}, and came back.`,
    evidence: `connections were opened anew ${countedText(transport.reconnects, 'time')}; ${countedText(errors, 'request')} failed or could not be sent, and ${count(transport.resent)} were sent again`,
    advice: LOST_ADVICE,
  });
}

/** Since the last answer of any of them. */
function sinceText(lost: readonly LostConnection[], { startMs }: Span): string {
  const last = Math.max(...lost.map(({ lastAnswerMs }) => lastAnswerMs ?? -Infinity));
  return last === -Infinity
    ? ''
    : ` ${seconds(Math.max(0, last - startMs) / 1000)} into the sample`;
}
