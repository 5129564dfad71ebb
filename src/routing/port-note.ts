import type { RouteRequest } from './request.js';

/** What to say when the port whose routes apply is neither the target's nor told. */
export function portNote(port: number, request: RouteRequest): string[] {
  if (request.gatewayPort !== undefined || request.targetPort === port) return [];
  const target =
    request.targetPort === null
      ? 'the target names no port of it'
      : `the target's port is ${request.targetPort}`;
  return [`gateway port ${port} is taken, the only one the request fits; ${target}`];
}
