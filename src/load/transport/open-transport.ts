import { setMaxListeners } from 'node:events';
import type { CallRequest, CarriedRequest } from '../../call/kinds.js';
import type { Endpoint } from '../../wire/socket/endpoint.js';
import { reachPods, reachSockets } from './reach.js';
import type {
  Connection,
  ConnectionEvents,
  ConnectionLimits,
  OpenTransport,
  SocketTransportSpec,
  Transport,
  XdsTransportSpec,
} from './transport.js';

/** Opens a connection to an address. */
type Dial = (endpoint: Endpoint, events: ConnectionEvents) => Promise<Connection>;

/** An engine, and how it opens connections. */
interface Engine {
  name: string;
  dial: Dial;
}

/** Makes a transport of its description. What an engine needs is loaded only where it is used. */
export const openTransport: OpenTransport = async (spec, requests, limits, signal) => {
  // Every connection that is being opened listens to it; Node.js warns of more than ten.
  setMaxListeners(0, signal);
  if (spec.kind === 'xds') return xdsTransport(spec, requests, signal);
  const { name, dial } = await engineFor(spec, requests, limits, signal);
  return {
    engine: name,
    reach: (admit) => reachSockets(spec, signal, admit),
    dial: (number, addresses, events) => dial(addresses[number % addresses.length]!, events),
  };
};

function xdsTransport(
  spec: XdsTransportSpec,
  requests: readonly CallRequest[],
  signal: AbortSignal,
): Transport {
  const grpc = requests.filter((request) => request.kind === 'grpc');
  return {
    engine: 'grpc-js-xds',
    reach: (admit) => reachPods(spec, signal, admit),
    dial: async (_number, _addresses, events) => {
      // Loaded by whoever calls: it takes half a second.
      const { dialXds } = await import('./xds-connection.js');
      return await dialXds(grpc, spec, signal, events);
    },
  };
}

async function engineFor(
  spec: SocketTransportSpec,
  requests: readonly CallRequest[],
  limits: ConnectionLimits,
  signal: AbortSignal,
): Promise<Engine> {
  const webSockets = requests.filter((request) => request.kind === 'websocket');
  if (webSockets.length > 0) {
    const { tls, connectTimeoutMs } = spec;
    const { dialWebSockets } = await import('./websocket-connection.js');
    const options = { tls, connectTimeoutMs, signal };
    return { name: 'ws', dial: (...to) => dialWebSockets(webSockets, options, ...to) };
  }
  const carried = requests.filter(isCarried);
  if (carried.length === requests.length) return carriedBy(spec, carried, limits, signal);
  const { dialWeb, withoutWeb } = await import('./web-connection.js');
  const others = requests.filter((request) => request.kind !== 'websocket');
  const { name, dial } = await carriedBy(spec, withoutWeb(others), limits, signal);
  return {
    name,
    dial: (endpoint, events) => dialWeb(others, (own) => dial(endpoint, own), events),
  };
}

function isCarried(request: CallRequest): request is CarriedRequest {
  return request.kind === 'grpc' || request.kind === 'http';
}

async function carriedBy(
  spec: SocketTransportSpec,
  requests: readonly CarriedRequest[],
  limits: ConnectionLimits,
  signal: AbortSignal,
): Promise<Engine> {
  const { tls, connectTimeoutMs } = spec;
  const options = { tls, connectTimeoutMs, signal };
  const grpc = requests.filter((request) => request.kind === 'grpc');
  const http = requests.filter((request) => request.kind === 'http');
  if (spec.engine === 'grpc-js') {
    if (http.length > 0) throw new RangeError('grpc-js makes gRPC calls only');
    const { dialGrpcJs } = await import('./grpc-js-connection.js');
    return { name: 'grpc-js', dial: (...to) => dialGrpcJs(grpc, options, ...to) };
  }
  if (spec.httpVersion !== '1.1' || http.length === 0) {
    const { dialH2 } = await import('./h2-connection.js');
    return { name: 'h2', dial: (...to) => dialH2(requests, { ...options, ...limits }, ...to) };
  }
  const { dialH1 } = await import('./h1-connection.js');
  if (grpc.length === 0) return { name: 'h1', dial: (...to) => dialH1(http, options, ...to) };
  const { dialH2 } = await import('./h2-connection.js');
  const { dialPair } = await import('./pair-connection.js');
  return {
    name: 'h2, h1',
    dial: (endpoint, events) =>
      dialPair(
        requests,
        (some, own) => dialH2(some, { ...options, ...limits }, endpoint, own),
        (some, own) => dialH1(some, options, endpoint, own),
        events,
      ),
  };
}
