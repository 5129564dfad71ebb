import { setMaxListeners } from 'node:events';
import { reachSockets } from './reach.js';
import type { OpenTransport } from './transport.js';

/** Makes a transport of its description. What an engine needs is loaded only where it is used. */
export const openTransport: OpenTransport = async (spec, requests, limits, signal) => {
  const { tls, connectTimeoutMs } = spec;
  // Every connection that is being opened listens to it; Node.js warns of more than ten.
  setMaxListeners(0, signal);
  const reach = (): ReturnType<typeof reachSockets> => reachSockets(spec, signal);
  switch (spec.engine) {
    case 'h2': {
      const { dialH2 } = await import('./h2-connection.js');
      const options = { tls, connectTimeoutMs, signal, ...limits };
      return {
        engine: spec.engine,
        reach,
        dial: (number, addresses, events) =>
          dialH2(requests, options, addresses[number % addresses.length]!, events),
      };
    }
    case 'grpc-js': {
      const { dialGrpcJs } = await import('./grpc-js-connection.js');
      const options = { tls, connectTimeoutMs, signal };
      const calls = requests.filter((request) => request.kind === 'grpc');
      if (calls.length < requests.length) throw new RangeError('grpc-js makes gRPC calls only');
      return {
        engine: spec.engine,
        reach,
        dial: (number, addresses, events) =>
          dialGrpcJs(calls, options, addresses[number % addresses.length]!, events),
      };
    }
  }
};
