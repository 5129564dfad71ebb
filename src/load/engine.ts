import type { TlsOptions } from '../wire/connect.js';
import type { Engine, PreparedCall } from './caller.js';
import { h2Engine } from './h2-engine.js';

/** Which engine makes the calls, and how it connects. Plain data: it travels to worker threads. */
export interface EngineSettings {
  name: 'h2' | 'grpc-js';
  /** null for plaintext. */
  tls: TlsOptions | null;
  connectTimeoutMs: number;
}

/**
 * Loads an engine.
 *
 * @param callsPerConnection Calls in flight on one connection at most.
 */
export async function loadEngine(
  { name, tls, connectTimeoutMs }: EngineSettings,
  call: PreparedCall,
  callsPerConnection: number,
): Promise<Engine> {
  switch (name) {
    case 'h2':
      return h2Engine(call, { tls, connectTimeoutMs, callsPerConnection });
    case 'grpc-js':
      // Loaded only when used: the library takes its time.
      return (await import('./grpc-js-engine.js')).grpcJsEngine(call, tls);
  }
}
