import type { Condition, MatchEntry } from '../condition.js';
import type { ManifestNode } from '../manifest/manifest-node.js';
import { readHeaders, readTypedValue } from './http-match.js';

/**
 * Reads one entry of a GRPCRoute's `matches`.
 * Source: https://gateway-api.sigs.k8s.io/reference/spec/#grpcroutematch
 */
export function readGrpcMatch(node: ManifestNode): MatchEntry {
  const conditions: Condition[] = [];
  const method = node.field('method');
  if (!method.absent) {
    const type = method.field('type');
    const part = (name: string): ReturnType<typeof readTypedValue> | null => {
      const value = method.field(name);
      return (value.optionalString() ?? '') === '' ? null : readTypedValue(type, value);
    };
    const condition = {
      on: 'grpc-method',
      service: part('service'),
      method: part('method'),
    } as const;
    if (condition.service === null && condition.method === null)
      throw method.error('give service or method, or leave method out to take every call');
    conditions.push(condition);
  }
  conditions.push(...readHeaders(node.field('headers')));
  return { conditions };
}
