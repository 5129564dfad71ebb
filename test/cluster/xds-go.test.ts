import path from 'node:path';
import { describe, it } from 'node:test';
import { xdsBootstrap } from '../fixtures/xds-bootstrap.js';
import { goCaller } from '../fixtures/xds-callers.js';
import { keepsLimitsAsExplained } from '../fixtures/xds-rule-limits.js';
import { doesAsExplained } from '../fixtures/xds-rule-outcomes.js';
import { takesAndFollows } from '../fixtures/xds-counts.js';
import { countingClient } from '../fixtures/xds-counting-client.js';

const CLIENT = path.resolve(import.meta.dirname, '../../../.parts/go-xds-client');

describe('the control plane of the mesh, as grpc-go takes it', () => {
  it('splits 20/80, loses no call of a change, and goes on without it', async () => {
    await takesAndFollows((server, target) =>
      countingClient(CLIENT, [`xds:///${target}`], xdsBootstrap(server, 'go')),
    );
  });

  it('makes of routes what explain says', () => doesAsExplained('Go', goCaller));

  it('keeps retries, timeouts and hashing as explain says', () =>
    keepsLimitsAsExplained('Go', goCaller));
});
