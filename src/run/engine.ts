import type { Engine, PreparedCall } from '../load/caller.js';
import type { Scenario } from '../scenario/scenario.js';
import type { TlsOptions } from '../wire/connect.js';

/** Loads the engine that a scenario asks for. */
export async function engineOf(
  name: Scenario['load']['engine'],
  call: PreparedCall,
  tls: TlsOptions | null,
): Promise<Engine> {
  switch (name) {
    case 'grpc-js':
      // Loaded only when used: the library takes its time.
      return (await import('../load/grpc-js-engine.js')).grpcJsEngine(call, tls);
  }
}
