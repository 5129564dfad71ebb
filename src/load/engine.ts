import type { TlsOptions } from '../wire/connect.js';
import type { Engine, PreparedCall } from './caller.js';

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
 * @param calls What it can call.
 * @param callsPerConnection Calls in flight on one connection at most.
 * @param signal Gives up connecting when it aborts.
 */
export async function loadEngine(
  { name, tls, connectTimeoutMs }: EngineSettings,
  calls: readonly PreparedCall[],
  callsPerConnection: number,
  signal: AbortSignal,
): Promise<Engine> {
  switch (name) {
    case 'h2':
      return (await import('./h2-engine.js')).h2Engine(calls, {
        tls,
        connectTimeoutMs,
        callsPerConnection,
        signal,
      });
    case 'grpc-js':
      // Loaded only when used: the library takes its time.
      return (await import('./grpc-js-engine.js')).grpcJsEngine(calls, tls);
  }
}
