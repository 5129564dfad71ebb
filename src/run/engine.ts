import type { Engine, PreparedCall } from '../load/caller.js';
import type { Scenario } from '../scenario/scenario.js';
import type { TlsOptions } from '../wire/connect.js';

/** Loads the engine that a scenario asks for. */
export async function engineOf(
  { load, connectTimeoutMs }: Scenario,
  call: PreparedCall,
  tls: TlsOptions | null,
): Promise<Engine> {
  switch (load.engine) {
    case 'h2':
      return (await import('../load/h2-engine.js')).h2Engine(call, {
        tls,
        connectTimeoutMs,
        callsPerConnection: Math.ceil(load.concurrency / load.connections),
      });
    case 'grpc-js':
      // Loaded only when used: the library takes its time.
      return (await import('../load/grpc-js-engine.js')).grpcJsEngine(call, tls);
  }
}
