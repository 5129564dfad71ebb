import type { Place } from '../../../finding.js';

/** Libraries that take routes by xDS without a proxy; Python stands for all that are built on gRPC's C core. */
export const GRPC_CLIENTS = ['grpc-js', 'Go', 'Python'] as const;

export type GrpcClient = (typeof GRPC_CLIENTS)[number];

/**
 * What a client makes of a setting: `follows` it; `leaves-out`: the call goes where it should without it;
 * `differs`: it does something else with it; `fails`: calls that it holds for fail; `waits`: they wait for what
 * does not come; `refuses`: it takes none of the host's routes, and no call to it comes through.
 */
export type Effect = 'follows' | 'leaves-out' | 'differs' | 'fails' | 'waits' | 'refuses';

/** A setting that clients without a proxy make something else of than a sidecar. */
export interface GrpcTrait {
  /** In one sentence. */
  summary: string;
  place: Place | null;
  effects: Readonly<Record<GrpcClient, Effect>>;
}

export function byAll(effect: Effect): GrpcTrait['effects'] {
  return { 'grpc-js': effect, Go: effect, Python: effect };
}
