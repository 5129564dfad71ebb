import { ENVOY_FAULTS } from './envoy-faults.js';
import type { Fault } from './fault.js';
import { HTTP1_FAULTS } from './http1-faults.js';
import { HTTP2_FAULTS } from './http2-faults.js';
import { LINK_FAULTS } from './link-faults.js';

/** Faults of one kind. */
export interface FaultTable {
  title: string;
  faults: readonly Fault[];
}

/** Every fault that runs are held against. */
export const TABLES = {
  envoy: {
    title: 'A real Envoy before two pods: gRPC over HTTP/2, and HTTP/1.1',
    faults: ENVOY_FAULTS,
  },
  link: {
    title: 'On the way to a scripted server: gRPC over HTTP/2, and HTTP/1.1',
    faults: LINK_FAULTS,
  },
  http2: { title: 'A scripted server, gRPC over HTTP/2', faults: HTTP2_FAULTS },
  http1: { title: 'A scripted server, HTTP/1.1', faults: HTTP1_FAULTS },
} as const satisfies Record<string, FaultTable>;
