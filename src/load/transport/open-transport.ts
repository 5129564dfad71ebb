import { setMaxListeners } from 'node:events';
import { reachSockets } from './reach.js';
import type { OpenTransport } from './transport.js';

/** Makes a transport of its description. What an engine needs is loaded only where it is used. */
export const openTransport: OpenTransport = async (spec, calls, limits, signal) => {
  const requests = calls.filter((request) => request.kind === 'grpc');
  const httpRequests = calls.filter((request) => request.kind === 'http');
  const { tls, connectTimeoutMs } = spec;
  // Every connection that is being opened listens to it; Node.js warns of more than ten.
  setMaxListeners(0, signal);
  const reach = (): ReturnType<typeof reachSockets> => reachSockets(spec, signal);
  if (spec.httpVersion === '1.1' && httpRequests.length === calls.length) {
    const { dialH1 } = await import('./h1-connection.js');
    const options = { tls, connectTimeoutMs, signal };
    return {
      engine: 'h1',
      reach,
      dial: (number, addresses, events) =>
        dialH1(httpRequests, options, addresses[number % addresses.length]!, events),
    };
  }
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
      return {
        engine: spec.engine,
        reach,
        dial: (number, addresses, events) =>
          dialGrpcJs(requests, options, addresses[number % addresses.length]!, events),
      };
    }
  }
};
