import { describe, it } from 'node:test';
import { grpcJsCaller, pythonCaller } from '../../fixtures/xds-callers.js';
import { keepsLimitsAsExplained } from '../../fixtures/xds-rule-limits.js';
import { doesAsExplained } from '../../fixtures/xds-rule-outcomes.js';

describe('what gRPC libraries make of routes is what explain says', () => {
  it('grpc-js', () => doesAsExplained('grpc-js', grpcJsCaller));

  it('Python', () => doesAsExplained('Python', pythonCaller));
});

describe('retries, timeouts and hashing of gRPC libraries are what explain says', () => {
  it('grpc-js', () => keepsLimitsAsExplained('grpc-js', grpcJsCaller));

  it('Python', () => keepsLimitsAsExplained('Python', pythonCaller));
});
