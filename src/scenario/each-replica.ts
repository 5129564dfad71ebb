import { InputError } from '../input-error.js';
import { clusterSource } from './cluster-source.js';
import type { Settings } from './schema.js';

/** A Service of the cluster. */
export interface NamedService {
  namespace: string;
  name: string;
  /** Which of its ports; null: that of the target. */
  port: number | null;
}

/** That the gateway's pods are loaded one by one. */
export interface EachReplica {
  /** The Service that stands before them; null: the one that selects the gateway's pods. */
  service: NamedService | null;
}

const PLACE = { path: '--each-replica' };

type Name = keyof Settings;

/** Settings that say otherwise where connections go or who sends, with the reason. */
const OTHERS: readonly (readonly [Name, string])[] = [
  ['resolve', 'connections go to the addresses of the pods'],
  ['connect-to', 'connections go to the addresses of the pods'],
  ['passive', 'a log does not say which replica its requests were sent to'],
  ['across-change', 'replicas take a change one after the other'],
  ['access-log-format', 'the log does not say which replica a request was sent to'],
  ['envoy-admin', 'it is the routes of one proxy that are read there'],
  ['config-dump', 'it is the routes of one proxy that are read there'],
];

/** The same of settings that each call may have. */
const OTHERS_OF_CALLS: readonly (readonly [Name, string])[] = [
  ['forward-to', 'the application sends the requests, and not this client'],
  ['expect', 'the replicas do not make the split of a service behind the one that is called'],
];

/**
 * Whether settings have the gateway's pods loaded one by one.
 *
 * @param calls Settings of each call.
 * @returns null where they do not.
 * @throws InputError when they do, and another setting contradicts it.
 */
export function eachReplica(settings: Settings, calls: readonly Settings[]): EachReplica | null {
  const given = settings['each-replica'];
  if (given === undefined || given === false) return null;
  if (clusterSource(settings) === null) {
    throw new InputError('which pods there are is read of the cluster: give --kube, too', PLACE);
  }
  OTHERS.forEach(refuseIn(settings));
  for (const call of calls) {
    OTHERS_OF_CALLS.forEach(refuseIn(call));
    if (call.identity?.startsWith('access-log:') === true) {
      throw new InputError(
        'the log does not say which replica a request was sent to: drop it, or --each-replica',
        { path: '--identity' },
      );
    }
  }
  if (/^(?:unix|xds):/.test(settings.target ?? '')) {
    throw new InputError('a gateway is connected to by host and port: name its', {
      path: 'TARGET',
    });
  }
  return { service: given === true ? null : parseNamedService(given) };
}

function refuseIn(settings: Settings): (other: readonly [Name, string]) => void {
  return ([name, reason]) => {
    if (settings[name] === undefined || settings[name] === false) return;
    throw new InputError(`${reason}: drop it, or --each-replica`, {
      path: `--${name === 'expect' ? 'expect-service' : name}`,
    });
  };
}

/** @throws InputError when it is not `NAMESPACE/SERVICE`, or that with a port. */
function parseNamedService(text: string): NamedService {
  const { namespace, name, port } =
    /^(?<namespace>[a-z0-9-]+)\/(?<name>[a-z0-9-]+)(?::(?<port>\d{1,5}))?$/.exec(text)?.groups ??
    {};
  if (namespace !== undefined && name !== undefined) {
    return { namespace, name, port: port === undefined ? null : Number(port) };
  }
  throw new InputError(
    `"${text}" is not NAMESPACE/SERVICE[:PORT], such as istio-system/istio-ingressgateway`,
    PLACE,
  );
}
