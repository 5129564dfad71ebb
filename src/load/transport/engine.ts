import type { TlsOptions } from '../../wire/socket/tls-options.js';
import type { Engine, PreparedCall } from './caller.js';
import { type ConnectionLimits, h2Engine } from './h2-engine.js';

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
 * @param signal Gives up connecting when it aborts.
 */
export async function loadEngine(
  { name, tls, connectTimeoutMs }: EngineSettings,
  calls: readonly PreparedCall[],
  limits: ConnectionLimits,
  signal: AbortSignal,
): Promise<Engine> {
  switch (name) {
    case 'h2':
      return h2Engine(calls, { tls, connectTimeoutMs, signal, ...limits });
    case 'grpc-js':
      // Loaded only when used: the library takes its time.
      return (await import('./grpc-js-engine.js')).grpcJsEngine(calls, tls);
  }
}
